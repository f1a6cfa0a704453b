"""trial_balance.csv: every account that ever moved, with its opening, its turnover and its closing."""

import csv
from datetime import date
from decimal import Decimal
from typing import IO

from accounting.money import ZERO
from accounting.reports import trial_balance

from .cells import text

COLUMNS = (
    "account_code",
    "account_name",
    "opening_debit",
    "opening_credit",
    "debit",
    "credit",
    "closing_debit",
    "closing_credit",
)


def write(stream: IO[str], start: date | None = None, end: date | None = None) -> None:
    """Write the trial balance of the days between two."""
    rows = csv.writer(stream)
    rows.writerow(COLUMNS)
    for row in trial_balance(start, end):
        names = [text(row.account.code), text(row.account.name)]
        rows.writerow([*names, *_sides(row.opening), row.debit, row.credit, *_sides(row.closing)])


def _sides(balance: Decimal) -> tuple[Decimal, Decimal]:
    return max(balance, ZERO), max(-balance, ZERO)
