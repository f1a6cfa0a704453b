"""What an invoice or credit note keeps of its order, so that its files need nothing else, ever.

Whatever a file says stands on the document's own row and lines: an address, a name or a bank account
that changes tomorrow changes no paper of today.
"""

from collections.abc import Iterable
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from babel import Locale
from django.db.models import Sum

from accounting.money import ZERO
from erp.delivery.models import DeliveryNote
from erp.sales.sale import Sale
from erp.sales.services import Ordered, buyer_of, snapshot

from . import providers
from .models import CreditNote, Invoice, InvoiceLine, Payment

COPIED = ("buyer", "ship_to", "order_number", "ordered_on", "deliveries")
SUPPLY = ("supplied_from", "supplied_on")


def of_order(ordered: Ordered) -> dict[str, Any]:
    """Return what a document keeps of an order. No query beyond those that loaded it."""
    order, terms = ordered.order, ordered.terms
    return {
        "buyer": buyer_of(ordered),
        "ship_to": snapshot(order.shipping_address),
        "order_number": order.number,
        "ordered_on": terms.ordered_on,
        "payment": payment_words(terms.payment_method),
    }


def of_invoice(invoice: Invoice) -> dict[str, Any]:
    """Return what a credit note keeps of the invoice it corrects."""
    return {name: getattr(invoice, name) for name in (*COPIED, *SUPPLY, "payment")}


def of_sale(sale: Sale) -> dict[str, Any]:
    """Return what a credit note keeps of a sale that was made elsewhere."""
    country = str(Locale("en").territories.get(sale.buyer.country, sale.buyer.country))
    person = {"name": sale.buyer.name, "country_name": country, "email": sale.email}
    return {
        "buyer": asdict(sale.buyer) | person | {"vat_id": sale.vat_id},
        "payment": payment_words(sale.payment_method),
    }


def of_supply(notes: Iterable[DeliveryNote], lines: Iterable[InvoiceLine]) -> dict[str, Any]:
    """Return the delivery notes that an invoice bills, and the days they left, unless more is to follow."""
    notes = list(notes)
    kept: dict[str, Any] = {"deliveries": [note.number for note in notes]}
    days = [note.shipped_on for note in notes if note.shipped_on]
    if days and not any(line.deferred for line in lines):
        first, last = min(days), max(days)
        kept |= {"supplied_on": last, "supplied_from": first if first < last else None}
    return kept


def payment_words(code: str) -> dict[str, str]:
    """Return how something is paid, for people and (UNTDID 4461) for machines."""
    try:
        provider = providers.get(code)
    except providers.UnknownProvider:
        return {"code": code, "name": code, "means": "ZZZ"}
    return {"code": code, "name": provider.name, "means": provider.means}


def funds(order: Any, payments: Iterable[Payment], *, origin: str) -> Decimal:
    """Return the money of an order that no invoice has used: received, or held for us by a provider.

    Orders that were made elsewhere come in paid.
    """
    if origin == "import":
        return order.total_incl_tax
    return sum((_safe(payment) for payment in payments), ZERO)


def used(order: Any) -> Decimal:
    """Return what the invoices of an order come to by now, less what was credited."""
    billed = Invoice.objects.filter(order=order).aggregate(sum=Sum("gross"))["sum"] or ZERO
    credited = CreditNote.objects.filter(order=order).aggregate(sum=Sum("gross"))["sum"] or ZERO
    return billed - credited


def unbilled_notes(order: Any) -> list[DeliveryNote]:
    """Return the delivery notes that have left and that no invoice names."""
    named = {
        number
        for numbers in Invoice.objects.filter(order=order).values_list("deliveries", flat=True)
        for number in numbers
    }
    notes = DeliveryNote.objects.filter(order=order, shipped_on__isnull=False).order_by("pk")
    return [note for note in notes if note.number not in named]


def _safe(payment: Payment) -> Decimal:
    """Return what a payment has brought or will bring: a provider that holds money will hand it over."""
    is_held = payment.state in (Payment.State.AUTHORISED, Payment.State.CAPTURED)
    if is_held and providers.get(payment.provider).prepaid:
        return payment.amount - payment.refunded
    return payment.captured - payment.refunded
