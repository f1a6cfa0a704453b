"""Each account's turnover by day and by month, reckoned up once: a balance of any day is a sum of few rows.

An entry is never changed, so what was counted stays right. Entries written since are counted at each reading;
nobody who posts has to wait for a row of totals. `audit` compares the days with their lines, and the months
with their days.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import chain
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.db.models import Count, Max, Q, Sum
from django.db.models.functions import TruncMonth
from django.db.models.query import QuerySet
from django.utils import timezone

from .models import Account, DayTurnover, JournalEntry, JournalLine, MonthTurnover
from .money import ZERO

DAY = timedelta(days=1)

Sums = Iterator[tuple[int, Decimal, Decimal]]
"""An account's key, debits and credits; of one account several, which are to be added."""


class Day(NamedTuple):
    """What moved an account on a day, by how many lines."""

    account: int
    date: date
    debit: Decimal
    credit: Decimal
    lines: int

    def more(self, other: "Day") -> "Day":
        """Return the day with what else moved the account."""
        debit, credit = self.debit + other.debit, self.credit + other.credit
        return Day(self.account, self.date, debit, credit, self.lines + other.lines)


@dataclass(frozen=True, slots=True)
class Reckoned:
    """How far was reckoned up: to which entry, and before which day by whole months."""

    upto: int
    turn: date

    def turnover(self, start: date | None, end: date | None) -> Sums:
        """Yield what moved accounts. `start` is the first day of a month, or None."""
        yield from self.sums(start, end)
        for day in self.since(start or date.min, end or date.max):
            yield day.account, day.debit, day.credit

    def sums(self, start: date | None, end: date | None, account: Account | None = None) -> Sums:
        """Yield of it what was reckoned up; of all accounts, or of one."""
        start, end = start or date.min, end or date.max
        turn = max(start, min(self.turn, _month(end + DAY) if end < date.max else end))
        months = MonthTurnover.objects.filter(date__gte=start, date__lt=turn)
        days = DayTurnover.objects.filter(date__gte=turn, date__lte=end)
        for sums in (months, days):
            found = sums.filter(upto__lte=self.upto)
            found = found.filter(account=account) if account else found
            yield from found.values_list("account_id").annotate(Sum("debit"), Sum("credit")).order_by()

    def since(self, start: date, end: date, account: Account | None = None) -> Iterator[Day]:
        """Yield the days of entries that were not reckoned up: few, and found by their keys."""
        if self.upto:
            found = of_days(JournalEntry.objects.filter(pk__gt=self.upto, number__isnull=False), "lines__")
        else:
            lines = JournalLine.objects.posted().between(start, end)
            found = of_days(lines.filter(account=account) if account else lines)
        for day in found:
            if start <= day.date <= end and (account is None or day.account == account.pk):
                yield day

    def days(self, account: Account, start: date, end: date) -> Iterator[Day]:
        """Yield the days on which an account moved, as far as they were reckoned up."""
        kept = DayTurnover.objects.filter(account=account, upto__lte=self.upto)
        kept = kept.filter(date__gte=start, date__lte=end)
        yield from map(Day._make, kept.values_list("account_id", "date", "debit", "credit", "lines"))


def merged(*days: Iterable[Day]) -> list[Day]:
    """Return days of one account in their order, each once."""
    found: dict[date, Day] = {}
    for day in chain(*days):
        found[day.date] = found[day.date].more(day) if day.date in found else day
    return [found[day] for day in sorted(found)]


def so_far() -> Reckoned:
    """Return how far was reckoned up by now."""
    upto = last_entry()
    last = MonthTurnover.objects.filter(upto__lte=upto).aggregate(last=Max("date"))["last"]
    return Reckoned(upto, _month(last + 31 * DAY) if last else date.min)


def last_entry() -> int:
    """Return the key of the last entry that was reckoned up, or nought."""
    return DayTurnover.objects.aggregate(last=Max("upto"))["last"] or 0


def reckon(*, on: date) -> None:
    """Count the entries posted since the last time, and sum up the months that were over by a day."""
    before, upto = so_far(), _last_settled_entry()
    lines = JournalLine.objects.filter(entry_id__gt=before.upto, entry_id__lte=upto)
    with transaction.atomic():
        DayTurnover.objects.bulk_create(
            (
                DayTurnover(
                    account_id=day.account,
                    date=day.date,
                    debit=day.debit,
                    credit=day.credit,
                    lines=day.lines,
                    upto=upto,
                )
                for day in of_days(lines)
            ),
            batch_size=500,
        )
        _sum_up_months(before, _month(on))


def of_days(rows: QuerySet[Any], lines: str = "") -> Iterator[Day]:
    """Yield the days of lines, by account; or of entries by what leads to their lines."""
    amount = f"{lines}amount"
    rows = (
        rows.values_list(f"{lines}account_id", "date")
        .annotate(
            debits=Sum(amount, filter=Q(**{f"{amount}__gt": 0}), default=ZERO),
            credits=-Sum(amount, filter=Q(**{f"{amount}__lt": 0}), default=ZERO),
            count=Count(f"{lines}line_no"),
        )
        .order_by(f"{lines}account_id", "date")
    )
    yield from map(Day._make, rows)


def run(payload: dict[str, Any], *, now: datetime) -> None:
    """Count them each night, from the outbox."""
    reckon(on=timezone.localdate(now))


def of_months(days: QuerySet[DayTurnover]) -> Iterator[tuple[int, date, Decimal, Decimal]]:
    """Yield account, first day of the month, debits and credits of days."""
    months = days.annotate(month=TruncMonth("date")).values_list("account_id", "month")
    yield from months.annotate(Sum("debit"), Sum("credit")).order_by("account_id", "month")


def _sum_up_months(before: Reckoned, turn: date) -> None:
    """Sum up the months before a day: all days, or those just counted of a month summed up before."""
    upto = last_entry()
    fresh = Q(date__gte=before.turn, date__lt=turn) | Q(date__lt=before.turn, upto__gt=before.upto)
    rows = of_months(DayTurnover.objects.filter(fresh))
    MonthTurnover.objects.bulk_create(
        (
            MonthTurnover(account_id=key, date=day, debit=dr, credit=cr, upto=upto)
            for key, day, dr, cr in rows
        ),
        batch_size=500,
    )


def _month(day: date) -> date:
    return day.replace(day=1)


def _last_settled_entry() -> int:
    """Return the last entry's key when nobody is writing one: all up to it are posted, or never will be.

    For that moment entries wait, half a second at most. While an import runs this fails, to be tried again.
    """
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL lock_timeout = '500ms'")
                cursor.execute("LOCK TABLE accounting_journalentry IN SHARE MODE")
        return JournalEntry.objects.aggregate(last=Max("pk"))["last"] or 0
