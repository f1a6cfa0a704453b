"""Numbers of documents without gaps, such as INV-2026-000042. Journals count for themselves, in `ledger`.

With its number a document takes its place in the chain of its series and year: a hash of the document
before it, of its number and of what it says. The database computes it in the statement that counts, as
only there both are known and nobody can come between.
"""

from datetime import date
from typing import NamedTuple

from django.db import connection

from .inside import inside_transaction
from .models import NumberSeries
from .refusal import Refusal

TAKE = """
    UPDATE accounting_numberseries SET last_no = last_no + 1, last_on = %s, last_hash = {sha256}
    WHERE series = %s AND year = %s AND (last_on IS NULL OR last_on <= %s) RETURNING last_no, last_hash
"""
LINKED = "last_hash || (last_no + 1) || %s"
SHA256 = {
    "sqlite": f"SHA256({LINKED})",
    "postgresql": f"ENCODE(SHA256(CONVERT_TO({LINKED}, 'UTF8')), 'hex')",
}
BEGIN = """
    INSERT INTO accounting_numberseries (series, year, last_no, last_hash) VALUES (%s, %s, 0, '')
    ON CONFLICT (series, year) DO NOTHING
"""


class DatedBeforeLast(Refusal):
    """A document would have a higher number and an earlier date than another: dates ascend with numbers."""


class Place(NamedTuple):
    """Where a document stands in its series and year."""

    number: str
    hash: str


def next_place(series: str, day: date, *, seal: str) -> Place:
    """Take the next number and hash of a series in the year of a day. Raises DatedBeforeLast.

    `seal` is the hash of what the document says. Call it last: its row stays locked until the caller
    commits. A transaction that is rolled back gives its number back.
    """
    inside_transaction()
    with connection.cursor() as cursor:
        taken = _take(cursor, series, day, seal)
        if not taken:
            cursor.execute(BEGIN, [series, day.year])
            taken = _take(cursor, series, day, seal)
    if not taken:
        last = NumberSeries.objects.get(series=series, year=day.year)
        raise DatedBeforeLast(
            f"The last document of {last} is dated {last.last_on}: none can be dated {day} any more."
        )
    number, digest = taken[0]
    return Place(f"{series}-{day.year}-{number:06d}", digest)


def earliest_day(series: str, day: date) -> date:
    """Return a day, or the day of its year's last document of a series where that is later."""
    last = NumberSeries.objects.filter(series=series, year=day.year, last_on__gt=day).first()
    return last.last_on if last and last.last_on else day


def _take(cursor, series: str, day: date, seal: str) -> list:
    statement = TAKE.format(sha256=SHA256[connection.vendor])
    cursor.execute(statement, [day, seal, series, day.year, day])
    return cursor.fetchall()
