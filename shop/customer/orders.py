"""What customers see of their orders, and who may see which."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.timezone import localdate
from oscar.core.loading import get_model

from accounting.money import ZERO
from accounting.refusal import Refusal
from erp import forecast
from erp.delivery import withdrawals
from erp.delivery.models import DeliveryLine, DeliveryNote
from erp.delivery.packing import is_in_hand
from erp.invoicing import links, providers
from erp.invoicing.models import CreditNote, Invoice, Payment
from erp.invoicing.payments import for_orders, still_to_come
from shop.partner.availability import day_words

from .timeline import timeline

Order = get_model("order", "Order")

# The kinds of papers a customer may download, by the word in the address.
PAPERS = {"invoice": Invoice, "credit-note": CreditNote, "delivery-note": DeliveryNote}
NAMES = {"invoice": "Invoice", "credit-note": "Credit note", "delivery-note": "Delivery note"}


# In these states of an order nothing has left, and its customer may still cancel it.
CANCELLABLE = ("pending payment", "confirmed")


class LoginNeeded(Refusal):
    """The link is good, but its order is shown to the owner of an account alone."""


@dataclass(frozen=True, slots=True)
class Paper:
    """A document of an order, as it is listed on the order's page: a PDF, or XML (UBL) for businesses."""

    kind: str
    row: Any
    form: str = "pdf"

    @property
    def name(self) -> str:
        return f"{NAMES[self.kind]} {self.row}"


def own(user: Any, number: str) -> Any:
    """Return an order of somebody with an account. Raises Http404 for anybody else's."""
    return get_object_or_404(_orders(), number=number, user=user)


def by_token(request: Any, token: str) -> Any:
    """Return the order of a signed link.

    Raises LinkExpired; LoginNeeded where it is an account's, and Http404 where it is somebody else's.
    """
    order = links.order_for(token)
    if order.user_id and not request.user.is_authenticated:
        raise LoginNeeded("This order belongs to an account.")
    if order.user_id and order.user_id != request.user.pk:
        raise Http404("There is no such order.")
    return _orders().get(pk=order.pk)


def describe(order: Any) -> dict:
    """Return what the page of an order shows. Its sums add up: shipping is given before discounts."""
    payment = for_orders(Payment.objects.filter(order=order)).order_by("pk").last()
    lines, discounts = lines_of(order), list(order.discounts.order_by("pk"))
    tax = "incl_tax" if order.terms.prices == "gross" else "excl_tax"
    goods = sum((getattr(line, f"line_price_before_discounts_{tax}") for line in lines), ZERO)
    off = sum((discount.amount for discount in discounts), ZERO)
    surcharges = list(order.surcharges.order_by("pk"))
    extra = sum((getattr(surcharge, tax) for surcharge in surcharges), ZERO)
    return {
        "order": order,
        "lines": lines,
        "discounts": discounts,
        "gross": tax == "incl_tax",
        "goods": goods,
        "shipping": getattr(order, f"total_{tax}") - goods + off - extra,
        "surcharges": surcharges,
        "payment": payment,
        "unowed": list(payments_nobody_owes(order)),
        "pays_by": payment and providers.get(payment.provider).name,
        "to_transfer": to_transfer(order, payment),
        "papers": papers(order),
        "may": may(order),
        "returns": list(order.returns.order_by("pk")),
        "timeline": timeline(order),
    }


def lines_of(order: Any) -> list[Any]:
    """Return the lines of an order; `promise` says which of their pieces are still to come, and when."""
    lines, waits = list(order.lines.order_by("pk")), forecast.waits_of(order)
    for line in lines:
        line.promise = _promise(waits[line.pk], line.quantity) if line.pk in waits else ""
    return lines


def _promise(wait: forecast.Wait, quantity: int) -> str:
    day = day_words(wait.until)
    when = f"expected on {day}" if day else "sent as soon as more comes in"
    return f"{wait.pieces} of {quantity} to come, {when}" if wait.pieces < quantity else f"To come, {when}"


def may(order: Any) -> dict[str, bool]:
    """Return what the customer can still undo by himself."""
    return {
        "cancel": may_cancel(order),
        "send_back": any(line.can_come_back for line in sent(order)),
        "withdraw": withdrawals.may_withdraw(order, on=localdate()),
    }


def may_cancel(order: Any) -> bool:
    """Return whether the customer may cancel an order: nothing has left, nor is being packed."""
    return order.status in CANCELLABLE and not is_in_hand(order)


def sent(order: Any) -> list[DeliveryLine]:
    """Return the lines that have left with the notes of an order."""
    lines = DeliveryLine.objects.filter(note__order=order, note__shipped_on__isnull=False)
    return list(lines.order_by("pk"))


def papers(order: Any) -> list[Paper]:
    """Return the documents of an order that exist by now: papers once issued, notes once they left."""
    found = []
    for kind, rows in (("invoice", order.invoices), ("credit-note", order.credit_notes)):
        for row in rows.exclude(number=None).order_by("pk"):
            found += [Paper(kind, row, form) for form in _forms(row)]
    notes = order.delivery_notes.filter(shipped_on__isnull=False).order_by("pk")
    return found + [Paper("delivery-note", row) for row in notes]


def paper(order: Any, kind: str, pk: int, *, form: str) -> Paper:
    """Return one document of an order. Raises Http404 where it is none of its own."""
    wanted = (kind, pk, form)
    found = [each for each in papers(order) if (each.kind, each.row.pk, each.form) == wanted]
    if not found:
        raise Http404("There is no such document.")
    return found[0]


def _forms(row: Any) -> list[str]:
    """Return how a paper is handed out: businesses may feed it to their books."""
    is_business = row.buyer.get("company") or row.buyer.get("vat_id")
    return ["pdf", "xml"] if is_business else ["pdf"]


def to_transfer(order: Any, payment: Any) -> Decimal | None:
    """Return what the customer still has to transfer, if anything."""
    if payment is None or payment.provider != "bank" or order.status == "cancelled":
        return None
    return still_to_come(payment) or None


def payments_nobody_owes(order: Any) -> Any:
    """Return what came in beyond what was owed."""
    return Payment.objects.filter(order=order, kind=Payment.Kind.SURPLUS).order_by("pk")


def on_its_way(order: Any) -> Payment | None:
    """Return the payment that the customer is to make on the provider's page, if the order waits for it."""
    payment = Payment.objects.filter(order=order).order_by("pk").last()
    waits = order.status == "pending payment" and payment and payment.is_on_its_way
    return payment if waits else None


def ways_to_pay(company: Any, *, sends: bool) -> list[Any]:
    """Return the ways to pay that can be chosen: nobody pays at the door for what is not sent."""
    return [way for way in providers.offered(company) if sends or not way.after_delivery]


def templates_of(provider: Any) -> list[str]:
    """Return where the fields of a way to pay are drawn."""
    return [f"shop/payment/{provider.code}.html", "shop/payment/other.html"]


def _orders():
    return Order.objects.select_related("terms", "shipping_address__country", "billing_address__country")
