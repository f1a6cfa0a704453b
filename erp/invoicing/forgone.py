"""What of an order will never be billed, because it was cancelled before it was."""

from decimal import Decimal
from typing import Any

from django.db.models import Sum

from accounting.money import ZERO
from erp.delivery.services import cancelled_quantities
from erp.inventory.valuation import slice_of

from .models import InvoiceLine


def never_billed(order: Any) -> Decimal:
    """Return the price of pieces that will not leave and stand on no invoice."""
    cancelled = cancelled_quantities(order)
    if not cancelled:
        return ZERO
    rows = InvoiceLine.objects.filter(order_line__in=cancelled).order_by().values_list("order_line")
    billed = dict(rows.annotate(Sum("quantity")))
    total = ZERO
    for line in order.lines.filter(pk__in=cancelled):
        kept = max(line.quantity - cancelled[line.pk], billed.get(line.pk, 0))
        total += slice_of(line.line_price_incl_tax, line.quantity, kept, line.quantity - kept)
    return total
