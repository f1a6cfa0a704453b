"""Talks with payment providers: one transaction before each call and one after it, none during it.

What they say by themselves, or when asked, is heard in `hearing`.
"""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.timezone import localdate

from accounting.refusal import Refusal
from erp import hearing, order_to_cash, planning
from erp.documents import outbox
from erp.documents.outbox import effect
from erp.documents.services import company
from erp.hearing import apply, hear, look, sweep
from erp.invoicing import links, payments, providers
from erp.invoicing.models import Payment
from erp.sales import services as sales

__all__ = ["apply", "hear", "look", "sweep"]

PATIENCE = timedelta(hours=1)
State = Payment.State


class PaymentDeclined(Refusal):
    """The provider did not hold the money."""


class ProviderAway(Refusal):
    """The provider did not answer: whether it holds the money we shall hear."""


def start_payment(
    provider_code: str, amount: Decimal, *, key: str, form_data: dict[str, str], on: date
) -> Payment:
    """Have money held before there is an order; return the payment, authorised or on its way.

    One on its way is still *started*: its customer pays on the provider's page at `redirect_url`. The same
    key is the same attempt: asking twice holds the money once. Money that no order has claimed an hour
    later is given up. Raises PaymentDeclined, ProviderAway and NotOffered.
    """
    provider = providers.require_offered(provider_code, company())
    with transaction.atomic():
        payment = payments.start(provider=provider.code, amount=amount, key=key)
        outbox.enqueue(
            [effect(f"unclaimed:{payment.pk}", "void_unclaimed", after=PATIENCE, payment=payment.pk)]
        )
    return _authorised(payment, form_data, on=on)


def pay_again(order: Any, provider_code: str, *, key: str, form_data: dict[str, str], on: date) -> Payment:
    """Try once more to pay an order that waits for its payment: the same goods, the deadline anew.

    Raises PaymentGone where the order no longer waits, and what `start_payment` raises.
    """
    provider = providers.require_offered(provider_code, company())
    with transaction.atomic():
        held = sales.hold(order.pk)
        if held.status != planning.PENDING:
            raise payments.PaymentGone(f"Order {held.number} is {held.status}: it waits for no payment.")
        payment = payments.start(
            provider=provider.code, amount=held.total_incl_tax, key=f"again:{key}", order=held
        )
        outbox.enqueue(planning.await_payment(payment, held))
    return _authorised(payment, form_data, on=on)


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
    if payment.order_id is None and payment.state == State.STARTED:
        look(payment, now=now)
        payment.refresh_from_db()
    undecided = (State.STARTED, State.AUTHORISED)
    if payment.order_id is None and payment.state in undecided:
        void_payment(payment, on=localdate(now))


def expire(payload: dict[str, Any], *, now: datetime) -> None:
    """Cancel an order that was not paid in time, and give its goods free. Its providers are asked first.

    A later attempt to pay brought a later deadline.
    """
    payment = Payment.objects.select_related("order").get(pk=payload["payment"])
    order: Any = payment.order
    if order.status != planning.PENDING or payment.pk != _latest(order):
        return
    for attempt in order.payments.filter(state=State.STARTED).order_by("pk"):
        look(attempt, now=now)
    with transaction.atomic():
        order = sales.hold(order.pk)
        if order.status == planning.PENDING and payment.pk == _latest(order):
            order_to_cash.cancel(order, on=localdate(now), reason="It was not paid in time.")


def _latest(order: Any) -> int | None:
    return payments.for_orders(order.payments).order_by("pk").values_list("pk", flat=True).last()


def _authorised(payment: Payment, form_data: dict[str, str], *, on: date) -> Payment:
    """Ask the provider unless it was asked before; return the payment, authorised or on its way."""
    if payment.state == State.STARTED and not payment.redirect_url:
        try:
            answer = providers.get(payment.provider).authorise(payment, form_data | _ways_back(payment))
        except providers.ProviderFailed as error:
            raise ProviderAway(
                "The payment service does not answer, so nothing was paid. "
                "If an amount was held on your card, it will be free again."
            ) from error
        _decide(payment, answer, on=on)
    if payment.state == State.CAPTURED or payment.state == State.AUTHORISED or payment.is_on_its_way:
        return payment
    raise PaymentDeclined("This payment was declined. Please try again or pay another way.")


def _ways_back(payment: Payment) -> dict[str, str]:
    return {"return_url": links.return_url(payment), "cancel_url": links.cancel_url(payment)}


def _decide(payment: Payment, answer: providers.Answer, *, on: date) -> None:
    """Note what a provider said, unless another request about the same attempt was faster."""
    with transaction.atomic():
        held = hearing.lock(payment)
        if held.state == State.STARTED:
            _note(held, answer, on=on)
    payment.state, payment.redirect_url = held.state, held.redirect_url
    payment.provider_reference = held.provider_reference
    if not answer.done and not answer.redirect:
        raise PaymentDeclined(answer.message)


def _note(held: Payment, answer: providers.Answer, *, on: date) -> None:
    if answer.redirect:
        payments.send_away(held, to=answer.redirect, reference=answer.reference)
    elif answer.done:
        payments.authorise(held, reference=answer.reference, on=on)
        payments.know_as(held, answer.reference)
        if held.order is not None:
            order_to_cash.confirm(held, on=on)
    else:
        payments.refuse(held)
