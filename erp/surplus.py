"""Money that nobody owes, with its entries: kept, given back, used. Called by the verbs of `money_in`."""

from datetime import date
from decimal import Decimal
from typing import Any

from accounting import ledger
from accounting.models import OpenItem
from erp import billing, postings
from erp.documents import outbox
from erp.documents.outbox import effect
from erp.invoicing import mails, payments, providers, unowed
from erp.invoicing.models import Payment, PaymentOperation
from erp.sales import services as sales


def keep(payment: Payment, amount: Decimal, *, reference: str, on: date, by: Any) -> PaymentOperation:
    """Take in money that nobody owes. A provider that can give it back does so at once.

    A transfer is not sent back unasked: somebody decides whether it pays for something else.
    """
    surplus, operation = unowed.take(payment, amount, reference=reference, on=on, by=by)
    billing.post(postings.kept(operation, billing.money_account(operation)), by=by)
    _note(surplus, "surplus", f"{amount} came in that nobody owes.", operation, by=by)
    if providers.get(surplus.provider).prepaid:
        give_back(surplus, amount, on=on, by=by)
    return operation


def give_back(surplus: Payment, amount: Decimal, *, on: date, by: Any) -> PaymentOperation:
    """Give back a part of money that is held, and have its provider told. Raises WrongAmount."""
    before = surplus.operations.filter(kind=PaymentOperation.Kind.REFUND).count()
    reference = f"{surplus.reference}:back:{before + 1}"
    item = _item(surplus)
    operation = payments.refund(surplus, amount, reference=reference, on=on, by=by)
    entry = postings.given_back(operation, billing.money_account(operation))
    billing.post(entry, by=by, settles=[(item, amount)])
    number = surplus.order.number if surplus.order else ""
    wish = effect(f"refund:{operation.pk}", "refund", order_number=number, operation=operation.pk)
    outbox.enqueue([wish, *mails.to_send("refund", operation)])
    _note(surplus, "given back", f"{amount} that nobody owed goes back.", operation, by=by)
    return operation


def use(
    surplus: Payment, order: Any, amount: Decimal, *, owed: dict[str, OpenItem], on: date, by: Any
) -> tuple[PaymentOperation, Decimal]:
    """Pay open items of an order with money that is held; return the movement and what is still owed."""
    operation = unowed.use(surplus, order, amount, on=on, by=by)
    entry = postings.used(operation)
    billing.post(entry, by=by)
    ledger.allocate_entries(
        entry.source_key, unowed.source_key(surplus), amount, on=on, key=f"{entry.source_key}:from"
    )
    for key, (_, part) in zip(owed, billing.shares(owed.values(), amount), strict=False):
        ledger.allocate_entries(key, entry.source_key, part, on=on, key=f"{entry.source_key}:{key}")
    _note(operation.payment, "paid", f"{amount} paid from {surplus}.", operation, by=by)
    return operation, billing.total(owed) - amount


def _item(surplus: Payment) -> OpenItem:
    key = unowed.source_key(surplus)
    found = ledger.owed([key])
    if key not in found:
        raise payments.WrongAmount(f"Nothing is left of payment {surplus}.")
    return found[key]


def _note(payment: Payment, name: str, message: str, operation: PaymentOperation, *, by: Any) -> None:
    """Write it into the process log of the order that the money came for, if there is one."""
    if payment.order:
        sales.note(payment.order, name, message, f"payment:{operation.reference}", by=by)
