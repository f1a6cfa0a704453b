"""Takes one document of sales through the chain: placed, invoiced, paid and shipped on its day."""

from collections.abc import Iterable
from decimal import Decimal

from erp import order_to_cash
from erp.delivery.models import DeliveryNote
from erp.invoicing.models import Payment
from erp.sales.sale import Address, Sale, SaleLine, Shipping

from . import products as shelf
from .documents import Document
from .rules import Rules

BANK = "bank"


def sell(document: Document, rules: Rules) -> Decimal:
    """Make an order of a document; return what its lines come to, in the prices of the file."""
    products = shelf.find_or_make(document.rows, rules)
    shelf.put_on_shelf(document, products, rules)
    lines = (SaleLine(products[row.sku], row.quantity, row.price, rules.tax_code) for row in document.rows)
    order = order_to_cash.place(sale_of(document, lines, rules), on=document.on)
    payment = Payment.objects.get(order=order)
    order_to_cash.settle(payment, amount=order.total_incl_tax, reference=document.key, on=document.on)
    for note in DeliveryNote.objects.filter(order=order).order_by("pk"):
        order_to_cash.ship(note, on=document.on)
    return order.total_excl_tax if rules.prices == "net" else order.total_incl_tax


def sale_of(document: Document, lines: Iterable[SaleLine], rules: Rules) -> Sale:
    """Return what a document says, as the chain wants to hear it. Nobody is mailed: it has no address."""
    name = f"Customer {document.customer}" if document.customer else f"Guest of {document.number}"
    return Sale(
        key=document.key,
        number=document.number,
        origin="import",
        lines=tuple(lines),
        shipping=Shipping("import", "As it was"),
        ship_to=Address("", name, "", "", "", document.country),
        payment_method=BANK,
        party_key=document.party_key,
        placed_at=document.moment,
        prices=rules.prices,
        invoice_on="order",
    )
