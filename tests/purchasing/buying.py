"""What the tests of purchasing share: short ways to a supplier, an order, its goods and its bill."""

from decimal import Decimal

from accounting import chart
from accounting.models import OpenItem, TaxCode
from accounting.money import money
from erp import procure_to_pay
from erp.procure_to_pay import Expense, Goods, Wanted
from erp.purchasing import suppliers
from erp.purchasing.models import PurchaseOrder, Supplier
from tests.chain.scenes import FRIDAY, TUESDAY
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


def goods(purchase, pieces, net, place=0, tax=None, code="DE-S-19"):
    """Pieces of a line of an order on a bill, with the VAT that belongs to them unless told otherwise."""
    rate = vat(code)
    own = money(Decimal(net) * rate.rate / 100) if tax is None else Decimal(tax)
    return Goods(line(purchase, place), pieces, Decimal(net), own, rate)


def expense(net, tax="0.00", *, words="Rent", account="EXPENSES", code=None):
    return Expense(chart.account(account), words, Decimal(net), Decimal(tax), code and vat(code))


def book(of, *lines, number="R 1", on=FRIDAY, issued_on=TUESDAY, **changes):
    return procure_to_pay.bill(of, number=number, issued_on=issued_on, lines=lines, on=on, **changes)


def send_back(purchase, *pieces, key="back-1", reason="Broken", **changes):
    lines = purchase.lines.order_by("pk")
    quantities = {row.pk: number for row, number in zip(lines, pieces, strict=True)}
    return procure_to_pay.send_back(
        purchase, quantities=quantities, on=FRIDAY, key=key, reason=reason, **changes
    )


def pay(of, amount, reference="SEPA 1", **changes):
    return procure_to_pay.pay(of, amount=Decimal(amount), on=FRIDAY, reference=reference, **changes)


def owed(of):
    """What is open of a supplier, paper by paper: below zero is what we owe."""
    items = OpenItem.objects.filter(line__party=of.party).exclude(residual=0).order_by("pk")
    return [str(residual) for residual in items.values_list("residual", flat=True)]
