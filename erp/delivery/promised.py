"""What open delivery notes promise of each product: the only home of reservations."""

from django.db.models import F, Sum

from erp.inventory.counters import Promised

from .models import DeliveryLine
from .services import OPEN


def promised() -> Promised:
    """Return the pieces that open notes reserve in each warehouse, and those they wait for."""
    lines = DeliveryLine.objects.filter(note__state__in=OPEN).order_by()
    here = lines.values_list("product", "note__warehouse").annotate(pieces=Sum(F("quantity") - F("waits")))
    waiting = lines.filter(waits__gt=0).values_list("product").annotate(pieces=Sum("waits"))
    reserved = {(product, warehouse): pieces for product, warehouse, pieces in here if pieces}
    return Promised(reserved, dict(waiting))
