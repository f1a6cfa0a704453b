"""What the database refuses to happen to the books, table by table.

The posting gate comes first: an entry is drafted with its lines, then one update sets its number, and
nothing of it changes again.
"""

from .kinds import changed, key_stays_taken
from .rule import ALWAYS, Rule

ENTRY = "accounting_journalentry"
LINE = "accounting_journalline"
SEQUENCE = "accounting_journalsequence"
SERIES = "accounting_numberseries"
PERIOD = "accounting_period"
CHANGE = "accounting_periodchange"
YEAR = "accounting_fiscalyear"
ITEM = "accounting_openitem"
ALLOCATION = "accounting_allocation"
SNAPSHOT = "accounting_balancesnapshot"
ACCOUNT = "accounting_account"
PARTY = "accounting_party"
TAX_CODE = "accounting_taxcode"

POSTING = "OLD.number IS NULL AND NEW.number IS NOT NULL AND "
ITS_LINES = f"FROM {LINE} l WHERE l.entry_id = NEW.id"
ITS_ACCOUNTS = f"FROM {LINE} l JOIN {ACCOUNT} a ON a.id = l.account_id WHERE l.entry_id = NEW.id"


def gate(refuse_when: str, message: str, only: str = "") -> Rule:
    return Rule(ENTRY, "UPDATE", POSTING + refuse_when, message, only)


def area_gate(area: str, concerns: str, message: str) -> Rule:
    """A period that is locked for an area takes nothing that concerns it."""
    closed = f"EXISTS (SELECT 1 FROM {PERIOD} p WHERE p.id = NEW.period_id AND p.{area}_locked)"
    return gate(f"{closed} AND {concerns}", message)


POSTING_GATE = [
    Rule(ENTRY, "UPDATE", "OLD.number IS NOT NULL", "A posted entry is never changed."),
    Rule(ENTRY, "UPDATE", "NEW.id <> OLD.id", "An entry keeps its key."),
    gate(f"(SELECT COUNT(*) {ITS_LINES}) < 2", "An entry has at least two lines."),
    gate(f"(SELECT SUM(l.amount) {ITS_LINES}) <> 0", "The debits of an entry equal its credits."),
    gate(f"EXISTS (SELECT 1 {ITS_LINES} AND l.amount = 0)", "A line of an entry is not zero."),
    gate(
        f"EXISTS (SELECT 1 {ITS_LINES} AND typeof(l.amount) <> 'integer')",
        "Amounts are whole numbers of minor units.",
        only="sqlite",
    ),
    gate(f"EXISTS (SELECT 1 {ITS_LINES} AND l.date <> NEW.date)", "A line has the date of its entry."),
    # The share lock makes a period that is just being locked wait for this posting, or this one for it.
    gate(
        f"(SELECT p.locked FROM {PERIOD} p WHERE p.id = NEW.period_id FOR SHARE)",
        "A locked period takes no entry.",
    ),
    gate(
        f"NOT EXISTS (SELECT 1 FROM {PERIOD} p WHERE p.id = NEW.period_id"
        ' AND p.fiscal_year_id = NEW.fiscal_year_id AND NEW.date BETWEEN p."start" AND p."end")',
        "The date of an entry lies in its period and year.",
    ),
    area_gate("sales", "NEW.journal = 'SALES'", "A period locked for sales takes no entry of them."),
    area_gate(
        "purchases", "NEW.journal = 'PURCHASES'", "A period locked for purchases takes no entry of them."
    ),
    area_gate("stock", "NEW.journal = 'STOCK'", "A period locked for stock takes no entry of it."),
    area_gate(
        "vat",
        f"EXISTS (SELECT 1 {ITS_LINES} AND l.tax_code_id IS NOT NULL)",
        "A period locked for VAT takes no entry with a tax code.",
    ),
    gate(
        f"EXISTS (SELECT 1 {ITS_ACCOUNTS} AND a.party_required AND l.party_id IS NULL)",
        "A line on this account names a customer or supplier.",
    ),
    gate(f"EXISTS (SELECT 1 {ITS_ACCOUNTS} AND NOT a.active)", "An account not in use takes no lines."),
    gate(
        f"EXISTS (SELECT 1 {ITS_ACCOUNTS} AND a.open_item"
        f" AND NOT EXISTS (SELECT 1 FROM {ITEM} i WHERE i.line_id = l.id))",
        "A line on an account that is settled item by item has its open item.",
    ),
    gate(
        f"NOT EXISTS (SELECT 1 FROM {SEQUENCE} s WHERE s.journal = NEW.journal"
        " AND s.fiscal_year_id = NEW.fiscal_year_id AND s.last_no = NEW.number AND s.last_hash = NEW.hash)",
        "An entry takes the next number and hash of its journal.",
    ),
]

JOURNAL = [
    key_stays_taken(ENTRY),
    Rule(ENTRY, "INSERT", "NEW.number IS NOT NULL", "An entry begins as a draft."),
    Rule(ENTRY, "DELETE", "OLD.number IS NOT NULL", "A posted entry is never deleted."),
    # The share lock keeps the draft from being posted by somebody else before this line is seen.
    Rule(
        LINE,
        "INSERT",
        f"(SELECT e.number FROM {ENTRY} e WHERE e.id = NEW.entry_id FOR SHARE) IS NOT NULL",
        "A posted entry takes no further line.",
    ),
]

COUNTERS = [
    key_stays_taken(SEQUENCE),
    Rule(
        SEQUENCE, "INSERT", "NEW.last_no <> 0 OR NEW.last_hash <> ''", "A journal's counter begins at zero."
    ),
    Rule(
        SEQUENCE,
        "UPDATE",
        f"NEW.last_no <> OLD.last_no + 1 OR {changed('id', 'journal', 'fiscal_year_id')}",
        "A journal's counter moves up by one.",
    ),
    Rule(SEQUENCE, "DELETE", ALWAYS, "A journal's counter is never deleted."),
    key_stays_taken(SERIES),
    Rule(SERIES, "INSERT", "NEW.last_no <> 0 OR NEW.last_hash <> ''", "A number series begins at zero."),
    Rule(
        SERIES,
        "UPDATE",
        f"NEW.last_no <> OLD.last_no + 1 OR {changed('id', 'series', 'year')}",
        "A number series moves up by one.",
    ),
    Rule(SERIES, "UPDATE", "NEW.last_hash = OLD.last_hash", "A number series takes a hash with each number."),
    Rule(
        SERIES,
        "UPDATE",
        "NEW.last_on IS NULL OR NEW.last_on < OLD.last_on",
        "The dates of a number series ascend.",
    ),
    Rule(SERIES, "DELETE", ALWAYS, "A number series is never deleted."),
]

SETTLED_BY = (
    f"COALESCE((SELECT SUM(s.amount) FROM {ALLOCATION} s WHERE s.credit_item_id = NEW.id), 0)"
    f" - COALESCE((SELECT SUM(s.amount) FROM {ALLOCATION} s WHERE s.debit_item_id = NEW.id), 0)"
)

SETTLEMENT = [
    key_stays_taken(ITEM),
    Rule(
        ITEM,
        "INSERT",
        f"NEW.residual <> NEW.original OR NOT EXISTS (SELECT 1 FROM {LINE} l"
        f" JOIN {ACCOUNT} a ON a.id = l.account_id"
        " WHERE l.id = NEW.line_id AND l.amount = NEW.original AND a.open_item)",
        "An open item begins as the whole of its line.",
    ),
    Rule(ITEM, "UPDATE", changed("id", "line_id", "original"), "An open item keeps its line and amount."),
    Rule(
        ITEM,
        "UPDATE",
        f"NEW.residual <> NEW.original + {SETTLED_BY}",
        "An open item is reduced by its allocations and by nothing else.",
    ),
    Rule(ITEM, "DELETE", ALWAYS, "An open item is never deleted."),
    Rule(
        ALLOCATION,
        "INSERT",
        f"NOT EXISTS (SELECT 1 FROM {ITEM} d JOIN {LINE} dl ON dl.id = d.line_id,"
        f" {ITEM} c JOIN {LINE} cl ON cl.id = c.line_id"
        " WHERE d.id = NEW.debit_item_id AND c.id = NEW.credit_item_id AND d.original > 0 AND c.original < 0"
        " AND dl.account_id = cl.account_id AND dl.party_id = cl.party_id)",
        "A debit and a credit settle each other on one account of one party.",
    ),
    Rule(
        ALLOCATION,
        "INSERT",
        "typeof(NEW.amount) <> 'integer'",
        "Amounts are whole numbers of minor units.",
        only="sqlite",
    ),
]


def with_reason(area: str, column: str) -> Rule:
    """A period is locked and opened by those who write down why: the last word on an area is how it is."""
    last = f"SELECT c.locked FROM {CHANGE} c WHERE c.period_id = NEW.id AND c.area = '{area}'"
    is_so = f"COALESCE(({last} ORDER BY c.id DESC LIMIT 1), FALSE)"
    return Rule(
        PERIOD,
        "UPDATE",
        f"({changed(column)}) AND {is_so} <> NEW.{column}",
        "A period is locked and opened with a reason.",
    )


AREA_COLUMNS = ("sales_locked", "purchases_locked", "stock_locked", "vat_locked")

PERIODS = [
    key_stays_taken(PERIOD),
    Rule(
        PERIOD,
        "INSERT",
        " OR ".join(f"NEW.{column}" for column in ("locked", *AREA_COLUMNS)),
        "A period begins unlocked.",
    ),
    Rule(
        PERIOD,
        "INSERT",
        f'EXISTS (SELECT 1 FROM {PERIOD} p WHERE p.locked AND p."end" >= NEW."start")',
        "The books are closed up to a later date.",
    ),
    Rule(PERIOD, "UPDATE", changed("id", "fiscal_year_id", "start", "end"), "A period keeps its dates."),
    Rule(PERIOD, "UPDATE", "OLD.locked AND NOT NEW.locked", "A locked period stays locked."),
    Rule(
        PERIOD,
        "UPDATE",
        f"OLD.locked AND ({changed('locked_at', 'locked_by_id', *AREA_COLUMNS)})",
        "A locked period keeps who locked it, and what was locked before.",
    ),
    Rule(
        PERIOD,
        "UPDATE",
        "NEW.locked AND NOT OLD.locked AND "
        f'EXISTS (SELECT 1 FROM {PERIOD} p WHERE NOT p.locked AND p."end" < NEW."start")',
        "Earlier periods are locked first.",
    ),
    with_reason("all", "locked"),
    *(with_reason(column.removesuffix("_locked"), column) for column in AREA_COLUMNS),
    Rule(PERIOD, "DELETE", ALWAYS, "A period is never deleted."),
    key_stays_taken(YEAR),
    Rule(YEAR, "UPDATE", ALWAYS, "A year keeps its dates."),
    Rule(YEAR, "DELETE", ALWAYS, "A year is never deleted."),
    Rule(
        SNAPSHOT,
        "INSERT",
        f'NOT EXISTS (SELECT 1 FROM {PERIOD} p WHERE p."end" = NEW.period_end AND p.locked)',
        "A balance is kept when its period is locked.",
    ),
]


def once_used(table: str, column: str, *fixed: str) -> list[Rule]:
    """What lines refer to is not deleted, and keeps what gives those lines their meaning."""
    used = f"EXISTS (SELECT 1 FROM {LINE} l WHERE l.{column} = OLD.id)"
    name = table.removeprefix("accounting_")
    return [
        key_stays_taken(table),
        Rule(
            table, "UPDATE", f"({changed('id', *fixed)}) AND {used}", f"This {name} is in use in the books."
        ),
        Rule(table, "DELETE", used, f"This {name} is in use in the books."),
    ]


RULES = [
    *POSTING_GATE,
    *JOURNAL,
    *COUNTERS,
    *SETTLEMENT,
    *PERIODS,
    *once_used(ACCOUNT, "account_id", "code", "kind", "role", "party_required", "open_item"),
    *once_used(PARTY, "party_id", "key", "kind"),
    *once_used(TAX_CODE, "tax_code_id", "code", "country", "category", "rate"),
]
