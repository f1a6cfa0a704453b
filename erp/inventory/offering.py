"""Puts a product up for sale: its one stock record, with SKU, price and the level at which to warn.

It may be sold beyond what is here too, up to a limit.
"""

from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db.transaction import atomic
from oscar.core.loading import get_model

from . import shelf
from .models import Backorder
from .services import company_partner, set_price

StockRecord = get_model("partner", "StockRecord")


def offer(
    product: Any, *, sku: str, price: Decimal | None, warn_at: int | None = None, by: Any = None
) -> Any:
    """Give a product its stock record, or bring that up to date; return it. A new price is kept as a change.

    Nothing is on the shelf of a new record; one of a service counts nothing.
    """
    record = StockRecord.objects.filter(product=product).first()
    if record is None:
        counts = product.get_product_class().track_stock
        record = StockRecord.objects.create(
            product=product,
            partner=company_partner(),
            partner_sku=sku,
            price_currency=settings.CURRENCY,
            num_in_stock=0 if counts else None,
        )
    StockRecord.objects.filter(pk=record.pk).update(partner_sku=sku, low_stock_threshold=warn_at)
    set_price(record, price, by=by)
    return record


@atomic
def allow_backorder(product: Any, *, most: int) -> None:
    """Say how many pieces of a product may be ordered that are not here. Those that wait already stay."""
    shelf.hold_records([product.pk])  # who buys at this moment has read what is allowed under this lock
    if most or Backorder.objects.filter(product=product).exists():
        Backorder.objects.update_or_create(product=product, defaults={"allowed": most})
