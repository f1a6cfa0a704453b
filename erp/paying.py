"""Talks with payment providers: one transaction before each call and one after it, none during it."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.timezone import localdate

from accounting.refusal import Refusal
from erp.documents import outbox
from erp.documents.outbox import effect
from erp.invoicing import payments, providers
from erp.invoicing.models import Payment

PATIENCE = timedelta(hours=1)


class PaymentDeclined(Refusal):
    """The provider did not hold the money."""


def start_payment(
    provider_code: str, amount: Decimal, *, key: str, form_data: dict[str, str], on: date
) -> Payment:
    """Have money held before there is an order; return the authorised payment. Raises PaymentDeclined.

    The same key is the same attempt: asking twice holds the money once. Money that no order has claimed
    an hour later is given up.
    """
    provider = providers.get(provider_code)
    with transaction.atomic():
        payment = payments.start(provider=provider_code, amount=amount, key=key)
        outbox.enqueue(
            [effect(f"unclaimed:{payment.pk}", "void_unclaimed", after=PATIENCE, payment=payment.pk)]
        )
    if payment.state == Payment.State.STARTED:
        _decide(payment, provider.authorise(payment, form_data), on=on)
    if payment.state != Payment.State.AUTHORISED:
        raise PaymentDeclined("This payment was declined. Please try again or pay another way.")
    return payment


def void_payment(payment: Payment, *, on: date) -> None:
    """Give up money that was held for an order that was then refused; its provider is told after commit.

    Raises PaymentGone where the money is an order's: only `cancel` gives that up.
    """
    with transaction.atomic():
        held = Payment.objects.select_for_update(of=("self",)).select_related("order").get(pk=payment.pk)
        if held.order is not None:
            raise payments.PaymentGone(f"Payment {held} belongs to order {held.order.number}.")
        payments.void(held, on=on)
        outbox.enqueue([effect(f"void:{held.pk}", "void", payment=held.pk)])


def void_unclaimed(payload: dict[str, Any], *, now: datetime) -> None:
    """Give up money that a provider may hold and no order has claimed: the customer left, or we crashed."""
    payment = Payment.objects.get(pk=payload["payment"])
    undecided = (Payment.State.STARTED, Payment.State.AUTHORISED)
    if payment.order_id is None and payment.state in undecided:
        void_payment(payment, on=localdate(now))


def _decide(payment: Payment, answer: providers.Answer, *, on: date) -> None:
    """Note what a provider said, unless another request about the same attempt was faster."""
    with transaction.atomic():
        held = Payment.objects.select_for_update().get(pk=payment.pk)
        if held.state == Payment.State.STARTED:
            if answer.done:
                payments.authorise(held, reference=answer.reference, on=on)
            else:
                payments.refuse(held)
    payment.state = held.state
    if not answer.done:
        raise PaymentDeclined(answer.message)
