"""What each kind of mail says, as plain words, dates and amounts: templates see nothing else of the database.

Every function takes the document, and by name what the payload says besides.
"""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.utils.timezone import localdate
from oscar.core.loading import get_model

from accounting.money import ZERO
from erp import forecast
from erp.delivery import carriers
from erp.delivery.models import DeliveryNote
from erp.delivery.services import OPEN
from erp.documents.models import Outbox
from erp.sales.services import snapshot

from ..links import order_link
from ..models import CreditNote, Invoice, Payment, PaymentOperation, Reminder
from ..owing import owed_on
from ..payments import still_to_come
from ..providers import get as provider_of

Order = get_model("order", "Order")
Facts = dict[str, Any]


def address_of(order: Any) -> str:
    """Return where an order's customer reads mail."""
    return order.user.email if order.user else order.guest_email


def itself(order: Any) -> Any:
    return order


def of_order(order: Any) -> Facts:
    """Return what every mail about an order may say of it."""
    to = order.shipping_address
    return {
        "number": order.number,
        "placed_on": order.date_placed,
        "name": to.first_name if to else "",
        "link": order_link(order),
        "currency": order.currency,
        "total": order.total_incl_tax,
        "has_vat": bool(order.total_tax),
        "pays_by": provider_of(order.terms.payment_method).name,
    }


def ordered(order: Any) -> Facts:
    """Return everything that was agreed."""
    payment = Payment.objects.filter(order=order).order_by("pk").last()
    by_transfer = payment is not None and payment.provider == "bank"
    return {
        "order": of_order(order),
        "lines": list(_ordered_lines(order)),
        "discounts": [
            {"name": row.offer_name, "amount": row.amount} for row in order.discounts.order_by("pk")
        ],
        "shipping": {"name": order.shipping_method, "amount": order.shipping_incl_tax},
        "surcharges": [{"name": row.name, "amount": row.incl_tax} for row in order.surcharges.order_by("pk")],
        "ship_to": order.shipping_address and snapshot(order.shipping_address),
        "transfer": still_to_come(payment) if payment and by_transfer else ZERO,
    }


def _ordered_lines(order: Any) -> Iterable[Facts]:
    """Yield what was ordered, how much of it is not here yet, and when that is to come, if it is known."""
    waits = forecast.waits_of(order)
    for line in order.lines.order_by("pk"):
        wait = waits.get(line.pk, forecast.Wait(0, None))
        is_kept = wait.until and wait.until >= localdate(order.date_placed)  # not a promise that was broken
        yield {
            "title": line.title,
            "quantity": line.quantity,
            "amount": line.line_price_incl_tax,
            "waits": wait.pieces,
            "expected_on": wait.until if is_kept else None,
        }


def invoices_of(order: Any) -> list[Invoice]:
    return list(order.invoices.filter(state=Invoice.State.ISSUED).order_by("pk"))


def shipped(note: DeliveryNote) -> Facts:
    """Return what is in the parcel, where it goes, and whether more will follow."""
    others = DeliveryNote.objects.filter(order=note.order_id, state__in=OPEN).exclude(pk=note.pk)
    return {
        "order": of_order(note.order),
        "note": note.number,
        "shipped_on": note.shipped_on,
        "lines": [{"title": line.title, "quantity": line.quantity} for line in note.lines.order_by("pk")],
        "ship_to": note.ship_to,
        "carrier": note.carrier,
        "tracking_number": note.tracking_number,
        "tracking_link": carriers.link_for(note),
        "more_follows": others.exists(),
    }


def invoice(paper: Invoice) -> Facts:
    """Return what is billed, and what of it is still to be paid by the customer's own doing."""
    by_transfer = paper.order.terms.payment_method == "bank"
    return {
        "order": of_order(paper.order),
        **of_paper(paper),
        "due_on": paper.due_on,
        "transfer": owed_on(paper) if by_transfer else ZERO,
    }


def credit_note(paper: CreditNote) -> Facts:
    """Return what is credited."""
    return {"order": of_order(paper.order), **of_paper(paper), "reason": paper.reason}


def reminder(row: Reminder) -> Facts:
    """Return what is overdue since when, and how it can be paid."""
    paper = row.invoice
    return {
        "order": of_order(paper.order),
        **of_paper(paper),
        "was_due_on": paper.due_on,
        "transfer": owed_on(paper),
    }


def reminded_of(row: Reminder) -> list[Invoice]:
    return [row.invoice]


def of_paper(paper: Any) -> Facts:
    """Return number, day and total of an invoice or credit note."""
    return {
        "paper": paper.number,
        "issued_on": paper.issued_on,
        "amount": paper.gross,
        "currency": paper.currency,
    }


def paper_itself(paper: Any) -> list[Any]:
    return [paper]


def refund(operation: PaymentOperation, *, credit: int = 0) -> Facts:
    """Return how much goes back, and by which way."""
    payment = operation.payment
    papers = credited_by(operation, credit=credit)
    return {
        "order": of_order(payment.order),
        "amount": operation.amount,
        "currency": payment.currency,
        "by": provider_of(payment.provider).name,
        "paper": papers[0].number if papers else "",
        "reason": papers[0].reason if papers else "",
    }


def credited_by(operation: PaymentOperation, *, credit: int = 0) -> list[CreditNote]:
    """Return the credit note for which money goes back."""
    return list(CreditNote.objects.filter(pk=credit, state=CreditNote.State.ISSUED))


def order_cancelled(order: Any, *, reason: str = "") -> Facts:
    """Return that nothing will come, and what of the customer's money goes back."""
    back = PaymentOperation.objects.filter(payment__order=order, kind=PaymentOperation.Kind.REFUND)
    return {
        "order": of_order(order),
        "reason": reason,
        "refunded": sum(back.values_list("amount", flat=True), ZERO),
    }


def credit_notes_of(order: Any, *, reason: str = "") -> list[CreditNote]:
    return list(order.credit_notes.filter(state=CreditNote.State.ISSUED).order_by("pk"))


def payment(row: Payment) -> Facts:
    """Return what is still to be paid, and until when the goods are kept for it."""
    order: Any = row.order
    deadline = Outbox.objects.filter(topic="expire", order_number=order.number, done_at=None)
    return {
        "order": of_order(order),
        "amount": still_to_come(row),
        "currency": row.currency,
        "by": provider_of(row.provider).name,
        "until": deadline.order_by("pk").values_list("next_try_at", flat=True).last(),
        "transfer": still_to_come(row) if row.provider == "bank" else ZERO,
    }


def is_unpaid(row: Payment, on: date) -> bool:
    """Whether an order still waits for its payment, and for no later attempt at it."""
    order: Any = row.order
    later = Payment.objects.filter(order=order, pk__gt=row.pk)
    return order.status == "pending payment" and not later.exists()


def returned(document: Any, *, reason: str = "") -> Facts:
    """Return what is to come back, and why not where we say no."""
    return {
        "order": of_order(document.order),
        "return": document.number,
        "lines": list(_returned_lines(document.lines.select_related("product__parent").order_by("pk"))),
        "reason": reason or document.answer,
    }


def withdrawn(declaration: Any) -> Facts:
    """Return what a consumer has declared and when, and the number under which goods come back."""
    return {
        "order": of_order(declaration.order),
        "return": declaration.returned.number if declaration.returned else "",
        "lines": declaration.lines,
        "at": declaration.declared_at,
    }


def _returned_lines(rows: Iterable[Any]) -> Iterable[Facts]:
    for row in rows:
        yield {"title": row.product.get_title(), "quantity": row.quantity}
