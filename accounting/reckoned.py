"""Each account's turnover day by day, reckoned up once: a balance of any day is a sum of few rows.

An entry is never changed, so what was counted stays right. Entries written since are counted at each reading;
nobody who posts has to wait for a row of totals. `audit` compares the days with their lines.
"""

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import connection, transaction
from django.db.models import Max, Q, Sum
from django.db.models.query import QuerySet

from .models import DayTurnover, JournalEntry, JournalLine
from .money import ZERO


def last_entry() -> int:
    """Return the key of the last entry that was reckoned up, or nought."""
    return DayTurnover.objects.aggregate(last=Max("upto"))["last"] or 0


def days(start: date | None, end: date | None, upto: int) -> QuerySet[DayTurnover]:
    """Return the turnover of days, both included, as it stood when an entry was the last reckoned up."""
    found = DayTurnover.objects.filter(upto__lte=upto)
    found = found if start is None else found.filter(date__gte=start)
    return found if end is None else found.filter(date__lte=end)


def turnover(start: date | None, end: date | None, upto: int) -> Iterator[tuple[int, Decimal, Decimal]]:
    """Yield account key, debits and credits of the entries that were reckoned up."""
    sums = days(start, end, upto).values_list("account_id").annotate(Sum("debit"), Sum("credit"))
    yield from sums.order_by("account_id")


def reckon() -> None:
    """Count the entries that were posted since the last time."""
    since, upto = last_entry(), _last_settled_entry()
    lines = JournalLine.objects.filter(entry_id__gt=since, entry_id__lte=upto)
    with transaction.atomic():
        DayTurnover.objects.bulk_create(
            (
                DayTurnover(account_id=account, date=day, debit=debit, credit=credit, upto=upto)
                for account, day, debit, credit in of_days(lines)
            ),
            batch_size=500,
        )


def of_days(lines: QuerySet[JournalLine]) -> Iterator[tuple[int, date, Decimal, Decimal]]:
    """Yield account, day, debits and credits of lines."""
    yield from (
        lines.values_list("account_id", "date")
        .annotate(
            debits=Sum("amount", filter=Q(amount__gt=0), default=ZERO),
            credits=-Sum("amount", filter=Q(amount__lt=0), default=ZERO),
        )
        .order_by("account_id", "date")
    )


def run(payload: dict[str, Any], *, now: datetime) -> None:
    """Count them each night, from the outbox."""
    reckon()


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
