"""What the goods were worth at the end of a day, product by product: what the books say of that day."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Q, Sum
from oscar.core.loading import get_model

from accounting.money import ZERO, from_minor, minor, rhu

from .models import StockMove

StockRecord = get_model("partner", "StockRecord")


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


def valuation(*, on: date) -> list[Worth]:
    """Return what was there at the end of a day, by SKU. A move counts from the day it is dated."""
    records = {
        product: (sku, pk)
        for product, sku, pk in StockRecord.objects.values_list("product", "partner_sku", "pk")
    }
    moved = StockMove.objects.filter(moved_on__lte=on).order_by()
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
