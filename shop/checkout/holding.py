"""Keeps the goods of a basket for the customer who has come to the last look before ordering."""

from datetime import datetime, timedelta

from django.db.transaction import atomic

from erp.inventory import holds
from erp.sales import wishes
from erp.sales.models import SaleKey
from erp.sales.sale import Sale


@atomic
def keep(sale: Sale, *, minutes: int) -> datetime | None:
    """Keep what is here of a sale's goods, from its moment on; return until when, or None for nothing.

    Each look makes it longer. Raises OutOfStock where others were faster.
    """
    services = wishes.services_in(sale)
    goods = {product: pieces for product, pieces in wishes.wanted(sale).items() if product not in services}
    if not minutes or not goods:
        return None
    kept = holds.hold(goods, key=sale.key, now=sale.placed_at, minutes=minutes)
    if SaleKey.objects.filter(key=sale.key).exists():  # another window has ordered it meanwhile
        holds.let_go(sale.key)
        return None
    return sale.placed_at + timedelta(minutes=minutes) if kept else None
