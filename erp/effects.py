"""What the outbox does outside the database for the chain, and how a step is taken by hand.

Each effect may run twice: the provider and the books know it by its reference.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone
from oscar.core.loading import get_model

from accounting.refusal import Refusal
from erp import hearing, order_to_cash, planning
from erp.delivery.models import DeliveryNote
from erp.delivery.services import MAY_LEAVE
from erp.documents import outbox
from erp.documents.models import Outbox
from erp.documents.outbox import effect
from erp.invoicing import mails, notices, payments, providers
from erp.invoicing.models import Payment, PaymentOperation
from erp.invoicing.providers import card
from erp.sales.models import Step

Order = get_model("order", "Order")
LATE = timedelta(seconds=30)


class NothingToRetry(Refusal):
    """The step is done, or not to be done."""


def capture(payload: dict[str, Any], *, now: datetime) -> None:
    """Take money that a provider holds, and settle the order with it."""
    payment = Payment.objects.get(pk=payload["payment"])
    if payment.state == Payment.State.VOIDED:
        return
    amount = Decimal(payload["amount"])
    answer = _done(providers.get(payment.provider).capture(payment, amount, payload["reference"]))
    order_to_cash.settle(payment, amount=amount, reference=answer.reference, on=timezone.localdate(now))


def refund(payload: dict[str, Any], *, now: datetime) -> None:
    """Have a provider give money back that the books have given back, unless it has done so by itself."""
    operation = PaymentOperation.objects.select_related("payment").get(pk=payload["operation"])
    payment = operation.payment
    if notices.refunded(payment) >= payments.refunded_in_all(payment):
        return
    provider = providers.get(payment.provider)
    _done(provider.refund(payment, operation.amount, operation.reference))


def void(payload: dict[str, Any], *, now: datetime) -> None:
    """Have a provider give up money it holds."""
    payment = Payment.objects.get(pk=payload["payment"])
    _done(providers.get(payment.provider).void(payment))


def have_sandbox_tell_later(reference: str, kind: str) -> None:
    """Let the sandbox card send its notice only some time after its customer has come back."""
    row = effect(f"sandbox:{reference}", "sandbox_notice", after=LATE, reference=reference, kind=kind)
    outbox.enqueue([row])


def sandbox_notice(payload: dict[str, Any], *, now: datetime) -> None:
    """Have the sandbox card decide, and hear what it says."""
    payment = Payment.objects.get(reference=payload["reference"])
    body, headers = card.decide(payment, kind=payload["kind"])
    hearing.hear(payment.provider, body, headers, now=now)


def ship(payload: dict[str, Any], *, now: datetime) -> None:
    """Ship an order's notes that are ready, where shipping is automatic. What is in hand, a person sends."""
    order = Order.objects.get(pk=payload["order"])
    ship_ready(order, on=timezone.localdate(now), states=(DeliveryNote.State.READY,))


def ship_ready(order: Any, *, on: date, by: Any = None, states: Sequence[str] = MAY_LEAVE) -> int:
    """Ship the notes of an order that are ready or packed; return how many. What is being picked stays."""
    notes = list(DeliveryNote.objects.filter(order=order, state__in=states).order_by("pk"))
    for note in notes:
        order_to_cash.ship(note, on=on, by=by)
    return len(notes)


def retry(step: Step, *, on: date, by: Any = None) -> None:
    """Take a step that failed, or that is taken by hand. Raises NothingToRetry and what the step raises."""
    if step.order.status == planning.PENDING:
        raise NothingToRetry(f"Order {step.order.number} waits for its payment.")
    if step.state not in (Step.State.FAILED, Step.State.MANUAL, Step.State.WAITING):
        raise NothingToRetry(f"The step '{step.get_name_display()}' is {step.get_state_display()}.")
    if step.name == Step.Name.INVOICE:
        # A shipment tried to bill what left, and that is tried again; a person asks for all of it.
        only_shipped = step.state == Step.State.FAILED and planning.bills_on_shipment(step.order)
        order_to_cash.invoice(step.order, only_shipped=only_shipped, on=on, by=by)
    elif step.name == Step.Name.SHIP:
        if not ship_ready(step.order, on=on, by=by):
            raise NothingToRetry("No delivery note of this order is ready to be shipped.")
    else:
        _try_again(step)


def _try_again(step: Step) -> None:
    order = step.order
    rows = Outbox.objects.filter(order_number=order.number, done_at=None)
    if step.name == Step.Name.MAIL:
        waiting = rows.filter(key=mails.key_of("order_placed", order.pk))
    else:
        waiting = rows.filter(topic="capture")
    if not waiting.update(next_try_at=timezone.now()):
        outbox.enqueue(_effects_of(step))


def _effects_of(step: Step) -> list[Outbox]:
    order = step.order
    if step.name == Step.Name.MAIL:
        return mails.to_send("order_placed", order)
    return [
        payments.to_collect(payment, amount, order_number=order.number)
        for payment in payments.collectable(order)
        if (amount := payments.still_to_come(payment))
    ]


def _done(answer: providers.Answer) -> providers.Answer:
    if not answer.done:
        raise providers.ProviderFailed(answer.message)
    return answer
