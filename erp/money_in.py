"""The verbs of money: an order is confirmed by it, settled with it, and what nobody owes goes back or on.

`order_to_cash` offers them as its own. Each is one transaction.
"""

from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

from django.db.transaction import atomic

from accounting.refusal import Refusal
from erp import billing, planning, surplus
from erp.delivery import services as delivery
from erp.documents.services import company
from erp.invoicing import payments, providers, unowed
from erp.invoicing.models import Payment, PaymentOperation
from erp.sales import services as sales
from erp.sales import steps


class NothingOwed(Refusal):
    """Money is to pay for what is paid already, or was never owed."""


class NotTheirs(Refusal):
    """Money of one customer is to pay for what another one owes."""


@atomic
def confirm(payment: Payment, *, on: date, by: Any = None) -> None:
    """Make firm the order that waited for a payment: what `place` does by policy happens now, once.

    Raises PaymentGone where the payment is not held, and is no other way to pay either.
    """
    payment = payments.hold(payment)
    order: Any = payment.order
    if order.status != planning.PENDING:
        return
    is_held = payment.state in (Payment.State.AUTHORISED, Payment.State.CAPTURED)
    if providers.get(payment.provider).prepaid and not is_held:
        raise payments.PaymentGone(f"Payment {payment} is {payment.get_state_display()}, not authorised.")
    _make_firm(payment, on=on, by=by)


@atomic
def settle(
    payment: Payment, *, amount: Decimal, reference: str, on: date, by: Any = None
) -> PaymentOperation:
    """Take in money: the same reference is the same. Raises WrongAmount, PaymentGone, ReferenceTaken.

    Money for what is not yet billed makes the invoice: VAT is due when money comes in. What is more than
    is owed is taken in as well, as money that nobody owes.
    """
    payment = payments.hold(payment)
    if known := payments.noted(payment, amount, reference=reference):
        return known
    payments.require_cents(amount)
    order: Any = payment.order
    if order.status == planning.PENDING:
        _make_firm(payment, on=on, by=by)
    owed = billing.owed_for(order, amount, on=on, by=by)
    part = min(amount, payment.amount - payment.captured, billing.total(owed))
    if not part:
        return surplus.keep(payment, amount, reference=reference, on=on, by=by)
    operation = payments.capture(payment, part, reference=reference, on=on, by=by)
    still_owed = billing.take_in(operation, owed, by=by)
    sales.note(order, "paid", f"{part} received.", f"payment:{reference}", by=by)
    planning.money_is_in(payment, still_owed=still_owed)
    if rest := amount - part:
        surplus.keep(payment, rest, reference=payments.rest_of(reference), on=on, by=by)
    return operation


@atomic
def keep(payment: Payment, *, amount: Decimal, reference: str, on: date, by: Any = None) -> PaymentOperation:
    """Take in money of a payment that no order has claimed, and that none can claim then.

    The same reference is the same.
    """
    if known := payments.noted(payment, amount, reference=reference):
        return known
    payments.require_cents(amount)
    if payment.state in (Payment.State.STARTED, Payment.State.AUTHORISED):
        payments.void(payment, on=on, by=by)
    return surplus.keep(payment, amount, reference=reference, on=on, by=by)


@atomic
def give_back(
    payment: Payment, *, amount: Decimal | None = None, on: date, by: Any = None
) -> PaymentOperation:
    """Give back money that nobody owes, all that is left unless told otherwise: its provider is told.

    Raises WrongAmount, and PaymentGone where the money pays for an order.
    """
    held = unowed.hold(payment)
    return surplus.give_back(held, unowed.amount_of(held, amount), on=on, by=by)


@atomic
def use_for(payment: Payment, order: Any, *, on: date, by: Any = None) -> PaymentOperation:
    """Pay what an order of the same customer owes with money that nobody owes, as far as it goes.

    Raises NotTheirs, NothingOwed, WrongAmount and PaymentGone.
    """
    order = sales.hold(order.pk)
    held = unowed.hold(payment)
    if held.party_id != order.terms.party_id:
        raise NotTheirs(f"Payment {held} is another customer's than order {order.number}.")
    owed = billing.owed_for(order, unowed.amount_of(held, None), on=on, by=by)
    amount = min(held.left, billing.total(owed))
    if not amount:
        raise NothingOwed(f"Nothing is owed on order {order.number}.")
    operation, still_owed = surplus.use(held, order, amount, owed=owed, on=on, by=by)
    planning.money_is_in(operation.payment, still_owed=still_owed)
    if not still_owed:
        billing.give_up_payments(order, on=on, by=by)
    return operation


@atomic
def pay_otherwise(order: Any, provider: str, *, on: date, by: Any = None) -> Payment:
    """Let the customer of an order that waits for its payment pay another way, such as by transfer.

    Raises PaymentGone where the order no longer waits, and NotOffered.
    """
    order = sales.hold(order.pk)
    if order.status != planning.PENDING:
        raise payments.PaymentGone(f"Order {order.number} is {order.status}: it waits for no payment.")
    way = providers.require_offered(provider, company())
    if way.prepaid or way.after_delivery:
        raise providers.NotOffered(f"{way.name} cannot be chosen for an order that is placed already.")
    sales.pays_by(order, provider)
    payment = payments.expect(order, party=order.terms.party, provider=provider, amount=order.total_incl_tax)
    _make_firm(payment, on=on, by=by)
    return payment


def _make_firm(payment: Payment, *, on: date, by: Any) -> None:
    order: Any = payment.order
    billing.give_up_payments(order, on=on, but=payment, by=by)
    firm = company()
    ordered, plan = planning.make_firm(payment, firm=firm)
    sales.note(order, "confirmed", f"Payment {payment} confirms it.", f"order:{order.number}", by=by)
    if planning.bills_now(ordered, plan):
        gone = delivery.cancelled_quantities(order)
        bill = partial(billing.bill_new, ordered, firm, payment=payment, cancelled=gone, on=on, by=by)
        steps.take(order, steps.INVOICE, bill)
