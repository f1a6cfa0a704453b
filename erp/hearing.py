"""What payment providers tell, unasked or when asked: each notice is kept and applied once, in any order.

Nothing here decides by what a customer's browser says: only by signed notices and answers.
"""

import logging
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.timezone import localdate

from accounting.money import ZERO
from accounting.refusal import Refusal
from erp import order_to_cash, planning
from erp.documents import outbox
from erp.documents.models import Outbox
from erp.documents.outbox import effect
from erp.invoicing import mails, notices, payments, providers, unheard
from erp.invoicing.models import Payment, ProviderEvent
from erp.invoicing.providers import Notice

logger = logging.getLogger(__name__)

State = Payment.State
Outcome = ProviderEvent.Outcome


def hear(
    provider_code: str, body: bytes, headers: Mapping[str, str], *, now: datetime
) -> list[ProviderEvent]:
    """Take in a message that came by itself, and return its notices. Raises Forged, UnknownProvider.

    A message that is not the provider's leaves no trace.
    """
    provider = providers.get(provider_code)
    return [apply(notice, provider=provider_code, now=now) for notice in provider.webhook(body, headers)]


def look(payment: Payment, *, now: datetime) -> list[ProviderEvent]:
    """Ask a provider what became of a payment, and apply what it says. Raises ProviderFailed."""
    told = providers.get(payment.provider).look(payment)
    Payment.objects.filter(pk=payment.pk).update(looked_at=now)
    return [apply(notice, provider=payment.provider, now=now) for notice in told]


def sweep(now: datetime, *, limit: int = 20) -> int:
    """Ask providers about payments whose end was not heard of, and return how many were heard of.

    A provider that does not answer is left alone until the next sweep.
    """
    heard, away = 0, set()
    for payment in unheard.to_look_at(now)[:limit]:
        if payment.provider not in away:
            try:
                look(payment, now=now)
                heard += 1
            except providers.ProviderFailed as error:
                logger.warning("%s does not answer about %s: %s", payment.provider, payment, error)
                away.add(payment.provider)
    return heard


@transaction.atomic
def apply(notice: Notice, *, provider: str, now: datetime) -> ProviderEvent:
    """Keep a notice with what came of it, and do what it says, once however often it is told."""
    found = Payment.objects.filter(provider=provider, reference=notice.payment).first()
    payment = found and lock(found)
    if known := notices.heard(notice, provider=provider):
        return known
    outcome = _take(payment, notice, on=localdate(now)) if payment else Outcome.UNKNOWN
    return notices.keep(notice, provider=provider, payment=payment, outcome=outcome, now=now)


def lock(payment: Payment) -> Payment:
    """Lock a payment, its order first if it has one, and read it afresh."""
    if payment.order_id:
        return payments.hold(payment)
    held = Payment.objects.select_for_update(of=("self",)).get(pk=payment.pk)
    return payments.hold(held) if held.order_id else held


def _take(payment: Payment, notice: Notice, *, on: date) -> str:
    if notice.currency.upper() != settings.CURRENCY or not _amount_fits(payment, notice):
        return Outcome.WRONG
    return TAKERS[notice.kind](payment, notice, on=on)


def _amount_fits(payment: Payment, notice: Notice) -> bool:
    """Return whether an amount is what was agreed, or a part of it that we asked for."""
    if notice.kind not in ("authorised", "captured", "refunded"):
        return True  # no money moved, or somebody looks into it
    if not notice.amount.is_finite() or notice.amount <= ZERO:
        return False
    if notice.kind == "refunded":
        return notice.amount <= payment.amount
    return notice.amount == payment.amount or (
        notice.kind == "captured" and _was_asked_for(payment, notice.amount)
    )


def _was_asked_for(payment: Payment, amount: Decimal) -> bool:
    asked = Outbox.objects.filter(topic="capture", payload__payment=payment.pk)
    return asked.filter(payload__amount=str(amount)).exists()


def _authorised(payment: Payment, notice: Notice, *, on: date) -> str:
    if payment.state == State.VOIDED:  # it was given up before it was held: say so once more
        outbox.enqueue([effect(f"void:{payment.pk}:late", "void", payment=payment.pk)])
        return Outcome.APPLIED
    if payment.state not in (State.STARTED, State.FAILED):
        return Outcome.NOTHING
    payments.authorise(payment, reference=notice.reference, on=on)
    payments.know_as(payment, notice.reference)
    order: Any = payment.order
    if order is not None and order.status == planning.PENDING:
        order_to_cash.confirm(payment, on=on)
    elif order is not None:
        _not_wanted(payment, on=on)
    return Outcome.APPLIED


def _captured(payment: Payment, notice: Notice, *, on: date) -> str:
    take = order_to_cash.settle if payment.order_id else order_to_cash.keep
    try:
        if payments.noted(payment, notice.amount, reference=notice.reference):
            return Outcome.NOTHING
        payments.know_as(payment, notice.reference)
        take(payment, amount=notice.amount, reference=notice.reference, on=on)
    except Refusal:  # a reference of other money, a locked period: the provider would tell it for ever
        return Outcome.WRONG
    return Outcome.APPLIED


def _failed(payment: Payment, notice: Notice, *, on: date) -> str:
    if payment.state != State.STARTED:
        return Outcome.NOTHING
    payments.refuse(payment)
    outbox.enqueue(mails.to_send("payment_failed", payment))
    return Outcome.APPLIED


def _voided(payment: Payment, notice: Notice, *, on: date) -> str:
    if payment.state not in (State.STARTED, State.AUTHORISED) or payment.captured:
        return Outcome.NOTHING
    payments.void(payment, on=on)
    order: Any = payment.order
    is_wanted = order is not None and order.status not in (planning.PENDING, "cancelled")
    return Outcome.FOR_SOMEBODY if is_wanted else Outcome.APPLIED  # its goods would leave unpaid


def _refunded(payment: Payment, notice: Notice, *, on: date) -> str:
    """Refunds are booked before their provider is told: one that is not was asked for elsewhere."""
    is_known = payments.is_refund(notice.reference) or notices.names(notice.reference, kind="refunded")
    return Outcome.NOTHING if is_known else Outcome.UNASKED


def _for_somebody(payment: Payment, notice: Notice, *, on: date) -> str:
    return Outcome.FOR_SOMEBODY


def _not_wanted(payment: Payment, *, on: date) -> None:
    payments.void(payment, on=on)
    outbox.enqueue([effect(f"void:{payment.pk}", "void", payment=payment.pk)])


TAKERS = {
    "authorised": _authorised,
    "captured": _captured,
    "failed": _failed,
    "voided": _voided,
    "refunded": _refunded,
    "bounced": _for_somebody,
    "disputed": _for_somebody,
}
