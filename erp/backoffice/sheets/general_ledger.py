"""The general ledger: one account of some days, line by line, with the balance after each."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils.functional import cached_property

from accounting.chart import RECEIVABLE
from accounting.lines import AccountLines, Told
from accounting.models import Account, Party

from . import lines
from .asking import DaysForm
from .sheet import SUM, Read, Report, Row, Sheet

COLUMNS = (
    "Date",
    "Entry",
    "Document",
    "Order",
    "Customer or supplier",
    "Memo",
    "Debit",
    "Credit",
    "Balance",
)


RESULTS = (Account.Kind.INCOME, Account.Kind.EXPENSE)
CREDIT_SIDE = "A balance below nought stands on the credit side."
RUN_ON = "Income and expenses run on through the years: profit and loss says what each of them brought."


class AccountForm(DaysForm):
    """Of which account, and of whom."""

    account = forms.ModelChoiceField(
        Account.objects.order_by("code"), label="account", to_field_name="code", empty_label=None
    )
    party = forms.CharField(label="customer or supplier", required=False, max_length=255)

    field_order = ("account",)

    def parties(self) -> QuerySet[Party] | None:
        """Return whom the words name, by key or by part of the name; None for everybody."""
        words = self.cleaned_data["party"].strip()
        return Party.objects.filter(Q(key=words) | Q(name__icontains=words)) if words else None

    def describe(self) -> str:
        """Return what is asked, in words."""
        words = self.cleaned_data["party"].strip()
        return f"{self.cleaned_data['account']}, {self.span}" + (f", of {words}" if words else "")

    @classmethod
    def first(cls, today: Any) -> dict[str, Any]:
        """Return what is asked when nobody has chosen yet: what customers owe, this month."""
        account = Account.objects.filter(role=RECEIVABLE).values_list("code", flat=True).first()
        return {**super().first(today), "account": account or ""}


class _Page:
    """The rows of an account: its opening, its lines, its closing."""

    def __init__(self, found: AccountLines) -> None:
        self.found = found

    def rows(self) -> Read:
        return Read(self.count, self.part, self.every)

    def count(self) -> int:
        return self._lines + 2

    def part(self, start: int, stop: int) -> list[Row]:
        """Return some rows: the first is the opening, the last the closing."""
        rows = [self._opening()] if start == 0 else []
        rows += _rows(self.found.part(max(start - 1, 0), min(stop - 1, self._lines)))
        return [*rows, self._closing()] if stop >= self.count() else rows

    def every(self) -> Iterator[Row]:
        yield self._opening()
        yield from lines.in_batches(self.found.every(), _rows)
        yield self._closing()

    @cached_property
    def _lines(self) -> int:
        return self.found.count()

    def _opening(self) -> Row:
        return Row([self.found.start, *[""] * 4, "Opening balance", None, None, self.found.opening()], SUM)

    def _closing(self) -> Row:
        debit, credit = self.found.turnover()
        balance = self.found.opening() + debit - credit
        return Row([self.found.end, *[""] * 4, "Closing balance", debit, credit, balance], SUM)


def sheets(asked: AccountForm) -> Sequence[Sheet]:
    account, span = asked.cleaned_data["account"], asked.span
    found = AccountLines(account, span.start, span.end, asked.parties())
    note = f"{CREDIT_SIDE} {RUN_ON}" if account.kind in RESULTS else CREDIT_SIDE
    return [Sheet(str(account), COLUMNS, _Page(found).rows(), note)]


def _rows(told: Iterable[Told]) -> list[Row]:
    told = list(told)
    cells = lines.told([line for line, _ in told])
    return [
        Row(
            [
                line.date,
                cell.entry,
                cell.document,
                cell.order,
                cell.party,
                cell.memo,
                line.debit or None,
                line.credit or None,
                balance,
            ]
        )
        for cell, (line, balance) in zip(cells, told, strict=True)
    ]


GENERAL_LEDGER = Report(
    "general-ledger",
    "General ledger",
    "One account line by line, with the balance after each, down to entry, document and order.",
    AccountForm,
    sheets,
)
