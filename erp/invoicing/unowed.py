"""Money that nobody owes: overpaid, paid twice, or come too late. It stays its payer's, and is shown."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import IntegrityError
from django.db.models import F, QuerySet

from accounting.models import Party
from accounting.money import ZERO, money_value

from .models import Payment, PaymentOperation
from .payments import PaymentGone, ReferenceTaken, WrongAmount

Kind = Payment.Kind


def take(
    payment: Payment, amount: Decimal, *, reference: str, on: date, by: Any = None
) -> tuple[Payment, PaymentOperation]:
    """Write down money that came in on a payment and that nobody owes, as a payment of its own."""
    surplus = Payment(
        order=payment.order,
        party=payment.party or _unknown_payer(payment),
        kind=Kind.SURPLUS,
        provider=payment.provider,
        reference=f"surplus:{reference}",
        provider_reference=payment.provider_reference,
        state=Payment.State.CAPTURED,
        amount=amount,
        captured=amount,
        currency=settings.CURRENCY,
    )
    operation = PaymentOperation(
        payment=surplus, kind="capture", amount=amount, reference=reference, on=on, user=by
    )
    try:
        Payment.objects.bulk_create([surplus])
        PaymentOperation.objects.bulk_create([operation])
    except IntegrityError:
        raise ReferenceTaken(f"The reference '{reference}' stands for other money already.") from None
    return surplus, operation


def hold(surplus: Payment) -> Payment:
    """Lock money that nobody owes, and read it afresh. Raises PaymentGone where it is owed."""
    rows = Payment.objects.select_for_update(of=("self",)).select_related("order__terms", "party")
    held = rows.filter(pk=surplus.pk, kind=Kind.SURPLUS).first()
    if held is None:
        raise PaymentGone(f"Payment {surplus} pays for an order: credit its invoice to give it back.")
    return held


def use(surplus: Payment, order: Any, amount: Decimal, *, on: date, by: Any = None) -> PaymentOperation:
    """Write down that money pays for an order of the same customer. It goes back as it came, if it must."""
    surplus.used += amount
    Payment.objects.filter(pk=surplus.pk).update(used=F("used") + money_value(amount))
    reference = f"{surplus.reference}:use:{surplus.uses.count() + 1}"
    payment = Payment(
        order=order,
        party=surplus.party,
        provider=surplus.provider,
        reference=reference,
        provider_reference=surplus.provider_reference,
        state=Payment.State.CAPTURED,
        amount=amount,
        captured=amount,
        currency=settings.CURRENCY,
    )
    Payment.objects.bulk_create([payment])
    operation = PaymentOperation(
        payment=payment,
        kind="capture",
        amount=amount,
        reference=reference,
        taken_from=surplus,
        on=on,
        user=by,
    )
    return PaymentOperation.objects.bulk_create([operation])[0]


def amount_of(surplus: Payment, amount: Decimal | None) -> Decimal:
    """Return what is to be taken of it: all that is left, unless told otherwise. Raises WrongAmount."""
    if surplus.left == ZERO:
        raise WrongAmount(f"Nothing is left of payment {surplus}.")
    return surplus.left if amount is None else amount


def source_key(surplus: Payment) -> str:
    """Return what the entry is called by which it came in."""
    return f"payment:{surplus.operations.get(kind='capture').reference}"


def still_here() -> QuerySet[Payment]:
    """Return the money that nobody owes and that was neither given back nor used."""
    return Payment.objects.filter(kind=Kind.SURPLUS, captured__gt=F("refunded") + F("used"))


def _unknown_payer(payment: Payment) -> Party:
    """Return a row in the books for somebody of whom we know but the payment."""
    party, _ = Party.objects.get_or_create(
        key=f"payer:{payment.pk}",
        defaults={"kind": "customer", "name": f"Payer of {payment}"},
    )
    return party
