"""Payments and their operations: agreed, captured, refunded, voided. The books are posted by the chain."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import IntegrityError
from django.db.models import F, Q, QuerySet, Sum

from accounting.money import ZERO, money, money_value
from accounting.refusal import Refusal
from erp.documents.models import Outbox
from erp.documents.outbox import effect

from . import providers
from .forgone import never_billed
from .models import CreditNote, Payment, PaymentOperation

State = Payment.State
Kind = PaymentOperation.Kind
MOST = Decimal("9999999999.99")  # what an order can come to
# A payment that may belong to an order: the money is held, or the customer is on the way to pay it.
CLAIMABLE = Q(state=State.AUTHORISED) | (Q(state=State.STARTED) & ~Q(redirect_url=""))


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


def start(*, provider: str, amount: Decimal, key: str, order: Any = None) -> Payment:
    """Write a payment before any money moves. The same key is the same payment while it is undecided."""
    reference = f"{provider}:{key}"
    payment = Payment(
        order=order,
        party=order and order.terms.party,
        provider=provider,
        reference=reference,
        amount=money(amount),
        currency=settings.CURRENCY,
    )
    Payment.objects.bulk_create([payment], ignore_conflicts=True)
    return Payment.objects.get(reference=reference)


def attach(payment: Payment, order: Any, *, party: Any, amount: Decimal) -> Payment:
    """Give a payment its order: one that is authorised, or on its way. Raises PaymentGone, WrongAmount."""
    if payment.amount != amount:
        raise WrongAmount(f"The card was authorised for {payment.amount}, the order comes to {amount}.")
    free = Payment.objects.filter(CLAIMABLE, pk=payment.pk, order=None)
    if not free.update(order=order, party=party):
        raise PaymentGone("This payment cannot be used for this order.")
    payment.order, payment.party = order, party
    if payment.state == State.STARTED:  # the provider's notice may have been faster than we are
        payment.refresh_from_db(fields=["state"])
    return payment


def hold(payment: Payment) -> Payment:
    """Lock a payment, after its order as every verb does, and read it afresh. Raises PaymentGone."""
    rows = Payment.objects.select_for_update(of=("order", "self"), no_key=True)
    rows = rows.select_related("order__terms__party", "party").filter(order__number__isnull=False)
    held = rows.filter(pk=payment.pk).first()
    if held is None:
        raise PaymentGone(f"Payment {payment} belongs to no order.")
    return held


def require_cents(amount: Decimal) -> None:
    """Raises WrongAmount where an amount is no money above zero, in whole cents."""
    if not amount.is_finite() or not ZERO < amount <= MOST or amount != money(amount):
        raise WrongAmount(f"{amount:f} cannot be taken: money comes in whole cents, above zero.")


def capture(
    payment: Payment, amount: Decimal, *, reference: str, on: date, by: Any = None
) -> PaymentOperation:
    """Note that money came in on a payment that is held. Raises ReferenceTaken and IllegalTransition."""
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

    What came in at once may stand in two parts: what was owed, and the rest. Raises ReferenceTaken where
    it was another amount.
    """
    rest = rest_of(reference)
    rows = PaymentOperation.objects.filter(kind=Kind.CAPTURE, reference__in=(reference, rest))
    known = list(rows.filter(payment__order=payment.order_id).order_by("pk"))
    came_in = sum((operation.amount for operation in known), ZERO)
    if known and came_in != amount:
        raise ReferenceTaken(f"With the reference '{reference}' {came_in} came in already.")
    return known[0] if known else None


def rest_of(reference: str) -> str:
    """Return the reference of that part of an amount which nobody owed."""
    return f"{reference}:surplus"


def still_to_come(payment: Payment) -> Decimal:
    """Return what is still to be paid on a payment: not what was credited, paid otherwise, or never comes."""
    if payment.kind != Payment.Kind.ORDER or payment.order is None:
        return ZERO
    credited = CreditNote.objects.filter(order=payment.order_id).aggregate(sum=Sum("gross"))["sum"]
    paid = for_orders(Payment.objects.filter(order=payment.order_id)).aggregate(
        sum=Sum(F("captured") - F("refunded"))
    )["sum"]
    left = payment.order.total_incl_tax - (credited or ZERO) - (paid or ZERO) - never_billed(payment.order)
    return max(min(left, payment.amount - payment.captured), ZERO)


def for_orders(rows: QuerySet[Payment]) -> QuerySet[Payment]:
    """Return the payments that pay for an order: money that nobody owes is none."""
    return rows.filter(kind=Payment.Kind.ORDER)


def collectable(order: Any) -> list[Payment]:
    """Return an order's payments of which a provider still holds something for us."""
    rows = Payment.objects.filter(order=order, state__in=(State.AUTHORISED, State.CAPTURED))
    return [row for row in rows.filter(captured__lt=F("amount")).order_by("pk") if is_held(row)]


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


def send_away(payment: Payment, *, to: str, reference: str) -> None:
    """Note on which page of the provider's the customer pays, and what the provider calls the payment."""
    payment.redirect_url, payment.provider_reference = to, reference
    Payment.objects.filter(pk=payment.pk).update(redirect_url=to, provider_reference=reference)


def know_as(payment: Payment, reference: str) -> None:
    """Note what the provider calls a payment, unless that is known."""
    if not payment.provider_reference:
        payment.provider_reference = reference
        Payment.objects.filter(pk=payment.pk).update(provider_reference=reference)


def refuse(payment: Payment) -> None:
    """Note that the provider declined."""
    payment.move_to(State.FAILED)


def void(payment: Payment, *, on: date, by: Any = None) -> None:
    """Give up a payment of which nothing was captured."""
    payment.move_to(State.VOIDED)
    _note(payment, Kind.VOID, payment.amount, reference=f"{payment.reference}:void", on=on, by=by)


def give_up(order: Any, *, on: date, but: Payment | None = None, by: Any = None) -> list[Payment]:
    """Void an order's payments of which nothing was captured, and return those a provider must hear of."""
    undecided = Payment.objects.select_for_update().filter(
        order=order, state__in=(State.STARTED, State.AUTHORISED), captured=0
    )
    held = []
    for payment in undecided.exclude(pk=but.pk if but else 0).order_by("pk"):
        if payment.state == State.AUTHORISED or is_held(payment):
            held.append(payment)
        void(payment, on=on, by=by)
    return held


def refundable(order: Any) -> list[Payment]:
    """Lock the payments of an order from which something can go back, the latest first."""
    rows = for_orders(Payment.objects.select_for_update(of=("self",)).filter(order=order))
    return list(rows.filter(captured__gt=F("refunded")).order_by("-pk"))


def refund(
    payment: Payment, amount: Decimal, *, reference: str, on: date, by: Any = None
) -> PaymentOperation:
    """Note that money goes back on a payment that is held. Raises WrongAmount."""
    left = payment.left
    if not ZERO < amount <= left or amount != money(amount):
        raise WrongAmount(f"{amount:f} cannot be refunded: {left} of payment {payment} is left.")
    payment.refunded += amount
    Payment.objects.filter(pk=payment.pk).update(refunded=F("refunded") + money_value(amount))
    return _note(payment, Kind.REFUND, amount, reference=reference, on=on, by=by)


def same_money(payment: Payment) -> QuerySet[Payment]:
    """Return all payments here that are one at the provider: what was owed of it, and the rest."""
    if not payment.provider_reference:
        return Payment.objects.filter(pk=payment.pk)
    known_as = {"provider": payment.provider, "provider_reference": payment.provider_reference}
    return Payment.objects.filter(**known_as)


def is_refund(reference: str) -> bool:
    """Return whether a reference is that of a refund of ours."""
    return PaymentOperation.objects.filter(kind=Kind.REFUND, reference=reference).exists()


def refunded_in_all(payment: Payment) -> Decimal:
    """Return what we have booked as refunded of one payment at a provider."""
    return same_money(payment).aggregate(sum=Sum("refunded", default=ZERO))["sum"]


def pay_out(*, party: Any, provider: str, amount: Decimal, reference: str, on: date) -> PaymentOperation:
    """Note money that goes back for a sale made elsewhere: taken and refunded there, refunded here."""
    payment = Payment.objects.create(
        party=party,
        provider=provider,
        reference=reference,
        kind=Payment.Kind.ELSEWHERE,
        state=State.CAPTURED,
        amount=amount,
        captured=amount,
        refunded=amount,
        currency=settings.CURRENCY,
    )
    return _note(payment, Kind.REFUND, amount, reference=f"{reference}:refund", on=on)


def is_held(payment: Payment) -> bool:
    """Return whether a provider holds or takes the money, and is asked for it."""
    return providers.get(payment.provider).prepaid


def _note(
    payment: Payment, kind: str, amount: Decimal, *, reference: str, on: date, by: Any = None
) -> PaymentOperation:
    return PaymentOperation.objects.bulk_create(
        [PaymentOperation(payment=payment, kind=kind, amount=amount, reference=reference, on=on, user=by)]
    )[0]
