"""The lines of gl.csv written by PostgreSQL's COPY: byte for byte what `gl` writes, in a part of the time."""

from collections.abc import Iterable
from datetime import date
from itertools import islice
from typing import IO, Any

from django.conf import settings
from django.db import connection

from .cells import SIGNS

AT_ONCE = 2000
SIGNS_SQL = ", ".join(f"chr({ord(sign)})" for sign in SIGNS)
COPY = """
COPY (
    SELECT
        entry.journal || '-' || extract(year FROM year."end") || '-'
            || lpad(entry.number::text, greatest(6, length(entry.number::text)), '0'),
        to_char(line.date, 'YYYY-MM-DD'),
        entry.journal,
        {account_code}, {account_name}, {party_key}, {party_name}, {document_no}, {description},
        {debit}, {credit},
        %(currency)s,
        {tax_code}, {source_key},
        entry.hash
    FROM accounting_journalline line
    JOIN accounting_journalentry entry ON entry.id = line.entry_id
    JOIN accounting_fiscalyear year ON year.id = entry.fiscal_year_id
    JOIN accounting_account account ON account.id = line.account_id
    LEFT JOIN accounting_party party ON party.id = line.party_id
    LEFT JOIN accounting_taxcode tax_code ON tax_code.id = line.tax_code_id
    WHERE entry.number IS NOT NULL
        AND (%(start)s::date IS NULL OR line.date >= %(start)s::date)
        AND (%(end)s::date IS NULL OR line.date <= %(end)s::date)
    ORDER BY line.date, line.entry_id, line.line_no
) TO STDOUT (FORMAT csv, DELIMITER {delimiter}, ENCODING 'UTF8')
"""


def write_lines(stream: IO[str], start: date | None, end: date | None, comma: bool) -> int:
    """Write the posted lines between two days; return how many."""
    asked = {"start": start, "end": end, "currency": settings.CURRENCY}
    count = 0
    with (
        connection.cursor() as cursor,
        connection.wrap_database_errors,
        _copied(cursor, comma, asked) as copy,
    ):
        lines = iter(copy)
        while some := list(islice(lines, AT_ONCE)):
            count += len(some)
            stream.write(_ended(some))
    return count


def _copied(cursor: Any, comma: bool, asked: dict[str, Any]) -> Any:
    """Ask psycopg itself: Django's wrapper for debugging passes no parameters on to `copy`."""
    return cursor.cursor.copy(_sql(comma), asked)


def _ended(lines: Iterable[memoryview]) -> str:
    """Return lines as RFC 4180 ends them. Each comes by itself, and PostgreSQL ends it by LF alone."""
    return b"".join([bytes(line[:-1]) + b"\r\n" for line in lines]).decode()


def _sql(comma: bool) -> str:
    return COPY.format(
        account_code=_text("account.code"),
        account_name=_text("account.name"),
        party_key=_text("party.key"),
        party_name=_text("party.name"),
        document_no=_text("entry.document_no"),
        description=_text("coalesce(nullif(line.memo, ''), entry.memo)"),
        debit=_amount("line.debit", comma),
        credit=_amount("line.credit", comma),
        tax_code=_text("tax_code.code"),
        source_key=_text("entry.source_key"),
        delimiter="';'" if comma else "','",
    )


def _text(value: str) -> str:
    """Return SQL that does as `cells.text`. What is empty is NULL: COPY would quote it."""
    return f"CASE WHEN left({value}, 1) IN ({SIGNS_SQL}) THEN '''' || {value} ELSE nullif({value}, '') END"


def _amount(cents: str, comma: bool) -> str:
    amount = f"({cents} * 0.01)::text"
    return f"replace({amount}, '.', ',')" if comma else amount
