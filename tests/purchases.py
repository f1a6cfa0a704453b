"""Goods on order from a supplier."""

from datetime import timedelta
from decimal import Decimal

from erp import procure_to_pay
from erp.documents.models import Company
from erp.procure_to_pay import Wanted
from erp.purchasing import suppliers
from erp.purchasing.models import PurchaseOrder, Supplier
from tests.factories import MONDAY


def on_order(product, quantity, *, day=None, received=0, warehouse=None):
    """Have pieces on order that are to come so many days after Monday; None: nobody has said when."""
    supplier = Supplier.objects.filter(code="oak").first()
    supplier = supplier or suppliers.keep(Supplier(code="oak", name="Oak & Sons", email="oak@example.com"))
    wanted = [Wanted(product, quantity, price=Decimal("6.00"), pack=1)]
    order = procure_to_pay.draft(supplier, lines=wanted, warehouse=warehouse, on=MONDAY)
    procure_to_pay.order(order, on=MONDAY, expected_on=MONDAY + timedelta(days=day or 0))
    if day is None:
        PurchaseOrder.objects.filter(pk=order.pk).update(expected_on=None)
    if received:
        receive(order, received)
    return order


def receive(order, quantity, *, key="first"):
    """So many pieces of an order for one product come in."""
    Company.objects.update(receipt_tolerance=20)
    pieces = {order.lines.get().pk: quantity}
    return procure_to_pay.receive(order, quantities=pieces, on=MONDAY, key=f"{order.number}:{key}")
