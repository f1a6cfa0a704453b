"""Talks with payment providers: one transaction before each call and one after it, none during it."""

from datetime import date
from decimal import Decimal

from django.db import transaction

from accounting.refusal import Refusal
from erp.invoicing import payments, providers
from erp.invoicing.models import Payment


class PaymentDeclined(Refusal):
    """The provider did not hold the money."""


def start_payment(
    provider_code: str, amount: Decimal, *, key: str, form_data: dict[str, str], on: date
) -> Payment:
    """Have money held before there is an order; return the authorised payment. Raises PaymentDeclined.

    The same key is the same payment: asking twice holds the money once.
    """
    provider = providers.get(provider_code)
    with transaction.atomic():
        payment = payments.start(provider=provider_code, amount=amount, key=key)
    if payment.state == Payment.State.AUTHORISED:
        return payment
    answer = provider.authorise(payment, form_data)
    with transaction.atomic():
        if answer.done:
            payments.authorise(payment, reference=answer.reference, on=on)
        else:
            payments.refuse(payment)
    if not answer.done:
        raise PaymentDeclined(answer.message)
    return payment


def void_payment(payment: Payment, *, on: date) -> None:
    """Give up money that was held for an order that was then refused."""
    provider = providers.get(payment.provider)
    provider.void(payment)
    with transaction.atomic():
        payments.void(payment, on=on)
