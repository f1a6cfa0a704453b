"""What must be so before a month is locked for good, point by point, and what stands against it.

`quick` asks what a month's closing itself could miss: open documents, lines and drafts. `full` has all checks
of the books run besides, which takes long where there is much.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet

from accounting import chart, ledger
from accounting.finding import Finding
from accounting.models import EntryDraft, Period
from erp.banking import clearing
from erp.banking.models import BankLine
from erp.delivery.models import Return
from erp.documents.models import Outbox
from erp.inventory.models import Adjustment, Stocktake
from erp.sales.models import Step

from .verifying import look, place_of

MOST = 20  # findings that are shown of one point


@dataclass(frozen=True, slots=True)
class Point:
    """One thing that must be so, and what stands against it: sentences, each with where to look."""

    name: str
    found: Sequence[tuple[str, str]]

    @property
    def is_green(self) -> bool:
        return not self.found


def quick(period: Period, *, on: date) -> list[Point]:
    """Ask all but the checks of the books."""
    return [
        Point(_name_of(ask), [(str(text), place_of(text)) for text in _first(ask(period, on))])
        for ask in POINTS
    ]


def full(period: Period, *, on: date) -> tuple[list[Point], int]:
    """Ask everything; return the points, and how many checks of the books there are."""
    count, findings = look()
    found = [(f"{row['check']}: {row['text']}", row["about"]) for row in findings]
    return [
        *quick(period, on=on),
        Point(f"All {count} checks of the books find nothing", found[:MOST]),
    ], count


def open_before(period: Period) -> QuerySet[Period]:
    """Return the months before one that are not locked. Those that are empty are locked with it."""
    return Period.objects.filter(end__lt=period.start, locked=False)


def is_over(period: Period, on: date) -> Iterator[str]:
    """The month is over."""
    if on <= period.end:
        yield Finding(f"{period} ends on {period.end}.", period)


def earlier_months_are_locked(period: Period, on: date) -> Iterator[str]:
    """Earlier months are locked, or empty and locked along."""
    for earlier in open_before(period).filter(entries__isnull=False).distinct().order_by("start"):
        yield Finding(f"{earlier} is still open.", earlier)


def no_entry_is_a_draft(period: Period, on: date) -> Iterator[str]:
    """No manual entry waits."""
    state = EntryDraft.State
    rows = EntryDraft.objects.filter(state__in=(state.DRAFT, state.WAITING), date__lte=period.end)
    return _each(rows.order_by("pk"), lambda row: f"'{row.memo}' of {row.date} is {row.get_state_display()}.")


def no_document_waits(period: Period, on: date) -> Iterator[str]:
    """No document waits to be booked."""
    end = period.end
    wishes = Adjustment.objects.filter(state=Adjustment.State.REQUESTED, requested_on__lte=end)
    yield from _each(wishes.order_by("pk"), lambda row: f"The correction {row} is to be approved.")
    counts = Stocktake.objects.filter(state=Stocktake.State.COUNTING, started_on__lte=end)
    yield from _each(counts.order_by("pk"), lambda row: f"Stocktake {row} is not posted.")
    back = Return.objects.filter(state=Return.State.RECEIVED, received_on__lte=end)
    yield from _each(back.order_by("pk"), lambda row: f"{row} was received and is not closed.")


def the_bank_is_matched(period: Period, on: date) -> Iterator[str]:
    """Every line of the bank is matched."""
    rows = BankLine.objects.filter(state=BankLine.State.OPEN, booked_on__lte=period.end)
    return _each(
        rows.order_by("booked_on", "pk"), lambda row: f"{row.booked_on}: {row.amount} is not matched."
    )


def clearing_is_explained(period: Period, on: date) -> Iterator[str]:
    """Clearing accounts are explained."""
    for role in clearing.ROLES:
        booked, known = ledger.balance(role), clearing.explained(role)
        if booked != known:
            yield Finding(f"{chart.account(role)} is {booked}; {known} is explained.", chart.account(role))
        rows = clearing.unexplained(role).filter(payout__paid_on__lte=period.end).select_related("payout")
        for line in rows.order_by("pk"):
            yield Finding(f"{line.gross} of payout {line.payout} is not explained.", line.payout)


def nothing_is_stuck(period: Period, on: date) -> Iterator[str]:
    """Nothing is stuck."""
    rows = Outbox.objects.filter(done_at=None, attempts__gt=0)
    yield from _each(rows.order_by("pk"), lambda row: f"{row.key} failed: {row.last_error}")
    for step in Step.objects.filter(state=Step.State.FAILED).select_related("order").order_by("pk"):
        words = f"Order {step.order.number}: {step.get_name_display()} failed: {step.reason}"
        yield Finding(words, step.order)


Ask = Callable[[Period, date], Iterator[str]]
POINTS: tuple[Ask, ...] = (
    is_over,
    earlier_months_are_locked,
    no_entry_is_a_draft,
    no_document_waits,
    the_bank_is_matched,
    clearing_is_explained,
    nothing_is_stuck,
)


def _name_of(ask: Ask) -> str:
    return (ask.__doc__ or "").rstrip(".")


def _each(rows: QuerySet[Any], words: Callable[[Any], str]) -> Iterator[str]:
    yield from (Finding(words(row), row) for row in rows[: MOST + 1])


def _first(found: Iterable[str]) -> list[str]:
    rows = list(found)
    more = [f"And {len(rows) - MOST} more."] if len(rows) > MOST else []
    return rows[:MOST] + more
