"""A purchase order's way to its supplier: its PDF is drawn, and sent by mail where it can go."""

from datetime import datetime
from typing import Any

from erp.purchasing.models import PurchaseOrder

from ..purchases import facts
from .letter import compose
from .sending import attached, hand_over


def send_order(payload: dict[str, Any], *, now: datetime) -> None:
    """Mail a purchase order, unless it was cancelled meanwhile. Without an address it is only drawn."""
    purchase = PurchaseOrder.objects.select_related("supplier", "warehouse").get(pk=payload["purchase"])
    if purchase.state == PurchaseOrder.State.CANCELLED:
        return
    papers = attached([purchase])
    if purchase.supplier.email:
        letter = compose("purchase_order", facts(purchase), papers=papers)
        hand_over(letter, to=purchase.supplier.email, key=f"purchase:{purchase.pk}")
