"""Attacks on the books by raw SQL. Each names what is tried, how, and the words in which it is refused.

Braces are filled with tables, and with the keys of a sale of three lines, its payment, and what belongs to
them.
"""

from dataclasses import dataclass

from django.db import connection

POSTED = "A posted entry is never changed"
LINE = "written once and never changed|never deleted"

TABLES = {
    "lines": "accounting_journalline",
    "entries": "accounting_journalentry",
    "counters": "accounting_journalsequence",
    "series": "accounting_numberseries",
    "items": "accounting_openitem",
    "allocations": "accounting_allocation",
    "periods": "accounting_period",
    "years": "accounting_fiscalyear",
    "balances": "accounting_balancesnapshot",
    "accounts": "accounting_account",
    "parties": "accounting_party",
    "tax_codes": "accounting_taxcode",
}


@dataclass(frozen=True)
class Attack:
    tries: str
    sql: str
    refused: str
    only: str = ""

    @property
    def is_known_here(self):
        return self.only in ("", connection.vendor)

    def statement(self, keys):
        return self.sql.format(**TABLES, **keys)


ON_POSTED_ENTRIES = [
    Attack("edit an amount", "UPDATE {lines} SET amount = amount + 1 WHERE id = {line}", LINE),
    Attack(
        "edit two amounts so that they still balance",
        "UPDATE {lines} SET amount = amount + amount WHERE entry_id = {sale}",
        LINE,
    ),
    Attack("edit an account", "UPDATE {lines} SET account_id = {bank} WHERE id = {line}", LINE),
    Attack("edit a line's date", "UPDATE {lines} SET date = '2026-03-09' WHERE id = {line}", LINE),
    Attack("edit a party", "UPDATE {lines} SET party_id = {stranger} WHERE id = {line}", LINE),
    Attack("edit a tax code", "UPDATE {lines} SET tax_code_id = NULL WHERE id = {taxed}", LINE),
    Attack(
        "move a leg to another entry",
        "UPDATE {lines} SET entry_id = {payment}, line_no = 9 WHERE id = {line}",
        LINE,
    ),
    Attack("change a line's key", "UPDATE {lines} SET id = id + 1000 WHERE id = {line}", LINE),
    Attack("delete a line", "DELETE FROM {lines} WHERE id = {line}", LINE),
    Attack(
        "add a line",
        "INSERT INTO {lines} (entry_id, line_no, account_id, amount, date, memo, currency)"
        " VALUES ({sale}, 9, {bank}, 5, '2026-03-02', '', '')",
        "A posted entry takes no further line",
    ),
    Attack("delete an entry", "DELETE FROM {entries} WHERE id = {sale}", "never deleted"),
    Attack("take an entry's number", "UPDATE {entries} SET number = NULL WHERE id = {sale}", POSTED),
    Attack("give another number", "UPDATE {entries} SET number = 9 WHERE id = {sale}", POSTED),
    Attack("change the hash", "UPDATE {entries} SET hash = 'x' WHERE id = {sale}", POSTED),
    Attack("change the date", "UPDATE {entries} SET date = '2026-03-03' WHERE id = {sale}", POSTED),
    Attack("change the memo", "UPDATE {entries} SET memo = 'x' WHERE id = {sale}", POSTED),
    Attack("change the source", "UPDATE {entries} SET source_key = 'x' WHERE id = {sale}", POSTED),
    Attack(
        "change who posted",
        "UPDATE {entries} SET posted_by_id = NULL WHERE id = {sale}",
        POSTED,
    ),
    Attack(
        "move the lines by the entry's key",
        "UPDATE {entries} SET id = 0 WHERE id = {sale}",
        POSTED,
    ),
    Attack(
        "insert an entry as posted",
        "INSERT INTO {entries} (journal, date, fiscal_year_id, period_id, number, source_key,"
        " digest, document_no, memo, hash, posted_at) VALUES ('GENERAL', '2026-03-02', {year}, {period}, 3,"
        " 'x', 'x', '', '', 'x', '2026-03-02')",
        "An entry begins as a draft",
    ),
    Attack(
        "replace a posted line by key",
        "INSERT OR REPLACE INTO {lines} (id, entry_id, line_no, account_id, amount, date, memo,"
        " currency) VALUES ({line}, {payment}, 9, {bank}, 5, '2026-03-02', '', '')",
        "never replaced|takes no further line",
        only="sqlite",
    ),
    Attack(
        "replace a posted line by its place",
        "INSERT OR REPLACE INTO {lines} (entry_id, line_no, account_id, amount, date, memo,"
        " currency) VALUES ({sale}, 1, {bank}, 5, '2026-03-02', '', '')",
        "A posted entry takes no further line",
        only="sqlite",
    ),
    Attack(
        "replace a posted line from a draft",
        "UPDATE OR REPLACE {lines} SET id = {line} WHERE id = {draft_line}",
        LINE,
        only="sqlite",
    ),
    Attack(
        "replace a posted entry by key",
        "UPDATE OR REPLACE {entries} SET id = {sale} WHERE id = {draft}",
        "An entry keeps its key",
        only="sqlite",
    ),
    Attack(
        "replace a posted entry by its source",
        "UPDATE OR REPLACE {entries} SET source_key = 'sale:1' WHERE id = {draft}",
        "A posted entry is never deleted",
        only="sqlite",
    ),
    Attack(
        "insert over a posted entry",
        "INSERT OR REPLACE INTO {entries} (journal, date, fiscal_year_id, period_id, source_key,"
        " digest, document_no, memo, hash) VALUES ('GENERAL', '2026-03-02', {year}, {period}, 'sale:1', 'x',"
        " '', '', '')",
        "A posted entry is never deleted",
        only="sqlite",
    ),
    Attack(
        "update by way of a conflict",
        "INSERT INTO {entries} (journal, date, fiscal_year_id, period_id, source_key, digest, document_no,"
        " memo, hash) VALUES ('GENERAL', '2026-03-02', {year}, {period}, 'sale:1', 'x', '', '', '')"
        " ON CONFLICT (source_key) DO UPDATE SET memo = 'x'",
        POSTED,
    ),
    Attack("truncate the lines", "TRUNCATE {lines} CASCADE", "never emptied", only="postgresql"),
    Attack("truncate the entries", "TRUNCATE {entries} CASCADE", "never emptied", only="postgresql"),
    Attack("truncate the accounts", "TRUNCATE {accounts} CASCADE", "never emptied", only="postgresql"),
    Attack("truncate the users", "TRUNCATE auth_user CASCADE", "never emptied", only="postgresql"),
]

ON_COUNTERS = [
    Attack(
        "count a journal back",
        "UPDATE {counters} SET last_no = last_no - 1",
        "moves up by one",
    ),
    Attack("count a journal on by two", "UPDATE {counters} SET last_no = last_no + 2", "by one"),
    Attack("change a journal's last hash", "UPDATE {counters} SET last_hash = 'x'", "by one"),
    Attack("delete a journal's counter", "DELETE FROM {counters}", "never deleted"),
    Attack(
        "begin a journal at seven",
        "INSERT INTO {counters} (journal, fiscal_year_id, last_no, last_hash) VALUES ('CASH', {year}, 7, '')",
        "begins at zero",
    ),
    Attack("count invoices back", "UPDATE {series} SET last_no = last_no - 1", "moves up by one"),
    Attack("rename a series", "UPDATE {series} SET series = 'X'", "moves up by one"),
    Attack("delete a series", "DELETE FROM {series}", "never deleted"),
]

ON_SETTLEMENT = [
    Attack("forgive a debt", "UPDATE {items} SET residual = 0 WHERE id = {item}", "its allocations"),
    Attack(
        "enlarge a debt",
        "UPDATE {items} SET original = 99999 WHERE id = {item}",
        "keeps its line",
    ),
    Attack("delete an open item", "DELETE FROM {items} WHERE id = {item}", "never deleted"),
    Attack("delete an allocation", "DELETE FROM {allocations}", "never deleted"),
    Attack("edit an allocation", "UPDATE {allocations} SET amount = 1", "never changed"),
    Attack(
        "open an item on an account without items",
        "INSERT INTO {items} (line_id, original, residual) VALUES ({taxed}, -10000, -10000)",
        "begins as the whole of its line",
    ),
    Attack(
        "settle a debit by itself",
        "INSERT INTO {allocations} (debit_item_id, credit_item_id, amount, date, key)"
        " VALUES ({item}, {item}, 5, '2026-03-02', 'x')",
        "A debit and a credit settle each other",
    ),
    Attack(
        "settle by somebody else's money",
        "INSERT INTO {allocations} (debit_item_id, credit_item_id, amount, date, key)"
        " VALUES ({item}, {others_item}, 5, '2026-03-02', 'x')",
        "A debit and a credit settle each other",
    ),
    Attack(
        "settle by part of a cent",
        "INSERT INTO {allocations} (debit_item_id, credit_item_id, amount, date, key)"
        " VALUES ({item}, {paid_item}, 0.5, '2026-03-02', 'x')",
        "whole numbers",
        only="sqlite",
    ),
]

ON_WHAT_LINES_REFER_TO = [
    Attack(
        "change an account's kind",
        "UPDATE {accounts} SET kind = 'expense' WHERE id = {bank}",
        "in use",
    ),
    Attack("change an account's number", "UPDATE {accounts} SET code = 'X' WHERE id = {bank}", "in use"),
    Attack("delete an account", "DELETE FROM {accounts} WHERE id = {bank}", "in use"),
    Attack("change a party's key", "UPDATE {parties} SET key = 'x' WHERE id = {customer}", "in use"),
    Attack("delete a party", "DELETE FROM {parties} WHERE id = {customer}", "in use"),
    Attack("change a rate", "UPDATE {tax_codes} SET rate = 7 WHERE id = {vat}", "in use"),
    Attack("delete a tax code", "DELETE FROM {tax_codes} WHERE id = {vat}", "in use"),
]

ON_PERIODS = [
    Attack("unlock a period", "UPDATE {periods} SET locked = {false} WHERE locked", "stays locked"),
    Attack(
        "reopen a VAT declaration",
        "UPDATE {periods} SET vat_locked = {false} WHERE locked",
        "declared",
    ),
    Attack("delete a period", "DELETE FROM {periods} WHERE id = {period}", "never deleted"),
    Attack(
        "stretch a period",
        "UPDATE {periods} SET \"end\" = '2026-12-31' WHERE id = {period}",
        "its dates",
    ),
    Attack(
        "lock out of order",
        "UPDATE {periods} SET locked = {true} WHERE start = '2026-05-01'",
        "first",
    ),
    Attack(
        "open a period before a locked one",
        'INSERT INTO {periods} (fiscal_year_id, start, "end", locked, vat_locked)'
        " VALUES ({year}, '2020-01-01', '2020-01-31', {false}, {false})",
        "closed up to a later date",
    ),
    Attack(
        "move a year",
        "UPDATE {years} SET \"end\" = '2027-01-31' WHERE id = {year}",
        "its dates",
    ),
    Attack("delete a year", "DELETE FROM {years}", "never deleted"),
    Attack("edit a kept balance", "UPDATE {balances} SET debit = 1", "never changed"),
    Attack("delete a kept balance", "DELETE FROM {balances}", "never deleted"),
    Attack(
        "keep a balance of an open period",
        "INSERT INTO {balances} (account_id, period_end, debit, credit) VALUES ({bank}, '2026-03-31', 0, 0)",
        "when its period is locked",
    ),
]

ATTACKS = [*ON_POSTED_ENTRIES, *ON_COUNTERS, *ON_SETTLEMENT, *ON_WHAT_LINES_REFER_TO, *ON_PERIODS]
