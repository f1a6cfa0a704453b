"""gl.csv: the general ledger, one posted line a row."""

from datetime import date
from typing import IO

from django.conf import settings
from django.db import connection

from accounting.money import ZERO
from accounting.reports import LedgerRow, general_ledger

from . import gl_copy
from .cells import decimal, rows, text

COLUMNS = (
    "entry_no",
    "date",
    "journal",
    "account_code",
    "account_name",
    "party_id",
    "party_name",
    "document_no",
    "description",
    "debit",
    "credit",
    "currency",
    "tax_code",
    "source_key",
    "entry_hash",
)


def write(stream: IO[str], start: date | None = None, end: date | None = None, *, comma: bool = False) -> int:
    """Write every posted line between two days; return how many. PostgreSQL writes the same by itself."""
    rows(stream, comma=comma).writerow(COLUMNS)
    write_lines = gl_copy.write_lines if connection.vendor == "postgresql" else _write_lines
    return write_lines(stream, start, end, comma)


def _write_lines(stream: IO[str], start: date | None, end: date | None, comma: bool) -> int:
    found = rows(stream, comma=comma)
    count = 0
    for line in general_ledger(start, end):
        count += 1
        found.writerow(_cells(line, comma))
    return count


def _cells(line: LedgerRow, comma: bool) -> list[str]:
    return [
        line.entry_no,
        line.day.isoformat(),
        line.journal,
        text(line.account_code),
        text(line.account_name),
        text(line.party_key),
        text(line.party_name),
        text(line.document_no),
        text(line.description),
        decimal(max(line.amount, ZERO), comma=comma),
        decimal(max(-line.amount, ZERO), comma=comma),
        settings.CURRENCY,
        text(line.tax_code),
        text(line.source_key),
        line.hash,
    ]
