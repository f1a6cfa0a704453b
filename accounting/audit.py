"""Are the books sound? Each check yields a sentence for what is wrong, and nothing where all is right.

Its docstring's first line, with the number of the invariant, is what `verify_books` prints.
"""

from collections.abc import Iterator
from datetime import date
from itertools import groupby

from django.db.models import Count, Exists, F, Max, Min, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce

from . import audit_kept, guards, reckoned, reports
from .chain import next_hash, tax_facts
from .finding import Finding
from .models import (
    Account,
    Allocation,
    BalanceSnapshot,
    DayTurnover,
    JournalEntry,
    JournalLine,
    JournalSequence,
    MonthTurnover,
    NumberSeries,
    OpenItem,
    Period,
    entry_no,
)
from .money import ZERO, in_minor_units, money_value


def entries_balance() -> Iterator[str]:
    """1 Each posted entry has two lines or more that sum to zero, and none is left a draft."""
    counted = JournalEntry.objects.annotate(count=Count("lines"), sum=Sum("lines__amount", default=ZERO))
    for entry in counted.exclude(sum=money_value(0), count__gte=2).order_by("pk"):
        yield Finding(f"{entry}: {entry.count} lines that sum to {entry.sum}.", about=entry)
    for key in JournalEntry.objects.filter(number=None).order_by("pk").values_list("source_key", flat=True):
        yield f"The entry of {key} is still a draft."


def numbers_have_no_gap() -> Iterator[str]:
    """2 Each journal counts 1, 2, 3 without a gap in each year."""
    for sequence in JournalSequence.objects.select_related("fiscal_year").order_by("pk"):
        entries = JournalEntry.objects.filter(
            journal=sequence.journal, fiscal_year=sequence.fiscal_year_id, number__isnull=False
        )
        found = entries.aggregate(count=Count("pk"), first=Min("number"), last=Max("number"))
        last = found["last"] or 0
        if (found["count"], last) != (sequence.last_no, sequence.last_no) or found["first"] not in (1, None):
            yield f"{sequence}: {found['count']} entries up to {last}, counted are {sequence.last_no}."
    counted = JournalSequence.objects.filter(journal=OuterRef("journal"), fiscal_year=OuterRef("fiscal_year"))
    for entry in JournalEntry.objects.filter(~Exists(counted), number__isnull=False).order_by("pk"):
        yield Finding(f"{entry} stands in a journal that has no counter.", about=entry)


def hashes_chain() -> Iterator[str]:
    """3 Each entry's hash is that of the entry before it and of what it says."""
    ends = {
        (seq.journal, seq.fiscal_year_id): seq
        for seq in JournalSequence.objects.select_related("fiscal_year")
    }
    for (journal, year_id), entries in groupby(_entries_in_order(), key=lambda row: row[0][:2]):
        if (journal, year_id) not in ends:
            continue  # Told by numbers_have_no_gap.
        previous, year_end = "", ends[journal, year_id].fiscal_year.end
        for head, facts in entries:
            expected = _hash(previous, head, facts, year_end.year)
            if expected != head[-1]:
                number = entry_no(journal, year_end.year, head[2])
                words = f"{number} does not say what it said when it was posted."
                yield Finding(words, about=head[7])
            previous = head[-1]
        if ends[journal, year_id].last_hash != previous:
            yield f"{ends[journal, year_id]}: the last hash is not that of the last entry."


def snapshots_are_balances() -> Iterator[str]:
    """4 The balances kept of locked periods are what their lines say."""
    locked = set(Period.objects.filter(locked=True).values_list("end", flat=True))
    kept = set(BalanceSnapshot.objects.values_list("period_end", flat=True))
    for end in sorted(kept - locked):
        yield f"The period to {end} is no longer locked, though its balances were kept."
    for end in sorted(locked | kept):
        yield from _wrong_balances(end)


def days_are_their_lines() -> Iterator[str]:
    """4 The turnover reckoned up of each day is what its lines say."""
    upto = reckoned.last_entry()
    lines = reckoned.of_days(JournalLine.objects.filter(entry_id__lte=upto))
    expected = {day[:2]: day[2:] for day in lines}
    rows = DayTurnover.objects.values_list("account_id", "date").annotate(
        Sum("debit"), Sum("credit"), Sum("lines")
    )
    kept = {(account, day): tuple(sums) for account, day, *sums in rows.order_by()}
    names = {account.pk: account for account in Account.objects.all()}
    for account, day in sorted(
        key for key in expected.keys() | kept.keys() if expected.get(key) != kept.get(key)
    ):
        text = f"{names[account]} on {day}: the turnover that was reckoned up is not that of its lines."
        yield Finding(text, about=names[account])


def months_are_their_days() -> Iterator[str]:
    """4 The turnover summed up of each month is that of its days."""
    days = DayTurnover.objects.filter(date__lt=reckoned.so_far().turn)
    expected = {row[:2]: row[2:] for row in reckoned.of_months(days)}
    rows = MonthTurnover.objects.values_list("account_id", "date").annotate(Sum("debit"), Sum("credit"))
    kept = {row[:2]: row[2:] for row in rows.order_by()}
    names = {account.pk: account for account in Account.objects.all()}
    wrong = (key for key in expected.keys() | kept.keys() if expected.get(key) != kept.get(key))
    for account, month in sorted(wrong):
        text = f"{names[account]} in {month:%Y-%m}: the turnover that was summed up is not that of its days."
        yield Finding(text, about=names[account])


def control_accounts_are_open_items() -> Iterator[str]:
    """5 An account that is settled item by item is the sum of its parties and of its open items."""
    for account in Account.objects.filter(open_item=True).order_by("code"):
        lines = JournalLine.objects.posted().filter(account=account)
        total = lines.aggregate(total=Sum("amount", default=ZERO))["total"]
        parties = lines.exclude(party=None).aggregate(total=Sum("amount", default=ZERO))["total"]
        left = OpenItem.objects.filter(line__account=account).aggregate(total=Sum("residual", default=ZERO))[
            "total"
        ]
        if not total == parties == left:
            yield f"{account} stands at {total}, its parties at {parties}, its open items at {left}."


def open_items_are_what_is_left() -> Iterator[str]:
    """5 What is left of an item is its line less its allocations, of one account and party."""
    debits = Allocation.objects.filter(debit_item=OuterRef("pk")).order_by().values("debit_item")
    credits = Allocation.objects.filter(credit_item=OuterRef("pk")).order_by().values("credit_item")
    zero = money_value(0)
    items = OpenItem.objects.annotate(
        settled=Coalesce(Subquery(credits.annotate(total=Sum("amount")).values("total")), zero)
        - Coalesce(Subquery(debits.annotate(total=Sum("amount")).values("total")), zero),
    )
    wrong = items.exclude(residual=F("original") + F("settled"), original=F("line__amount"))
    for item in wrong.select_related("line__entry").order_by("pk"):
        settled = f"{item.settled} was settled"
        yield Finding(
            f"{item.line.entry}: {item.residual} of {item.original} is open, but {settled}.",
            about=item.line.entry,
        )
    missing = JournalLine.objects.posted().filter(account__open_item=True, open_item=None)
    for line in missing.select_related("entry__fiscal_year").order_by("pk"):
        yield Finding(f"{line.entry}: line {line.line_no} has no open item.", about=line.entry)
    strangers = Allocation.objects.exclude(
        debit_item__line__account=F("credit_item__line__account"),
        debit_item__line__party=F("credit_item__line__party"),
    )
    for key in strangers.order_by("pk").values_list("key", flat=True):
        yield f"The allocation {key} settles items of different accounts or parties."


def series_count_up() -> Iterator[str]:
    """2 No counter of documents is below zero or without its date."""
    for series in NumberSeries.objects.filter(last_no__gt=0, last_on=None).order_by("pk"):
        yield f"{series} has counted to {series.last_no} but knows no date."


def guards_are_installed() -> Iterator[str]:
    """12 The database refuses what must not happen: every trigger is there."""
    for name in guards.missing():
        yield f"The trigger {name} is missing or altered."


def the_equation_holds() -> Iterator[str]:
    """13 Assets are liabilities, equity and the result."""
    sums = dict.fromkeys(Account.Kind.values, ZERO)
    for row in reports.trial_balance():
        sums[row.account.kind] += row.closing
    assets = sums["asset"]
    others = -(sums["liability"] + sums["equity"] + sums["income"] + sums["expense"])
    if assets != others:
        yield f"Assets are {assets}, liabilities, equity and result {others}."


def lines_are_dated_as_their_entry() -> Iterator[str]:
    """1 A line has its entry's date, and an entry lies in its period."""
    for line in JournalLine.objects.exclude(date=F("entry__date")).select_related("entry").order_by("pk"):
        yield Finding(
            f"{line.entry}: line {line.line_no} is dated {line.date}, its entry {line.entry.date}.",
            about=line.entry,
        )
    inside = Q(date__gte=F("period__start"), date__lte=F("period__end"))
    for entry in JournalEntry.objects.exclude(inside).order_by("pk"):
        yield Finding(f"{entry} of {entry.date} does not lie in its period.", about=entry)


CHECKS = [
    entries_balance,
    lines_are_dated_as_their_entry,
    numbers_have_no_gap,
    series_count_up,
    hashes_chain,
    snapshots_are_balances,
    days_are_their_lines,
    months_are_their_days,
    control_accounts_are_open_items,
    open_items_are_what_is_left,
    guards_are_installed,
    the_equation_holds,
    *audit_kept.CHECKS,
]


def _wrong_balances(end: date) -> Iterator[str]:
    rows = BalanceSnapshot.objects.filter(period_end=end).values_list("account_id", "debit", "credit")
    kept = {account: (debit, credit) for account, debit, credit in rows}
    lines = {account: (debit, credit) for account, debit, credit in reports.turnover(None, end)}
    for account in Account.objects.filter(pk__in=kept.keys() | lines.keys()).order_by("code"):
        if kept.get(account.pk, (ZERO, ZERO)) != lines.get(account.pk, (ZERO, ZERO)):
            yield f"{account} at {end}: the balance that was kept is not that of its lines."


def _entries_in_order() -> Iterator[tuple[tuple, list]]:
    """Yield each posted entry's head and the facts of its lines, by journal, year and number."""
    rows = (
        JournalLine.objects.filter(entry__number__isnull=False)
        .order_by("entry__journal", "entry__fiscal_year", "entry__number", "line_no")
        .values_list(
            "entry__journal",
            "entry__fiscal_year",
            "entry__number",
            "entry__date",
            "entry__late_for",
            "entry__document_no",
            "entry__memo",
            "entry__source_key",
            "entry__reverses__source_key",
            "entry__posted_by",
            "entry__hash",
            "line_no",
            "account__code",
            "account__kind",
            in_minor_units("amount"),
            "party__key",
            "tax_code__code",
            "tax_code__category",
            "tax_code__rate",
            "due_date",
            "memo",
            "currency",
            in_minor_units("amount_cur"),
        )
    )
    for head, lines in groupby(rows.iterator(chunk_size=5000), key=lambda row: row[:11]):
        yield head, [line[11:] for line in lines]


def _hash(previous: str, head: tuple, lines: list, year: int) -> str:
    journal, _, number, day, late_for, document_no, memo, source_key, reverses, by, _ = head
    return next_hash(
        previous,
        entry_no=entry_no(journal, year, number),
        day=day,
        late_for=late_for,
        words=(document_no, memo, source_key),
        reverses=reverses or "",
        by=by,
        lines=[
            (
                line_no,
                (code, kind),
                amount,
                party or "",
                tax_facts(*tax) if tax[0] else None,
                due.isoformat() if due else "",
                words,
                currency,
                foreign,
            )
            for line_no, code, kind, amount, party, *tax, due, words, currency, foreign in lines
        ],
    )
