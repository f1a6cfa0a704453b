"""One account line by line, each with the balance after it; and the journal of some days. Nothing is written.

Both are read in parts. Where a part of an account begins is known by the days' counts: it costs its own
lines and those of that day, however many came before.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import Q, QuerySet, Sum

from . import reckoned
from .models import Account, JournalLine, Party
from .money import ZERO
from .reckoned import Day, Reckoned

ORDER = ("date", "entry_id", "line_no")
WITH = ("entry__fiscal_year", "account", "party", "tax_code")
SHARED = ("entry__fiscal_year", "party")  # few of them are behind many lines: each is read once

Told = tuple[JournalLine, Decimal]
"""A line, and the balance of its account after it."""


@dataclass(frozen=True)
class AccountLines:
    """The lines of an account from one day to another, both included: of all parties, or of some.

    What the days say is read once: one that is kept does not see what is posted later.
    """

    account: Account
    start: date
    end: date
    parties: QuerySet[Party] | None = None

    def lines(self) -> QuerySet[JournalLine]:
        return self._ever().between(self.start, self.end).order_by(*ORDER)

    def opening(self) -> Decimal:
        """Return the balance before the first day: as reckoned up, where all parties count."""
        return self._opening

    def count(self) -> int:
        return sum(day.lines for day in self._days)

    def turnover(self) -> tuple[Decimal, Decimal]:
        """Return the debits and the credits of the days."""
        return sum((day.debit for day in self._days), ZERO), sum((day.credit for day in self._days), ZERO)

    def part(self, first: int, stop: int) -> list[Told]:
        """Return some of the lines, counted from nought, in their order."""
        balance, skipped = self.opening(), first
        for day in self._days:
            if skipped < day.lines:
                break
            balance, skipped = balance + day.debit - day.credit, skipped - day.lines
        else:
            return []
        lines = part_of(self.lines().filter(date__gte=day.date), skipped, skipped + stop - first, SHARED)
        for line in lines:
            line.account = self.account
        return list(_told(lines, balance + self._earlier_that_day(lines[0]))) if lines else []

    def every(self) -> Iterator[Told]:
        """Yield each line in its order, without holding them in memory."""
        yield from _told(every_of(self.lines()), self.opening())

    def _ever(self) -> Any:
        lines = JournalLine.objects.posted().filter(account=self.account)
        return lines if self.parties is None else lines.filter(party__in=self.parties)

    @cached_property
    def _ever_since(self) -> list[Day]:
        """What moved the account up to the last day and was not reckoned up: of some parties, all."""
        if self.parties is None:
            return list(self._reckoned.since(date.min, self.end, self.account))
        return list(reckoned.of_days(self._ever().filter(date__lte=self.end)))

    @cached_property
    def _days(self) -> list[Day]:
        """What moved the account day by day, in order."""
        since = [day for day in self._ever_since if day.date >= self.start]
        if self.parties is None:
            return reckoned.merged(self._reckoned.days(self.account, self.start, self.end), since)
        return since

    @cached_property
    def _opening(self) -> Decimal:
        since = sum((day.debit - day.credit for day in self._ever_since if day.date < self.start), ZERO)
        if self.parties is not None:
            return since
        sums = self._reckoned.sums(None, self.start - timedelta(days=1), self.account)
        return sum((debit - credit for _, debit, credit in sums), since)

    @cached_property
    def _reckoned(self) -> Reckoned:
        return reckoned.so_far()

    def _earlier_that_day(self, line: JournalLine) -> Decimal:
        earlier = Q(entry_id__lt=line.entry_id) | Q(entry_id=line.entry_id, line_no__lt=line.line_no)
        return _sum(self._ever().filter(earlier, date=line.date))


def journal(start: date, end: date, name: str = "") -> QuerySet[JournalLine]:
    """Return the lines of all entries of some days, or of one journal's, in their order."""
    lines = JournalLine.objects.posted().between(start, end).order_by(*ORDER)
    return lines.filter(entry__journal=name) if name else lines


def part_of(
    lines: QuerySet[JournalLine], first: int, stop: int, named: Sequence[str] = WITH
) -> Sequence[JournalLine]:
    """Return some lines with what they name. Keys come first: the lines before are counted, not read."""
    keys = list(lines.values_list("pk", flat=True)[first:stop])
    found = JournalLine.objects.select_related("entry").prefetch_related(*named).in_bulk(keys)
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
