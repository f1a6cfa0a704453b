"""Order to cash: the life of a sale, from top to bottom.

    place --> confirmed -- ship --> partly shipped, shipped -- take_back
       |          |
       |          +-- cancel --> cancelled        invoice, settle and credit go along with any of them

Each verb is one transaction: it happens whole, or not at all. The shop, the back office, imports, the
demo and the tests all come in through these doors; nothing else writes an order, a document or an entry.
"""

from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

from django.db.transaction import atomic

from erp import billing, crediting, planning, postings
from erp.delivery import returns
from erp.delivery import services as delivery
from erp.delivery.models import DeliveryNote, Return
from erp.delivery.services import Pieces, Rest
from erp.documents.services import company
from erp.inventory import services as inventory
from erp.invoicing import credit_notes, invoices, payments, portions
from erp.invoicing.models import CreditNote, Invoice, Payment, PaymentOperation
from erp.sales import discounts, steps, wishes
from erp.sales import services as sales
from erp.sales.pricing import price
from erp.sales.sale import Sale


@atomic
def place(sale: Sale, *, on: date, by: Any = None) -> Any:
    """Make an order of a sale: goods promised, papers written. The same key is the same order.

    Raises OutOfStock, NotSold, NothingToSell, TooMuch, BasketChanged, DiscountUsedUp, WrongAmount and
    PaymentGone. An invoice that cannot be issued does not lose the order: its step waits to be retried.
    """
    number, is_new = wishes.claim(sale, on=on)
    if not is_new:
        return sales.with_number(number)
    wishes.submit_basket(sale)
    firm = company()
    records, places = inventory.reserve(wishes.wanted(sale), services=wishes.services_in(sale))
    totals = price(sale)
    ordered = sales.write_order(sale, totals, number=number, records=records, firm=firm, on=on)
    discounts.record(sale, ordered.order)
    payment = planning.payment_for(sale, ordered)
    notes = delivery.prepare(ordered, places, state=planning.state_of_notes(ordered, payment, firm), on=on)
    sales.note(ordered.order, "placed", f"Order over {totals.gross}.", f"order:{number}", by=by)
    plan = planning.plan(ordered, payment, notes)
    if planning.bills_now(ordered, plan):
        bill = partial(billing.bill_new, ordered, firm, payment=payment, on=on, by=by)
        plan[steps.INVOICE] = steps.attempt(ordered.order, steps.INVOICE, bill)
    steps.write(ordered.order, plan)
    return ordered.order


@atomic
def ship(
    note: DeliveryNote, *, on: date, quantities: Pieces | None = None, rest: Rest = "later", by: Any = None
) -> None:
    """Let a delivery note leave the house, or pieces of it by line: cost and revenue are posted.

    The rest leaves later on a note of its own, or is cancelled. Raises IllegalTransition, NotOnTheNote.
    """
    order = sales.hold(note.order_id)
    shipped = delivery.ship(note, order=order, quantities=quantities, rest=rest, on=on, by=by)
    released = invoices.release(order, delivery.by_order_line(shipped.lines))
    billing.post(postings.shipped(note, delivery.cost_of(shipped.lines), released, on=on), by=by)
    sales.note(order, "shipped", f"{note.number} has left.", f"delivery:{note.pk}", by=by)
    if shipped.rest and rest == "cancel":
        crediting.credit_unshipped(order, shipped.rest, on=on, by=by)
    sales.move_order(order, delivery.status_of(order))
    planning.goods_are_out(order, note)
    if planning.bills_on_shipment(order):
        steps.take(order, steps.INVOICE, lambda: billing.bill_shipped(order, on=on, by=by))


@atomic
def invoice(order: Any, *, on: date, by: Any = None) -> Invoice:
    """Bill what is not yet billed of an order. Raises NothingToInvoice."""
    order = sales.hold(order.pk)
    return billing.bill(order, on=on, by=by)


@atomic
def settle(
    payment: Payment, *, amount: Decimal, reference: str, on: date, by: Any = None
) -> PaymentOperation:
    """Take in money: the same reference is the same. Raises WrongAmount, PaymentGone, ReferenceTaken.

    Money for what is not yet billed makes the invoice: VAT is due when money comes in.
    """
    payment = payments.hold(payment)
    if known := payments.noted(payment, amount, reference=reference):
        return known
    operation = payments.capture(payment, amount, reference=reference, on=on, by=by)
    still_owed = billing.take_in(operation, payment.order, by=by)
    sales.note(payment.order, "paid", f"{amount} received.", f"payment:{reference}", by=by)
    planning.money_is_in(payment, still_owed=still_owed)
    return operation


@atomic
def credit(
    invoice: Invoice,
    *,
    on: date,
    key: str,
    quantities: Pieces | None = None,
    amounts: dict[int, Decimal] | None = None,
    reason: str = "",
    by: Any = None,
) -> CreditNote:
    """Credit pieces of an invoice's lines, or amounts off their price, and refund what was paid of it.

    Amounts are in the invoice's price mode. The same key is the same credit note. Raises NothingToCredit.
    """
    order = sales.hold(invoice.order_id)
    if known := credit_notes.given(invoice, key):
        return known
    chosen = portions.chosen(invoice, quantities or {}, amounts or {})
    document = crediting.credit(invoice, chosen, key=key, on=on, reason=reason, by=by)
    billing.refund(order, [document], on=on, by=by)
    planning.rest_is_credited(order, still_owed=billing.owed_by(order))
    return document


@atomic
def cancel(order: Any, *, on: date, reason: str = "", by: Any = None) -> None:
    """Undo an order of which nothing has left: goods free again, invoice credited, money given back."""
    order = sales.hold(order.pk)
    sales.move_order(order, "cancelled")
    delivery.cancel(order)
    documents = crediting.credit_everything(order, on=on, reason=reason or "Order cancelled", by=by)
    billing.refund(order, documents, on=on, by=by)
    billing.give_up_payments(order, on=on, by=by)
    planning.nothing_will_come(order, reason=reason)
    sales.note(order, "cancelled", reason, f"order:{order.number}", by=by)


@atomic
def take_back(
    order: Any, *, quantities: dict[int, int], on: date, key: str = "", reason: str = "", by: Any = None
) -> Return:
    """Take shipped pieces (by delivery line) back, credited and refunded. The same key is the same return."""
    order = sales.hold(order.pk)
    if known := returns.taken_back(key):
        return known
    document, returned, cost = returns.take_back(order, quantities, on=on, key=key, reason=reason, by=by)
    billing.post(postings.taken_back(document, cost), by=by)
    documents = crediting.credit_returned(order, document, returned, on=on, by=by)
    billing.refund(order, documents, on=on, by=by)
    sales.note(order, "returned", f"{document.number}: {reason}", f"return:{document.pk}", by=by)
    return document
