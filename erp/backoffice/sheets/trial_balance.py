"""The trial balance: every account with its opening, its turnover and its closing."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from accounting import reports
from accounting.models import JournalLine
from accounting.money import ZERO

from .. import links
from .asking import Span, SpanForm
from .sheet import SUM, Link, Report, Row, Sheet

COLUMNS = (
    "Code",
    "Account",
    "Opening debit",
    "Opening credit",
    "Debit",
    "Credit",
    "Closing debit",
    "Closing credit",
)


def sheets(asked: SpanForm) -> Sequence[Sheet]:
    found = reports.trial_balance(asked.span.start, asked.span.end)
    rows = [_row(row, asked.span) for row in found]
    return [Sheet("Trial balance", COLUMNS, [*rows, _total(found)] if rows else [])]


def _row(row: reports.TrialBalanceRow, span: Span) -> Row:
    code = row.account.code
    url = links.list_of(JournalLine, account__code=code, date__gte=span.start, date__lte=span.end)
    return Row([Link(code, url), row.account.name, *_figures(row)])


def _figures(row: reports.TrialBalanceRow) -> list[Decimal]:
    return [*_sides(row.opening), row.debit, row.credit, *_sides(row.closing)]


def _total(found: Sequence[reports.TrialBalanceRow]) -> Row:
    figures: Any = zip(*map(_figures, found), strict=True)
    return Row(["", "Total", *(sum(column, ZERO) for column in figures)], SUM)


def _sides(balance: Decimal) -> tuple[Decimal, Decimal]:
    return max(balance, ZERO), max(-balance, ZERO)


TRIAL_BALANCE = Report(
    "trial-balance",
    "Trial balance",
    "Every account: what it stood at, what moved, what it stands at.",
    SpanForm,
    sheets,
)
