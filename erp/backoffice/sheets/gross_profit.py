"""Gross profit by what one asks, each row leading on, and summed to what profit and loss says."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Any

from django import forms
from django.utils import formats
from oscar.core.loading import get_model

from accounting.models import Account, Party
from erp.reporting import goods, profit
from erp.reporting.profit import By, Earned

from .. import links
from .asking import Span, SpanForm, months_later, url_of
from .sheet import SUM, Link, Read, Report, Row, Sheet

Order = get_model("order", "Order")
Product = get_model("catalogue", "Product")
Category = get_model("catalogue", "Category")
Country = get_model("address", "Country")

FIGURES = ("Sales", "Shipping", "Returns", "Cost of goods", "Gross profit", "Margin %")
AT_ONCE = 1000
NOTE = (
    "Sales and shipping are net, after discounts, and count when they are earned in the books: goods as they"
    " are shipped, the rest as it is invoiced. Returns count on the day of the credit note."
)
OF_GOODS = (
    " What a delivery note made revenue is spread over its lines by their prices. Shipping and surcharges"
    " belong to no product."
)
Named = Mapping[Any, tuple[str, str]]  # what a row is called, and where it leads


class ProfitForm(SpanForm):
    """The days, and by what."""

    by = forms.ChoiceField(label="by", choices=[])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["by"].choices = [(name, way.title.lower()) for name, way in WAYS.items()]  # type: ignore[attr-defined]

    @classmethod
    def first(cls, today: Any) -> dict[str, Any]:
        return super().first(today) | {"by": "month"}

    def describe(self) -> str:
        return f"by {self.cleaned_data['by']}, {super().describe()}"


@dataclass(frozen=True, slots=True)
class Way:
    """A way to look at profit: what is read, how its rows are called, and what a row without a name is."""

    title: str
    read: Callable[..., By]
    name: Callable[[Sequence[Any]], Named]
    nothing: str = "Sold elsewhere"
    note: str = NOTE


@dataclass(frozen=True)
class Found:
    """What was earned in the days asked for and beside them, by key, in the order of the rows."""

    way: Way
    span: Span
    beside: Span | None

    @cached_property
    def now(self) -> By:
        return self.way.read(self.span.start, self.span.end)

    @cached_property
    def before(self) -> By:
        return self.way.read(self.beside.start, self.beside.end) if self.beside else {}

    @cached_property
    def keys(self) -> list[Any]:
        """Return the keys that have figures; months in their order, else the greatest profit first."""
        keys = [key for key in {**self.now, **self.before} if self._has_figures(key)]
        if self.way is WAYS["month"]:
            return sorted(keys)
        return sorted(keys, key=lambda key: (-self.now.get(key, Earned()).profit, str(key)))

    def _has_figures(self, key: Any) -> bool:
        return any(any(each.get(key, Earned()).parts) for each in (self.now, self.before))

    def rows(self, start: int, stop: int) -> list[Row]:
        keys = self.keys[start:stop]
        names = self.way.name([key for key in keys if key is not None])
        return [Row([_link(names, key, self.way), *self._figures(key)]) for key in keys]

    def _figures(self, key: Any) -> list[Any]:
        return figures(self.now.get(key, Earned()), self.before.get(key, Earned()) if self.beside else None)

    def sums(self) -> list[Row]:
        """Return what comes from orders, what else the accounts hold, and what they say together."""
        now, before = self._sums(self.span, self.now), None
        if self.beside:
            before = self._sums(self.beside, self.before)
        names = ("From orders", "Not from orders", "As in profit and loss")
        rows = []
        for place, name in enumerate(names):
            then = before[place] if before else None
            cells = figures(now[place], then)
            last = place == len(names) - 1
            rows.append(Row([name, *(_to_accounts(cells, self.span) if last else cells)], SUM))
        return rows

    @staticmethod
    def _sums(span: Span, by: By) -> tuple[Earned, Earned, Earned]:
        orders = sum(by.values(), Earned())
        booked = profit.booked(span.start, span.end)
        return orders, booked - orders, booked


def sheets(asked: ProfitForm) -> Sequence[Sheet]:
    way = WAYS[asked.cleaned_data["by"]]
    found = Found(way, asked.span, asked.beside)
    columns = [way.title, *FIGURES]
    if asked.beside:
        columns += [f"Net sales {asked.beside}", f"Gross profit {asked.beside}"]
    title = f"Gross profit by {way.title.lower()}, {asked.span}"
    return [
        Sheet(title, columns, Read(lambda: len(found.keys), found.rows, lambda: _every(found))),
        Sheet("Beside profit and loss", ["", *columns[1:]], found.sums(), way.note),
    ]


def figures(now: Earned, before: Earned | None) -> list[Any]:
    """Return the cells of a row. What reduces profit is shown as it is, above zero."""
    cells = [*now.parts, now.profit, now.margin]
    return cells if before is None else [*cells, before.net, before.profit]


def _every(found: Found) -> Iterator[Row]:
    for start in range(0, len(found.keys), AT_ONCE):
        yield from found.rows(start, start + AT_ONCE)


def _link(names: Named, key: Any, way: Way) -> Any:
    name, url = names.get(key, ("", "")) if key is not None else (way.nothing, "")
    return Link(name, url) if url else name or str(key)


def _to_accounts(cells: list[Any], span: Span) -> list[Any]:
    """Let the figures that are accounts lead to their lines."""
    codes = dict(Account.objects.filter(role__in=profit.ROLES).values_list("role", "code"))
    days = {"start": span.start, "end": span.end}
    urls = (url_of("general-ledger", account=codes[role], **days) for role in profit.ROLES)
    return [Link(cell, url) for cell, url in zip(cells, urls, strict=False)] + cells[len(profit.ROLES) :]


def _orders(keys: Sequence[Any]) -> Named:
    return {key: (row.number, links.page_of(row)) for key, row in Order.objects.in_bulk(keys).items()}


def _customers(keys: Sequence[Any]) -> Named:
    return {key: (row.name, links.page_of(row)) for key, row in Party.objects.in_bulk(keys).items()}


def _products(keys: Sequence[Any]) -> Named:
    rows = Product.objects.select_related("parent").in_bulk(keys)
    return {key: (row.get_title(), links.page_of(row)) for key, row in rows.items()}


def _categories(keys: Sequence[Any]) -> Named:
    return {key: (row.full_name, "") for key, row in Category.objects.in_bulk(keys).items()}


def _countries(keys: Sequence[Any]) -> Named:
    names = dict(Country.objects.filter(pk__in=keys).values_list("pk", "printable_name"))
    return {key: (names.get(key) or key or "Unknown", "") for key in keys}


def _months(keys: Sequence[Any]) -> Named:
    """Call months by their names; each leads to its orders."""
    return {
        month: (
            formats.date_format(month, "F Y"),
            url_of("gross-profit", by="order", start=month, end=months_later(month, 1) - timedelta(days=1)),
        )
        for month in keys
    }


WAYS = {
    "month": Way("Month", profit.by_month, _months),
    "order": Way("Order", profit.by_order, _orders),
    "product": Way("Product", goods.by_product, _products, "No product", NOTE + OF_GOODS),
    "category": Way("Category", goods.by_category, _categories, "No category", NOTE + OF_GOODS),
    "customer": Way("Customer", profit.by_customer, _customers),
    "country": Way("Country", profit.by_country, _countries, "Unknown"),
}

GROSS_PROFIT = Report(
    "gross-profit",
    "Gross profit",
    "What was earned and what it cost: by month, order, product, category, customer or country.",
    ProfitForm,
    sheets,
)
