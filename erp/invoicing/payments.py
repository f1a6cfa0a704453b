"""Payments and their operations: agreed, captured, refunded, voided. The books are posted by the chain."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import IntegrityError
from django.db.models import F, Sum

from accounting.money import ZERO, money, money_value
from accounting.refusal import Refusal
from erp.documents.models import Outbox
from erp.documents.outbox import effect

from . import providers
from .models import CreditNote, Payment, PaymentOperation

State = Payment.State
Kind = PaymentOperation.Kind


class WrongAmount(Refusal):
    """An amount that cannot be captured or refunded."""


class PaymentGone(Refusal):
    """A payment that was refused, voided, or already belongs to another order."""


class ReferenceTaken(Refusal):
    """A provider's reference that already stands for other money."""


def expect(order: Any, *, party: Any, provider: str, amount: Decimal) -> Payment:
    """Write down what a new order is to be paid with, such as a transfer that is still to come."""
    return Payment.objects.bulk_create(
        [
            Payment(
                order=order,
                party=party,
                provider=provider,
                reference=f"{provider}:{order.number}",
                amount=amount,
                currency=settings.CURRENCY,
            )
        ]
    )[0]


def start(*, provider: str, amount: Decimal, key: str) -> Payment:
    """Write a payment before any money moves. The same key is the same payment while it is undecided."""
    reference = f"{provider}:{key}"
    payment = Payment(
        provider=provider, reference=reference, amount=money(amount), currency=settings.CURRENCY
    )
    Payment.objects.bulk_create([payment], ignore_conflicts=True)
    return Payment.objects.get(reference=reference)


def attach(payment: Payment, order: Any, *, party: Any, amount: Decimal) -> Payment:
    """Give an authorised payment its order. Raises PaymentGone and WrongAmount."""
    if payment.amount != amount:
        raise WrongAmount(f"The card was authorised for {payment.amount}, the order comes to {amount}.")
    free = Payment.objects.filter(pk=payment.pk, order=None, state=State.AUTHORISED)
    if not free.update(order=order, party=party):
        raise PaymentGone("This payment cannot be used for this order.")
    payment.order, payment.party = order, party
    return payment


def hold(payment: Payment) -> Payment:
    """Lock a payment, after its order as every verb does, and read it afresh. Raises PaymentGone."""
    rows = Payment.objects.select_for_update(of=("order", "self"), no_key=True)
    rows = rows.select_related("order__terms", "party").filter(order__number__isnull=False)
    held = rows.filter(pk=payment.pk).first()
    if held is None:
        raise PaymentGone(f"Payment {payment} belongs to no order.")
    return held


def capture(
    payment: Payment, amount: Decimal, *, reference: str, on: date, by: Any = None
) -> PaymentOperation:
    """Note that money came in on a payment that is held.

    Raises WrongAmount, ReferenceTaken and IllegalTransition.
    """
    open_amount = payment.amount - payment.captured
    if not ZERO < amount <= open_amount or amount != money(amount):
        raise WrongAmount(f"{amount:f} cannot be taken: {open_amount} of payment {payment} is open.")
    payment.captured += amount
    if payment.state == State.CAPTURED:
        Payment.objects.filter(pk=payment.pk).update(captured=payment.captured)
    else:
        payment.move_to(State.CAPTURED, captured=payment.captured)
    try:
        return _note(payment, Kind.CAPTURE, amount, reference=reference, on=on, by=by)
    except IntegrityError:
        raise ReferenceTaken(f"The reference '{reference}' stands for other money already.") from None


def noted(payment: Payment, amount: Decimal, *, reference: str) -> PaymentOperation | None:
    """Return the capture that a provider's reference stands for, if it was noted.

    Raises ReferenceTaken where that was another amount.
    """
    if payment.captured == ZERO:
        return None
    known = payment.operations.filter(reference=reference, kind=Kind.CAPTURE).first()
    if known and known.amount != amount:
        raise ReferenceTaken(f"With the reference '{reference}' {known.amount} came in already.")
    return known


def still_to_come(payment: Payment) -> Decimal:
    """Return what is still to be paid on a payment: what was credited of its order is not."""
    credited = CreditNote.objects.filter(order=payment.order_id).aggregate(sum=Sum("gross"))["sum"]
    left = payment.amount - (credited or ZERO) - (payment.captured - payment.refunded)
    return max(left, ZERO)


def collectable(order: Any) -> list[Payment]:
    """Return an order's payments of which a provider still holds something for us."""
    rows = Payment.objects.filter(order=order, state__in=(State.AUTHORISED, State.CAPTURED))
    return [row for row in rows.filter(captured__lt=F("amount")).order_by("pk") if _is_held(row)]


def to_collect(payment: Payment, amount: Decimal, *, order_number: str, part: str = "") -> Outbox:
    """Return the effect that takes money a provider holds: all of it, or a part with a name."""
    name = f"capture:{part}" if part else "capture"
    return effect(
        f"{name}:{payment.pk}",
        "capture",
        order_number=order_number,
        payment=payment.pk,
        amount=str(amount),
        reference=f"{payment.reference}:{name}",
    )


def authorise(payment: Payment, *, reference: str, on: date) -> None:
    """Note that the provider holds the money for us."""
    payment.move_to(State.AUTHORISED)
    _note(payment, Kind.AUTHORISE, payment.amount, reference=reference, on=on)


def refuse(payment: Payment) -> None:
    """Note that the provider declined."""
    payment.move_to(State.FAILED)


def void(payment: Payment, *, on: date, by: Any = None) -> None:
    """Give up a payment of which nothing was captured."""
    payment.move_to(State.VOIDED)
    _note(payment, Kind.VOID, payment.amount, reference=f"{payment.reference}:void", on=on, by=by)


def give_up(order: Any, *, on: date, by: Any = None) -> list[Payment]:
    """Void an order's payments of which nothing was captured, and return those a provider must hear of."""
    undecided = Payment.objects.select_for_update().filter(
        order=order, state__in=(State.STARTED, State.AUTHORISED), captured=0
    )
    held = []
    for payment in undecided.order_by("pk"):
        if payment.state == State.AUTHORISED:
            held.append(payment)
        void(payment, on=on, by=by)
    return held


def refundable(order: Any) -> list[Payment]:
    """Lock the payments of an order from which something can go back, the latest first."""
    rows = Payment.objects.select_for_update(of=("self",)).filter(order=order, captured__gt=F("refunded"))
    return list(rows.order_by("-pk"))


def refund(
    payment: Payment, amount: Decimal, *, reference: str, on: date, by: Any = None
) -> PaymentOperation:
    """Note that money goes back on a payment that is held. Raises WrongAmount."""
    left = payment.captured - payment.refunded
    if not ZERO < amount <= left:
        raise WrongAmount(f"{amount} cannot be refunded: {left} of payment {payment} is left.")
    payment.refunded += amount
    Payment.objects.filter(pk=payment.pk).update(refunded=F("refunded") + money_value(amount))
    return _note(payment, Kind.REFUND, amount, reference=reference, on=on, by=by)


def pay_out(*, party: Any, provider: str, amount: Decimal, reference: str, on: date) -> PaymentOperation:
    """Note money that goes back for a sale made elsewhere: taken and refunded there, refunded here."""
    payment = Payment.objects.create(
        party=party,
        provider=provider,
        reference=reference,
        state=State.CAPTURED,
        amount=amount,
        captured=amount,
        refunded=amount,
        currency=settings.CURRENCY,
    )
    return _note(payment, Kind.REFUND, amount, reference=f"{reference}:refund", on=on)


def _is_held(payment: Payment) -> bool:
    return providers.get(payment.provider).prepaid


def _note(
    payment: Payment, kind: str, amount: Decimal, *, reference: str, on: date, by: Any = None
) -> PaymentOperation:
    return PaymentOperation.objects.bulk_create(
        [PaymentOperation(payment=payment, kind=kind, amount=amount, reference=reference, on=on, user=by)]
    )[0]
