"""Numbers of documents without gaps, such as INV-2026-000042. Journals count for themselves, in `ledger`."""

from django.db import connection

from .inside import inside_transaction

TAKE = """
    UPDATE accounting_numberseries SET last_no = last_no + 1
    WHERE series = %s AND year = %s RETURNING last_no
"""
BEGIN = """
    INSERT INTO accounting_numberseries (series, year, last_no) VALUES (%s, %s, 0)
    ON CONFLICT (series, year) DO NOTHING
"""


def next_number(series: str, year: int) -> str:
    """Take the next number of a series. Call it last: its row stays locked until the caller commits.

    A transaction that is rolled back gives its number back.
    """
    inside_transaction()
    with connection.cursor() as cursor:
        taken = _take(cursor, series, year)
        if not taken:
            cursor.execute(BEGIN, [series, year])
            taken = _take(cursor, series, year)
    return f"{series}-{year}-{taken[0][0]:06d}"


def _take(cursor, series: str, year: int) -> list:
    cursor.execute(TAKE, [series, year])
    return cursor.fetchall()
