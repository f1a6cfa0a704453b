"""Numbers of documents without gaps, such as INV-2026-000042. Journals count for themselves, in `ledger`."""

from datetime import date

from django.db import connection

from .inside import inside_transaction
from .models import NumberSeries
from .refusal import Refusal

TAKE = """
    UPDATE accounting_numberseries SET last_no = last_no + 1, last_on = %s
    WHERE series = %s AND year = %s AND (last_on IS NULL OR last_on <= %s) RETURNING last_no
"""
BEGIN = """
    INSERT INTO accounting_numberseries (series, year, last_no) VALUES (%s, %s, 0)
    ON CONFLICT (series, year) DO NOTHING
"""


class DatedBeforeLast(Refusal):
    """A document would have a higher number and an earlier date than another: dates ascend with numbers."""


def next_number(series: str, day: date) -> str:
    """Take the next number of a series in the year of a day. Raises DatedBeforeLast.

    Call it last: its row stays locked until the caller commits. A transaction that is rolled back gives
    its number back.
    """
    inside_transaction()
    with connection.cursor() as cursor:
        taken = _take(cursor, series, day)
        if not taken:
            cursor.execute(BEGIN, [series, day.year])
            taken = _take(cursor, series, day)
    if not taken:
        last = NumberSeries.objects.get(series=series, year=day.year)
        raise DatedBeforeLast(
            f"The last document of {last} is dated {last.last_on}: none can be dated {day} any more."
        )
    return f"{series}-{day.year}-{taken[0][0]:06d}"


def earliest_day(series: str, day: date) -> date:
    """Return a day, or the day of its year's last document of a series where that is later."""
    last = NumberSeries.objects.filter(series=series, year=day.year, last_on__gt=day).first()
    return last.last_on if last and last.last_on else day


def _take(cursor, series: str, day: date) -> list:
    cursor.execute(TAKE, [day, series, day.year, day])
    return cursor.fetchall()
