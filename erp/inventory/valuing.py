"""What the goods were worth at the end of a day, product by product: what the books say of that day.

There is one moving average a product, wherever it lies: a warehouse has its share of the value by pieces.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Q, Sum
from oscar.core.loading import get_model

from accounting.money import ZERO, from_minor, minor, rhu, spread

from .models import StockMove, Warehouse

StockRecord = get_model("partner", "StockRecord")
Product = get_model("catalogue", "Product")


@dataclass(frozen=True, slots=True)
class Worth:
    """How many pieces of a product there were, and what they had cost together."""

    sku: str
    title: str
    product_id: int
    record_id: int | None
    quantity: int
    value: Decimal

    @property
    def average(self) -> Decimal:
        """Return the cost of one piece, rounded to the cent."""
        return from_minor(rhu(minor(self.value), self.quantity)) if self.quantity else ZERO


def valuation(*, on: date, category: Any = None) -> list[Worth]:
    """Return what was there at the end of a day, by SKU, of all products or of a category and those in it.

    A move counts from the day it is dated.
    """
    records = {
        product: (sku, pk)
        for product, sku, pk in StockRecord.objects.values_list("product", "partner_sku", "pk")
    }
    moved = StockMove.objects.filter(moved_on__lte=on).order_by()
    if category:
        moved = moved.filter(product__in=_products(category))
    sums = (
        moved.values_list("product", "product__title", "product__parent__title")
        .annotate(pieces=Sum("quantity"), worth=Sum("value"))
        .exclude(Q(pieces=0) & Q(worth=0))
    )
    found = []
    for product, title, of_parent, pieces, worth in sums:
        sku, record = records.get(product, ("", None))
        found.append(Worth(sku, title or of_parent or "", product, record, pieces, worth))
    return sorted(found, key=lambda row: (row.sku, row.product_id))


def in_warehouse(rows: Sequence[Worth], warehouse: Warehouse, *, on: date) -> list[Worth]:
    """Return the part of each product that lay in one warehouse, with its share of the value."""
    moved = (
        StockMove.objects.filter(moved_on__lte=on).order_by("warehouse").values_list("product", "warehouse")
    )
    lay: dict[int, dict[int, int]] = defaultdict(dict)
    for product, place, pieces in moved.annotate(Sum("quantity")):
        lay[product][place] = pieces
    found = []
    for row in rows:
        pieces = lay[row.product_id]
        if pieces.get(warehouse.pk):
            shares = spread(row.value, [Decimal(max(count, 0)) for count in pieces.values()])
            share = dict(zip(pieces, shares, strict=True))[warehouse.pk]
            found.append(replace(row, quantity=pieces[warehouse.pk], value=share))
    return found


def _products(category: Any) -> Any:
    inside = category.get_descendants_and_self()
    rows = Product.objects.filter(Q(categories__in=inside) | Q(parent__categories__in=inside))
    return rows.values("pk")
