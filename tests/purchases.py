"""Goods on order from a supplier."""

from datetime import timedelta
from itertools import count

from accounting.models import Party
from erp.inventory.services import main_warehouse
from erp.purchasing.models import PurchaseOrder, Supplier
from tests.factories import MONDAY

NUMBERS = count(1)


def on_order(product, quantity, *, day=None, received=0, warehouse=None):
    """Have pieces on order that are to come so many days after Monday; None: nobody has said when."""
    party, _ = Party.objects.get_or_create(key="supplier:oak", defaults={"name": "Oak & Sons"})
    supplier, _ = Supplier.objects.get_or_create(code="oak", defaults={"name": "Oak & Sons", "party": party})
    order = PurchaseOrder.objects.create(
        supplier=supplier,
        warehouse=warehouse or main_warehouse(),
        number=f"PO-{next(NUMBERS)}",
        state="draft",
        created_on=MONDAY,
        expected_on=None if day is None else MONDAY + timedelta(days=day),
    )
    order.lines.create(product=product, title=product.title, quantity=quantity, price="6.00")
    state = "partly received" if received else "ordered"
    PurchaseOrder.objects.filter(pk=order.pk).update(state=state, ordered_on=MONDAY)
    order.lines.update(received=received)
    return order
