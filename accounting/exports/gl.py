"""gl.csv: the general ledger, one posted line a row."""

import csv
from datetime import date
from typing import IO

from django.conf import settings

from accounting.money import ZERO
from accounting.reports import LedgerRow, general_ledger

from .cells import text

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


def write(stream: IO[str], start: date | None = None, end: date | None = None) -> None:
    """Write every posted line between two days."""
    rows = csv.writer(stream)
    rows.writerow(COLUMNS)
    for line in general_ledger(start, end):
        rows.writerow(_cells(line))


def _cells(line: LedgerRow) -> list:
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
        max(line.amount, ZERO),
        max(-line.amount, ZERO),
        settings.CURRENCY,
        text(line.tax_code),
        text(line.source_key),
        line.hash,
    ]
