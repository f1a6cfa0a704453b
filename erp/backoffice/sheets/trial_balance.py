"""The trial balance: every account with its opening, its turnover and its closing, beside another day's."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms

from accounting import reports
from accounting.models import Account
from accounting.money import ZERO
from accounting.reports import TrialBalanceRow

from . import lines
from .asking import SpanForm, said
from .general_ledger import CREDIT_SIDE, RUN_ON
from .grouped import CHANGE
from .sheet import SUM, Link, Report, Row, Sheet, plain

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


def headings() -> list[tuple[str, str]]:
    """Return the chart's headings to choose from."""
    names = Account.objects.exclude(group="").order_by("group").values_list("group", flat=True).distinct()
    return [("", "all"), *((name, name) for name in names)]


class AccountsForm(SpanForm):
    """Of which accounts, besides the days."""

    kind = forms.ChoiceField(label="kind", choices=[("", "all"), *Account.Kind.choices], required=False)
    group = forms.ChoiceField(label="heading", choices=headings, required=False)
    moved = forms.BooleanField(label="only what moved", required=False)

    def wants(self, row: TrialBalanceRow) -> bool:
        """Return whether a row is asked for."""
        asked = self.cleaned_data
        return (
            asked["kind"] in ("", row.account.kind)
            and asked["group"] in ("", row.account.group)
            and not (asked["moved"] and not row.debit and not row.credit)
        )

    def describe(self) -> str:
        """Return what is asked, in words."""
        asked = self.cleaned_data
        chosen = [asked["kind"], asked["group"], "only what moved" if asked["moved"] else ""]
        return ", ".join([super().describe(), *filter(None, chosen)])


def sheets(asked: AccountsForm) -> Sequence[Sheet]:
    found = [row for row in reports.trial_balance(asked.span.start, asked.span.end) if asked.wants(row)]
    rows = [_row(row, asked) for row in found]
    if not asked.beside:
        return [Sheet("Trial balance", COLUMNS, [*rows, _total(rows)] if rows else [], RUN_ON)]
    return [_beside(rows, found, asked)]


def _row(row: TrialBalanceRow, asked: AccountsForm) -> Row:
    url = lines.ledger_url(row.account, asked.span)
    figures = [*_sides(row.opening), row.debit, row.credit, *_sides(row.closing)]
    return Row([Link(row.account.code, url), row.account.name, *(Link(figure, url) for figure in figures)])


def _beside(rows: Sequence[Row], found: Sequence[TrialBalanceRow], asked: AccountsForm) -> Sheet:
    """Return the same with what accounts stood at at the end of other days."""
    day = asked.beside.end  # type: ignore[union-attr]
    then = {key: debit - credit for key, (debit, credit) in reports.totals(day).items()}
    wider = [
        Row([*row.cells, was := then.get(one.account.pk, ZERO), one.closing - was])
        for row, one in zip(rows, found, strict=True)
    ]
    columns = [*COLUMNS, f"Balance {said(day)}", CHANGE]
    note = f"{CREDIT_SIDE} {RUN_ON}"
    return Sheet("Trial balance", columns, [*wider, _total(wider)] if wider else [], note)


def _total(rows: Sequence[Row]) -> Row:
    figures: Any = zip(*(row.cells[2:] for row in rows), strict=True)
    return Row(["", "Total", *(_sum(column) for column in figures)], SUM)


def _sum(column: Sequence[Any]) -> Decimal:
    return sum((plain(cell) for cell in column), ZERO)


def _sides(balance: Decimal) -> tuple[Decimal, Decimal]:
    return max(balance, ZERO), max(-balance, ZERO)


TRIAL_BALANCE = Report(
    "trial-balance",
    "Trial balance",
    "Every account: what it stood at, what moved, what it stands at.",
    AccountsForm,
    sheets,
)
