"""The lines of gl.csv written by PostgreSQL's COPY: byte for byte what `gl` writes, in a part of the time.

A month at a time: its lines are joined and sorted in memory, where all at once would be sorted on disk.
"""

import re
from collections.abc import Iterator
from datetime import date
from typing import IO

from django.conf import settings
from django.db import connection

from accounting.models import Period
from accounting.reading import of_one_moment

from .cells import SIGNS
from .entries import within

AT_ONCE = 2000
QUOTED_OR_END = re.compile(rb'("[^"]*")|\n')
SIGNS_SQL = ", ".join(str(ord(sign)) for sign in SIGNS)
# What few rows say of many lines is made ready once: it would be made anew for each line otherwise.
COPY = """
COPY (
    WITH year AS MATERIALIZED (
        SELECT id, '-' || extract(year FROM "end") || '-' AS named FROM accounting_fiscalyear
    ), account AS MATERIALIZED (
        SELECT id, {code} AS code, {name} AS name FROM accounting_account
    ), tax_code AS MATERIALIZED (
        SELECT id, {code} AS code FROM accounting_taxcode
    )
    SELECT
        entry.journal || year.named
            || CASE WHEN number < 1000000 THEN lpad(number::text, 6, '0') ELSE number::text END,
        line.date,
        entry.journal,
        account.code, account.name, {party_key}, {party_name}, {document_no}, {description},
        CASE WHEN line.amount > 0 THEN {debit} ELSE {nothing} END,
        CASE WHEN line.amount < 0 THEN {credit} ELSE {nothing} END,
        %(currency)s,
        tax_code.code, {source_key},
        entry.hash
    FROM accounting_journalline line
    JOIN accounting_journalentry entry ON entry.id = line.entry_id
    JOIN year ON year.id = entry.fiscal_year_id
    JOIN account ON account.id = line.account_id
    LEFT JOIN accounting_party party ON party.id = line.party_id
    LEFT JOIN tax_code ON tax_code.id = line.tax_code_id
    WHERE entry.number IS NOT NULL
        AND line.date BETWEEN %(start)s AND %(end)s AND entry.date BETWEEN %(start)s AND %(end)s
    ORDER BY line.date, line.entry_id, line.line_no
) TO STDOUT (FORMAT csv, DELIMITER {delimiter}, ENCODING 'UTF8')
"""


def write_lines(stream: IO[str], start: date | None, end: date | None, comma: bool) -> int:
    """Write the posted lines between two days; return how many."""
    sql = _sql(comma)
    with of_one_moment():
        _prepare()
        return sum(_write_month(stream, sql, *days) for days in _months(start, end))


def _prepare() -> None:
    """Let a month be sorted in memory, and no statement be compiled: each runs for a moment."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '64MB'; SET LOCAL jit = off; SET LOCAL datestyle = ISO")


def _months(start: date | None, end: date | None) -> Iterator[tuple[date, date]]:
    """Yield the days of each month that are asked for. Each entry lies in one."""
    months = Period.objects.order_by("start")
    months = months.filter(end__gte=start) if start else months
    for month in months.filter(start__lte=end) if end else months:
        yield within(month.start, month.end, start, end)


def _write_month(stream: IO[str], sql: str, start: date, end: date) -> int:
    asked = {"start": start, "end": end, "currency": settings.CURRENCY}
    kept, count = bytearray(), 0
    # psycopg itself is asked: Django's wrapper for debugging passes no parameters on to `copy`.
    with (
        connection.cursor() as cursor,
        connection.wrap_database_errors,
        cursor.cursor.copy(sql, asked) as copy,
    ):
        for line in copy:  # each by itself, and let go at once: many that are held cost twice the time
            kept += line
            count += 1
            if count % AT_ONCE == 0:
                stream.write(_ended(kept, AT_ONCE))
                kept.clear()
    stream.write(_ended(kept, count % AT_ONCE))
    return count


def _ended(lines: bytearray, count: int) -> str:
    """Return lines as RFC 4180 ends them: PostgreSQL ends them by LF alone, as words of a cell may be too."""
    if lines.count(b"\n") == count:
        return lines.replace(b"\n", b"\r\n").decode()
    return QUOTED_OR_END.sub(lambda found: found[1] or b"\r\n", bytes(lines)).decode()


def _sql(comma: bool) -> str:
    return COPY.format(
        code=_text("code"),
        name=_text("name"),
        party_key=_text("party.key"),
        party_name=_text("party.name"),
        document_no=_text("entry.document_no"),
        description=_text("CASE WHEN line.memo = '' THEN entry.memo ELSE line.memo END"),
        debit=_amount("line.amount", comma),
        credit=_amount("-line.amount", comma),
        nothing="'0,00'" if comma else "'0.00'",
        source_key=_text("entry.source_key"),
        delimiter="';'" if comma else "','",
    )


def _text(value: str) -> str:
    """Return SQL that does as `cells.text`. What is empty is NULL: COPY would quote it."""
    return f"CASE WHEN ascii({value}) IN ({SIGNS_SQL}) THEN '''' || {value} ELSE nullif({value}, '') END"


def _amount(cents: str, comma: bool) -> str:
    amount = f"({cents} * 0.01)::text"
    return f"replace({amount}, '.', ',')" if comma else amount
