"""trial_balance.csv: every account that ever moved, with its opening, its turnover and its closing."""

from datetime import date
from decimal import Decimal
from typing import IO

from accounting.money import ZERO
from accounting.reports import TrialBalanceRow, trial_balance

from .cells import decimal, rows, text

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


def write(stream: IO[str], start: date | None = None, end: date | None = None, *, comma: bool = False) -> int:
    """Write the trial balance of the days between two; return how many accounts it has."""
    out = rows(stream, comma=comma)
    out.writerow(COLUMNS)
    found = trial_balance(start, end)
    for row in found:
        names = [text(row.account.code), text(row.account.name)]
        out.writerow([*names, *(decimal(figure, comma=comma) for figure in _figures(row))])
    return len(found)


def _figures(row: TrialBalanceRow) -> list[Decimal]:
    return [*_sides(row.opening), row.debit, row.credit, *_sides(row.closing)]


def _sides(balance: Decimal) -> tuple[Decimal, Decimal]:
    return max(balance, ZERO), max(-balance, ZERO)
