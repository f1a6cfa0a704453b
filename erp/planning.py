"""What a new order needs next: its payment, the state of its notes, its steps, its effects outside."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

from accounting.money import ZERO
from erp.delivery import services as delivery
from erp.delivery.models import DeliveryNote
from erp.documents import outbox
from erp.documents.models import Company, Outbox
from erp.documents.outbox import effect
from erp.documents.services import company
from erp.invoicing import mails, payments, providers
from erp.invoicing.models import Payment
from erp.sales import services as sales
from erp.sales import steps
from erp.sales.models import Step
from erp.sales.sale import Sale
from erp.sales.services import Ordered

Name = Step.Name
WAITING = steps.Outcome(Step.State.WAITING)
Plan = dict[str, steps.Outcome]
PENDING = "pending payment"


def payment_for(sale: Sale, ordered: Ordered) -> Payment | None:
    """Give the order its payment, held or on its way, or write down the one to come. Nothing for nothing.

    Raises NotOffered.
    """
    total = ordered.order.total_incl_tax
    party = ordered.terms.party
    if total and providers.get(sale.payment_method).after_delivery and ordered.terms.invoice_on == "payment":
        raise providers.NotOffered("Paying on delivery is not possible: goods leave once they are paid.")
    if sale.payment is not None:
        payment = payments.attach(sale.payment, ordered.order, party=party, amount=total)
        if ordered.order.status == PENDING and payment.state == Payment.State.AUTHORISED:
            sales.move_order(ordered.order, "confirmed")  # its notice was faster than the order
        return payment
    if total == ZERO:
        return None
    return payments.expect(ordered.order, party=party, provider=sale.payment_method, amount=total)


def state_of_notes(ordered: Ordered, payment: Payment | None, firm: Company) -> str:
    """Return whether goods may leave at once, or wait for the money."""
    if payment is None:
        return DeliveryNote.State.READY
    is_safe = payment.state in (Payment.State.AUTHORISED, Payment.State.CAPTURED)
    may_leave = is_safe or firm.ship_before_payment or providers.get(payment.provider).after_delivery
    if ordered.terms.invoice_on == "payment" or ordered.order.status == PENDING:
        may_leave = False
    return DeliveryNote.State.READY if may_leave else DeliveryNote.State.WAITING_PAYMENT


def plan(ordered: Ordered, payment: Payment | None, notes: list[DeliveryNote]) -> Plan:
    """Return the steps of an order, not yet written, and write down the effects they have outside.

    An order whose payment is on its way expires; half way to that its customer is reminded to pay.
    """
    names = _steps(ordered, payment, notes)
    outcomes = steps.begin(names, ordered.terms.payment_method)
    if payment is not None and ordered.order.status == PENDING:
        outbox.enqueue(await_payment(payment, ordered.order))
        return outcomes
    notes_ready = any(note.state == DeliveryNote.State.READY for note in notes)
    outbox.enqueue(_effects(ordered, payment, outcomes, notes_ready=notes_ready))
    return outcomes


def await_payment(payment: Payment, order: Any) -> list[Outbox]:
    """Return what gives an order's goods free again if it is not paid by then, and the mail before that."""
    patience, key = timedelta(minutes=company().pending_minutes), f"expire:{payment.pk}"
    return [
        effect(key, "expire", order_number=order.number, after=patience, payment=payment.pk),
        *mails.to_send("payment_pending", payment, order, after=patience / 2),
    ]


def make_firm(payment: Payment, *, firm: Company) -> tuple[Ordered, Plan]:
    """Confirm an order that waited for its payment, and write down what is due now, as at placement."""
    order: Any = payment.order
    sales.move_order(order, "confirmed")
    ordered = sales.load(order)
    may_leave = state_of_notes(ordered, payment, firm) == DeliveryNote.State.READY
    notes_ready = may_leave and bool(delivery.let_go(order))
    if not providers.get(payment.provider).prepaid:
        steps.mark(order, Name.CAPTURE, steps.Outcome(Step.State.NOT_NEEDED))
    outcomes = steps.of(order)
    outbox.enqueue(_effects(ordered, payment, outcomes, notes_ready=notes_ready))
    return ordered, outcomes


def bills_now(ordered: Ordered, plan: Plan) -> bool:
    """Return whether the order is billed in the moment it is placed, or confirmed."""
    is_due = ordered.terms.invoice_on == "order" and ordered.order.status == "confirmed"
    return is_due and Name.INVOICE in plan and plan[Name.INVOICE] == WAITING


def money_is_in(payment: Payment, *, still_owed: Decimal) -> None:
    """Note what money means for an order: its capture is done, and goods may leave once nothing is owed."""
    order: Any = payment.order
    if providers.get(payment.provider).prepaid:
        steps.mark(order, Name.CAPTURE, steps.DONE)
    if not still_owed and delivery.let_go(order):
        _ship_if_automatic(order)


def rest_is_credited(order: Any, *, still_owed: Decimal) -> None:
    """Note that a credit note may have left nothing to pay: what was paid in part may leave then."""
    for payment in payments.refundable(order):
        money_is_in(payment, still_owed=still_owed)


def goods_are_here(order: Any) -> None:
    """Note that a note of an order waits for goods no more: it may leave by itself.

    Each time counts: goods that came can be missing after a count, and come again.
    """
    ready = DeliveryNote.objects.filter(order=order, state=DeliveryNote.State.READY)
    if steps.is_automatic(order, Name.SHIP) and ready.exists():
        key = f"ship:{order.pk}:here:{uuid4().hex}"
        outbox.enqueue([effect(key, "ship", order_number=order.number, order=order.pk)])


def bills_on_shipment(order: Any) -> bool:
    """Return whether a shipment makes an invoice by itself."""
    return order.terms.invoice_on == "shipment" and steps.is_automatic(order, Name.INVOICE)


def goods_are_out(order: Any, note: DeliveryNote) -> None:
    """Note that the step to ship is done once everything has left; the customer hears of each parcel."""
    outbox.enqueue(mails.to_send("shipped", note, order))
    rest_is_settled(order)


def rest_is_settled(order: Any) -> None:
    """Note that nothing more is to be shipped, if that is so."""
    if order.status == "shipped":
        steps.mark(order, Name.SHIP, steps.DONE)


def nothing_will_come(order: Any, *, reason: str) -> None:
    """Note that a cancelled order needs no step any more; the customer hears why."""
    steps.drop(order)
    outbox.enqueue(mails.to_send("order_cancelled", order, reason=reason))


def _ship_if_automatic(order: Any) -> None:
    if steps.is_automatic(order, Name.SHIP):
        outbox.enqueue([effect(f"ship:{order.pk}:paid", "ship", order_number=order.number, order=order.pk)])


def _steps(ordered: Ordered, payment: Payment | None, notes: list[DeliveryNote]) -> Iterator[str]:
    if ordered.order.total_incl_tax:
        yield Name.INVOICE
    if payment is not None and (payment.state == Payment.State.AUTHORISED or payment.is_on_its_way):
        yield Name.CAPTURE
    if ordered.email:
        yield Name.MAIL
    if notes:
        yield Name.SHIP


def _effects(ordered: Ordered, payment: Payment | None, plan: Plan, *, notes_ready: bool) -> Iterator[Outbox]:
    order, number = ordered.order, ordered.order.number
    waiting = {name for name, outcome in plan.items() if outcome == WAITING}
    if Name.MAIL in waiting:
        yield from mails.to_send("order_placed", order)
    if Name.INVOICE in waiting and ordered.terms.invoice_on == "order":
        yield effect(f"pdf:order:{order.pk}", "pdf", order_number=number, order=order.pk)
    held = payment if payment and payment.state == Payment.State.AUTHORISED else None
    if Name.CAPTURE in waiting and held and ordered.terms.invoice_on != "shipment":
        yield payments.to_collect(held, held.amount, order_number=number)
    if Name.SHIP in waiting and notes_ready:
        yield effect(f"ship:{order.pk}", "ship", order_number=number, order=order.pk)
