"""One account line by line, each with the balance after it; and the journal of some days. Nothing is written.

Both are read in parts: a part in the middle costs its own lines and one sum, however many came before it.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import F, Q, QuerySet, Sum

from . import reckoned
from .models import Account, BalanceSnapshot, JournalLine, Party
from .money import ZERO

ORDER = ("date", "entry_id", "line_no")
WITH = ("entry__fiscal_year", "account", "party", "tax_code")

Told = tuple[JournalLine, Decimal]
"""A line, and the balance of its account after it."""


@dataclass(frozen=True, slots=True)
class AccountLines:
    """The lines of an account from one day to another, both included: of all parties, or of some."""

    account: Account
    start: date
    end: date
    parties: QuerySet[Party] | None = None

    def lines(self) -> QuerySet[JournalLine]:
        return self._ever().between(self.start, self.end).order_by(*ORDER)

    def opening(self) -> Decimal:
        """Return the balance before the first day."""
        return self._balance(self.start - timedelta(days=1))

    def turnover(self) -> tuple[Decimal, Decimal]:
        """Return the debits and the credits of the days."""
        sums = (
            self.lines()
            .order_by()
            .aggregate(
                debit=Sum("amount", filter=Q(amount__gt=0), default=ZERO),
                credit=Sum("amount", filter=Q(amount__lt=0), default=ZERO),
            )
        )
        return sums["debit"], -sums["credit"]

    def part(self, first: int, stop: int) -> list[Told]:
        """Return some of the lines, counted from nought, in their order."""
        lines = part_of(self.lines(), first, stop)
        return list(_told(lines, self._before(lines[0]))) if lines else []

    def every(self) -> Iterator[Told]:
        """Yield each line in its order, without holding them in memory."""
        yield from _told(every_of(self.lines()), self.opening())

    def _ever(self) -> Any:
        lines = JournalLine.objects.posted().filter(account=self.account)
        return lines if self.parties is None else lines.filter(party__in=self.parties)

    def _before(self, line: JournalLine) -> Decimal:
        """Return the balance before a line: that of the day before, and of the lines earlier that day."""
        earlier = Q(entry_id__lt=line.entry_id) | Q(entry_id=line.entry_id, line_no__lt=line.line_no)
        today = _sum(self._ever().filter(earlier, date=line.date))
        return self._balance(line.date - timedelta(days=1)) + today

    def _balance(self, day: date) -> Decimal:
        """Return the balance at the end of a day: as kept or reckoned up, where all parties count."""
        if self.parties is not None:
            return _sum(self._ever().filter(date__lte=day))
        kept, counted = self._kept(day), reckoned.last_entry()
        start = kept.period_end + timedelta(days=1) if kept else None
        days = reckoned.days(start, day, counted).filter(account=self.account)
        sums = days.aggregate(total=Sum(F("debit") - F("credit"), default=ZERO))
        since = _sum(self._ever().between(start, day).filter(entry_id__gt=counted))
        return (kept.debit - kept.credit if kept else ZERO) + sums["total"] + since

    def _kept(self, day: date) -> BalanceSnapshot | None:
        kept = BalanceSnapshot.objects.filter(account=self.account, period_end__lte=day)
        return kept.order_by("-period_end").first()


def journal(start: date, end: date, name: str = "") -> QuerySet[JournalLine]:
    """Return the lines of all entries of some days, or of one journal's, in their order."""
    lines = JournalLine.objects.posted().between(start, end).order_by(*ORDER)
    return lines.filter(entry__journal=name) if name else lines


def part_of(lines: QuerySet[JournalLine], first: int, stop: int) -> Sequence[JournalLine]:
    """Return some lines with what they name. Keys come first: the lines before are counted, not read."""
    keys = list(lines.values_list("pk", flat=True)[first:stop])
    found = JournalLine.objects.select_related(*WITH).in_bulk(keys)
    return [found[key] for key in keys]


def every_of(lines: QuerySet[JournalLine]) -> Iterator[JournalLine]:
    """Yield lines with what they name, without holding them in memory."""
    yield from lines.select_related(*WITH).iterator(chunk_size=2000)


def _told(lines: Iterable[JournalLine], balance: Decimal) -> Iterator[Told]:
    for line in lines:
        balance += line.amount
        yield line, balance


def _sum(lines: QuerySet[JournalLine]) -> Decimal:
    return lines.order_by().aggregate(total=Sum("amount", default=ZERO))["total"]
