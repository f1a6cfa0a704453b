"""What the tests of purchasing share: short ways to a supplier, an order, its goods and its bill."""

from decimal import Decimal

from accounting.models import TaxCode
from erp import procure_to_pay
from erp.procure_to_pay import Wanted
from erp.purchasing import suppliers
from erp.purchasing.models import PurchaseOrder, Supplier
from tests.chain.scenes import TUESDAY
from tests.factories import MONDAY


def supplier(code="acme", **changes):
    plain = {"name": code.title(), "email": f"orders@{code}.example", "payment_days": 30, "lead_days": 5}
    return suppliers.keep(Supplier(code=code, **(plain | changes)))


def ordered(*lines, of=None, **changes):
    """Order on Monday: each line is a product, a quantity, and the price of a piece (or of a pack)."""
    return procure_to_pay.order(drafted(*lines, of=of, **changes), on=MONDAY)


def drafted(*lines, of=None, **changes):
    return procure_to_pay.draft(
        of or supplier(), lines=[wanted(*line) for line in lines], on=MONDAY, **changes
    )


def wanted(product, quantity, price=None, pack=None):
    return Wanted(product, quantity, None if price is None else Decimal(price), pack)


def receive(purchase, *pieces, key="receipt-1", on=TUESDAY, **changes):
    """Receive pieces of each line of an order, in their order; without any, all that is to come."""
    lines = list(purchase.lines.order_by("pk"))
    came = pieces or [line.to_come for line in lines]
    quantities = {line.pk: number for line, number in zip(lines, came, strict=True)}
    return procure_to_pay.receive(purchase, quantities=quantities, on=on, key=key, **changes)


def line(purchase, place=0):
    return purchase.lines.order_by("pk")[place]


def vat(code="DE-S-19"):
    return TaxCode.objects.get(code=code)


def state(purchase):
    return PurchaseOrder.objects.get(pk=purchase.pk).state
