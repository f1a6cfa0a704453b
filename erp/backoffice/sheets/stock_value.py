"""What the goods were worth at the end of any day, product by product, beside the inventory account."""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.urls import reverse
from oscar.core.loading import get_model

from accounting import chart, ledger
from accounting.money import ZERO
from erp.inventory.models import StockMove, Warehouse
from erp.inventory.valuing import Worth, in_warehouse, valuation

from .. import links
from .asking import DayForm, said, url_of
from .sheet import SUM, Link, Read, Report, Row, Sheet

Category = get_model("catalogue", "Category")

COLUMNS = ("SKU", "Product", "Pieces", "Average", "Value")
BESIDE = ("", "Value")
NOTE = "A product costs the same in every warehouse: each has its share of the value by pieces."


class StockForm(DayForm):
    """The day, and of which goods."""

    category = forms.ModelChoiceField(Category.objects.order_by("path"), required=False, empty_label="all")
    warehouse = forms.ModelChoiceField(
        Warehouse.objects.order_by("priority", "pk"), required=False, empty_label="all"
    )

    def describe(self) -> str:
        chosen = [self.cleaned_data["category"], self.cleaned_data["warehouse"]]
        return ", ".join([super().describe(), *(str(one) for one in chosen if one)])


def sheets(asked: StockForm) -> Sequence[Sheet]:
    on, beside = asked.day, asked.beside
    rows = _worth(asked, on)
    before = {row.product_id: row for row in _worth(asked, beside)} if beside else None
    gone = _gone(rows, before or {})
    products = [*rows, *gone]

    def part(start: int, stop: int) -> list[Row]:
        return [_row(row, on, before) for row in products[start:stop]]

    def every() -> Iterator[Row]:
        return (_row(row, on, before) for row in products)

    columns = [*COLUMNS, *([f"Value {said(beside)}"] if beside else [])]
    shown = Read(lambda: len(products), part, every)
    total = sum((row.value for row in rows), ZERO)
    return [_beside_the_books(asked, total), Sheet(f"By product, {said(on)}", columns, shown, _note(asked))]


def _worth(asked: StockForm, on: date) -> list[Worth]:
    rows = valuation(on=on, category=asked.cleaned_data["category"])
    warehouse = asked.cleaned_data["warehouse"]
    return in_warehouse(rows, warehouse, on=on) if warehouse else rows


def _gone(rows: Sequence[Worth], before: dict[int, Worth]) -> list[Worth]:
    """Return what was there on the other day only: worth nothing on this one."""
    here = {row.product_id for row in rows}
    return [
        Worth(row.sku, row.title, row.product_id, row.record_id, 0, ZERO)
        for key, row in before.items()
        if key not in here
    ]


def _row(row: Worth, on: date, before: dict[int, Worth] | None) -> Row:
    record = row.record_id and reverse("admin:partner_stockrecord_change", args=[row.record_id])
    moves = links.list_of(StockMove, product__id__exact=row.product_id, moved_on__lte=on)
    title = Link(row.title, record) if record else row.title
    cells = [row.sku, title, Link(row.quantity, moves), row.average, row.value]
    if before is not None:
        was = before.get(row.product_id)
        cells.append(was.value if was else ZERO)
    return Row(cells)


def _beside_the_books(asked: StockForm, total: Decimal) -> Sheet:
    """Return what the goods shown are worth, all of them, and what the account says."""
    on, account = asked.day, chart.account(chart.INVENTORY)
    chosen = asked.cleaned_data["category"] or asked.cleaned_data["warehouse"]
    worth = sum((row.value for row in valuation(on=on)), ZERO) if chosen else total
    booked = ledger.balance(chart.INVENTORY, on=on)
    lines = url_of("general-ledger", account=account.code, start=on.replace(day=1), end=on)
    figures: list[tuple[str, Any]] = [("Worth", worth), (str(account), Link(booked, lines))]
    if chosen:
        figures.insert(0, ("Worth of what is chosen", total))
    rows = [Row(figure) for figure in figures] + [Row(("Difference", booked - worth), SUM)]
    wrong = f"The goods are worth {worth}, the inventory account says {booked}." if worth != booked else ""
    return Sheet("Beside the books", BESIDE, rows, wrong=wrong)


def _note(asked: StockForm) -> str:
    return NOTE if asked.cleaned_data["warehouse"] else ""


STOCK_VALUE = Report(
    "stock-value",
    "Stock value",
    "What the goods were worth at the end of any day, beside the inventory account.",
    StockForm,
    sheets,
    needs="inventory.view_stockvalue",
)
