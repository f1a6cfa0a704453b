"""Short ways to sell and buy under tax codes."""

from datetime import date
from decimal import Decimal

from django.db import transaction

from accounting.ledger import Entry, credit, debit, post
from erp import order_to_cash
from tests.chain.scenes import FRIDAY, company, fresh, place, ship
from tests.factories import ADA, ProductFactory, sale_line

CLAIRE = type(ADA)("Claire", "Petit", "1 rue X", "Lyon", "69001", "FR", company="Petit SARL")
FIRM = {"ship_to": CLAIRE, "prices": "net", "vat_id": "FR40303265045"}
MARCH = (date(2026, 3, 1), date(2026, 3, 31))
APRIL = (date(2026, 4, 1), date(2026, 4, 30))


def sold(price, *, key, tax_code="DE-S-19", quantity=1, **changes):
    """Sell and ship something; return the order."""
    lamp = ProductFactory(stock=(quantity, "1.00"))
    company(ship_before_payment=True)
    order = place(sale_line(lamp, quantity, price, tax_code=tax_code), key=key, **changes)
    ship(order)
    return fresh(order)


def credited(order, *, quantity=1, on=FRIDAY, key="back"):
    """Credit some pieces of an order's only line."""
    invoice = order.invoices.get()
    return order_to_cash.credit(invoice, quantities={invoice.lines.get().pk: quantity}, on=on, key=key)


def transferred(amount, *, key, on=FRIDAY, role="VAT_PAYABLE"):
    """Pay VAT to the tax office: no document says so."""
    lines = (debit(role, Decimal(amount)), credit("BANK", Decimal(amount)))
    with transaction.atomic():
        return post(Entry(date=on, source_key=key, memo="VAT paid", lines=lines))
