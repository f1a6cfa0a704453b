"""The only door into the books: post() and reverse(). What is owed and settled is in `settlement`."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Sum

from . import guards
from .bulk import insert_rows
from .chain import LineFacts, next_hash, tax_facts
from .chart import account, accounts
from .entry import Entry, Line, Unbalanced, credit, debit
from .inside import inside_transaction
from .models import Account, JournalEntry, JournalLine, OpenItem, entry_no
from .money import ZERO, minor
from .periods import IS_OPEN, closed_for, period_for, period_known
from .refusal import Refusal
from .settlement import allocate, allocate_entries, close_pairs, open_item, owed, settle

__all__ = [
    "AlreadyPosted",
    "Entry",
    "Line",
    "NothingToPost",
    "PartyMissing",
    "Unbalanced",
    "allocate",
    "allocate_entries",
    "balance",
    "credit",
    "debit",
    "open_item",
    "owed",
    "post",
    "reverse",
    "settle",
]

DRAFT = """
    INSERT INTO accounting_journalentry (journal, date, late_for, fiscal_year_id, period_id, source_key,
        digest, document_no, memo, reverses_id, posted_by_id, hash)
    SELECT %s, %s, NULLIF(%s, %s), fiscal_year_id, id, %s, %s, %s, %s, CAST(%s AS bigint),
        CAST(%s AS bigint), ''
    FROM accounting_period WHERE "start" <= %s AND "end" >= %s AND {is_open}
    {held} ON CONFLICT (source_key) DO NOTHING RETURNING id, fiscal_year_id, period_id
"""
OPEN_ITEMS = """
    INSERT INTO accounting_openitem (line_id, original, residual)
    SELECT l.id, l.amount, l.amount
    FROM accounting_journalline l JOIN accounting_account a ON a.id = l.account_id
    WHERE l.entry_id = %s AND a.open_item
    ORDER BY l.line_no RETURNING id
"""
LINE_COLUMNS = (
    "entry_id",
    "line_no",
    "account_id",
    "amount",
    "date",
    "party_id",
    "tax_code_id",
    "due_date",
    "memo",
    "currency",
)
BEGIN_COUNTER = """
    INSERT INTO accounting_journalsequence (journal, fiscal_year_id, last_no, last_hash)
    VALUES (%s, %s, 0, '') ON CONFLICT (journal, fiscal_year_id) DO NOTHING
"""
LOCK_COUNTER = """
    SELECT s.id, s.last_no, s.last_hash, y."end"
    FROM accounting_journalsequence s JOIN accounting_fiscalyear y ON y.id = s.fiscal_year_id
    WHERE s.journal = %s AND s.fiscal_year_id = %s
"""
MOVE_COUNTER = "UPDATE accounting_journalsequence SET last_no = %s, last_hash = %s WHERE id = %s"
SET_POSTED = """
    UPDATE accounting_journalentry
    SET number = %s, hash = %s, document_no = %s, posted_at = CURRENT_TIMESTAMP
    WHERE id = %s
"""


class AlreadyPosted(Refusal):
    """The source of an entry has posted another one already."""


class NothingToPost(Refusal):
    """All amounts of an entry are zero."""


class PartyMissing(Refusal):
    """A line on an account kept by customer or supplier names none."""


def post(entry: Entry, *, by=None, take_number: Callable[[], str] | None = None) -> JournalEntry:
    """Write an entry into the books, in the caller's transaction, and give it its number.

    `take_number` takes the document's number: it is called when all else is written, so that the counter
    it locks is held briefly. The same event again gives the entry there is.
    Raises AlreadyPosted, NothingToPost, PartyMissing, UnknownAccount, PeriodLocked, AreaLocked, NoSuchYear.
    """
    inside_transaction()
    guards.require_once()
    if entry.is_empty:
        raise NothingToPost(f"{entry.source_key}: there is nothing to post.")
    found = accounts(line.account for line in entry.lines)
    _require_parties(entry, found)
    with connection.cursor() as cursor:
        drafted = _draft(cursor, entry, by) or _draft_in_new_year(cursor, entry, by)
        if drafted is None:
            return _posted_before(entry)
        entry_id, year_id, period_id = drafted
        items = _add_lines(cursor, entry_id, entry, found)
        document_no = take_number() if take_number else entry.document_no
        number, digest = _take_place(cursor, entry, year_id, document_no, found, by)
        cursor.execute(SET_POSTED, [number, digest, document_no, entry_id])
    facts = {"number": number, "hash": digest, "document_no": document_no, "posted_by": by}
    posted = JournalEntry(pk=entry_id, fiscal_year_id=year_id, period_id=period_id, **_said(entry), **facts)
    posted._state.adding = False
    posted.open_items = items
    return posted


def reverse(posted: JournalEntry, *, on: date, by=None) -> JournalEntry:
    """Undo an entry by its mirror, dated `on`, and settle what is still open of the one by the other."""
    originals = posted.lines.select_related("account", "party", "tax_code").order_by("line_no")
    mirror = Entry(
        date=on,
        source_key=f"{posted.source_key}:reversal",
        memo=f"Reversal of {posted}",
        lines=tuple(
            Line(line.account.code, -line.amount, line.party, line.tax_code, line.due_date, line.memo)
            for line in originals
        ),
        journal=posted.journal,
        document_no=posted.document_no,
        reverses=posted,
    )
    reversal = post(mirror, by=by)
    close_pairs(posted, reversal, on=on)
    return reversal


def balance(role: str, *, on: date | None = None) -> Decimal:
    """Return debits less credits of an account to the end of a day: positive for an asset."""
    lines = JournalLine.objects.posted().between(None, on).filter(account=account(role))
    return lines.aggregate(balance=Sum("amount", default=ZERO))["balance"]


def _said(entry: Entry) -> dict[str, Any]:
    """Return what an entry says of itself, by the names of its columns."""
    names = ("journal", "date", "late_for", "source_key", "digest", "memo", "reverses")
    return {name: getattr(entry, name) for name in names}


def _require_parties(entry: Entry, found: dict[str, Account]) -> None:
    for line in entry.lines:
        if line.party is None and found[line.account].party_required:
            raise PartyMissing(f"A line on {found[line.account]} names a customer or supplier.")


def _draft(cursor, entry: Entry, by) -> tuple[int, int, int] | None:
    """Insert the header, and return its key, year and period.

    None when its source has one already, or its date lies in no open period. The period stays open until
    the caller commits: who locks it waits, and who is late finds it locked.
    """
    held = "FOR SHARE" if connection.features.has_select_for_update else ""
    statement = DRAFT.format(is_open=IS_OPEN, held=held)
    words = [entry.source_key, entry.digest, entry.document_no, entry.memo]
    keys = [entry.reverses and entry.reverses.pk, by and by.pk]
    head = [entry.journal, entry.date, entry.own_day, entry.date, *words, *keys]
    cursor.execute(statement, [*head, entry.date, entry.date, *closed_for(entry.areas)])
    rows = cursor.fetchall()
    return rows[0] if rows else None


def _draft_in_new_year(cursor, entry: Entry, by) -> tuple[int, int, int] | None:
    """Insert the header into a year that opens itself for it; None when there was another hindrance."""
    if period_known(entry.date):
        return None
    period_for(entry.date)
    return _draft(cursor, entry, by)


def _posted_before(entry: Entry) -> JournalEntry:
    before = JournalEntry.objects.filter(source_key=entry.source_key).first()
    if before is None:
        period_for(entry.date, *entry.areas)
        raise AlreadyPosted(f"{entry.source_key} was posted meanwhile, but is not to be seen yet.")
    if before.digest != entry.digest or before.number is None:
        raise AlreadyPosted(
            f"{entry.source_key} was posted already as {before}, and says something else now."
        )
    items = OpenItem.objects.filter(line__entry=before).order_by("pk")
    before.open_items = list(items.values_list("pk", flat=True))
    return before


def _add_lines(cursor, entry_id: int, entry: Entry, found: dict[str, Account]) -> list[int]:
    """Insert the lines and their open items; return the keys of the latter."""
    insert_rows(
        JournalLine,
        LINE_COLUMNS,
        [
            (
                entry_id,
                line_no,
                found[line.account].pk,
                minor(line.amount),
                entry.date,
                line.party and line.party.pk,
                line.tax_code and line.tax_code.pk,
                line.due,
                line.memo,
                "",
            )
            for line_no, line in enumerate(entry.lines, start=1)
        ],
    )
    if any(found[line.account].open_item for line in entry.lines):
        cursor.execute(OPEN_ITEMS, [entry_id])
        return [key for (key,) in cursor.fetchall()]
    return []


def _take_place(cursor, entry, year_id, document_no, found, by) -> tuple[int, str]:
    """Lock the journal's counter, and move it on to the number and hash of this entry."""
    sequence_id, last_no, last_hash, year_end = _locked_counter(cursor, [entry.journal, year_id])
    number = last_no + 1
    digest = next_hash(
        last_hash,
        entry_no=entry_no(entry.journal, int(str(year_end)[:4]), number),
        day=entry.date,
        late_for=entry.late_for,
        words=(document_no, entry.memo, entry.source_key),
        reverses=entry.reverses.source_key if entry.reverses else "",
        by=by and by.pk,
        lines=[_facts(line_no, line, found) for line_no, line in enumerate(entry.lines, start=1)],
    )
    cursor.execute(MOVE_COUNTER, [number, digest, sequence_id])
    return number, digest


def _locked_counter(cursor, place: list) -> tuple[int, int, str, date | str]:
    features, operations = connection.features, connection.ops
    lock = f" {operations.for_update_sql(no_key=True, of=('s',))}" if features.has_select_for_update else ""
    cursor.execute(LOCK_COUNTER + lock, place)
    rows = cursor.fetchall()
    if not rows:
        cursor.execute(BEGIN_COUNTER, place)
        cursor.execute(LOCK_COUNTER + lock, place)
        rows = cursor.fetchall()
    return rows[0]


def _facts(line_no: int, line: Line, found: dict[str, Account]) -> LineFacts:
    account, tax = found[line.account], line.tax_code
    return (
        line_no,
        (account.code, account.kind),
        minor(line.amount),
        line.party.key if line.party else "",
        tax_facts(tax.code, tax.category, tax.rate) if tax else None,
        line.due.isoformat() if line.due else "",
        line.memo,
        "",
        None,
    )
