"""Order to cash: the life of a sale, from top to bottom.

    place --> confirmed -- ship --> partly shipped, shipped -- take_back
       |       ^  |
       |  confirm +-- cancel --> cancelled        invoice, settle and credit go along with any of them
       |       |
       +--> pending payment -- cancel --> cancelled

Each verb is one transaction: all of it happens, or none. Shop, back office, imports, demo and tests come
in by these doors, and nothing else writes an order, a document or an entry.
"""

from datetime import date
from functools import partial
from typing import Any

from django.db.transaction import atomic

from erp import billing, crediting, filling, planning, postings
from erp.delivery import closing, returns
from erp.delivery import services as delivery
from erp.delivery.models import DeliveryNote, Return
from erp.delivery.services import Pieces, Rest
from erp.documents.services import company
from erp.inventory import promising
from erp.invoicing import invoices
from erp.invoicing.models import CreditNote, Invoice
from erp.invoicing.portions import Amounts
from erp.money_in import confirm, give_back, keep, pay_otherwise, settle, use_for
from erp.sales import discounts, steps, wishes
from erp.sales import services as sales
from erp.sales.pricing import price
from erp.sales.sale import Sale

# The verbs of money are at home in `money_in`, and offered here with the others.
__all__ = ["confirm", "give_back", "keep", "pay_otherwise", "settle", "use_for"]


@atomic
def place(sale: Sale, *, on: date, by: Any = None) -> Any:
    """Make an order of a sale. The same key is the same order; an invoice that fails waits to be retried."""
    number, is_new = wishes.claim(sale, on=on)
    if not is_new:
        return sales.with_number(number)
    wishes.submit_basket(sale)
    firm = company()
    records, places = promising.reserve(
        wishes.wanted(sale), services=wishes.services_in(sale), key=sale.key, now=sale.looked_at
    )
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
    """Let a delivery note leave the house, or pieces of it; the rest leaves later, or is cancelled."""
    order = sales.hold(note.order_id)
    shipped = delivery.ship(note, order=order, quantities=quantities, rest=rest, on=on, by=by)
    released = invoices.release(order, delivery.by_order_line(shipped.lines))
    billing.post(postings.shipped(note, delivery.cost_of(shipped.lines), released, on=on), by=by)
    sales.note(order, "shipped", f"{note.number} has left.", f"delivery:{note.pk}", by=by)
    crediting.credit_unshipped(order, shipped.cancelled, on=on, by=by)
    filling.ask_for_notes([shipped.cancelled])
    sales.move_order(order, delivery.status_of(order))
    planning.goods_are_out(order, note)
    if planning.bills_on_shipment(order):
        steps.take(order, steps.INVOICE, lambda: billing.bill_shipped(order, on=on, by=by))


@atomic
def invoice(order: Any, *, on: date, only_shipped: bool = False, by: Any = None) -> Invoice:
    """Bill what is not yet billed of an order, or of what has left of it. Raises NothingToInvoice."""
    order = sales.hold(order.pk)
    return billing.bill(order, only_shipped=only_shipped, on=on, by=by)


@atomic
def credit(
    invoice: Invoice,
    *,
    on: date,
    key: str,
    quantities: Pieces | None = None,
    amounts: Amounts | None = None,
    reason: str = "",
    by: Any = None,
) -> CreditNote:
    """Credit pieces or amounts (in its price mode) of invoice lines, and refund. The same key is the same."""
    order = sales.hold(invoice.order_id)
    wanted = quantities or {}, amounts or {}
    return crediting.give(invoice, *wanted, order=order, key=key, on=on, reason=reason, by=by)


@atomic
def cancel(order: Any, *, on: date, reason: str = "", by: Any = None) -> None:
    """Undo an order of which nothing has left: goods and vouchers free, invoice credited, money back."""
    order = sales.hold(order.pk)
    sales.move_order(order, "cancelled")
    filling.ask_for_notes(delivery.cancel(order))
    discounts.give_back(order)
    crediting.credit_everything(order, on=on, reason=reason or "Order cancelled", by=by)
    billing.give_up_payments(order, on=on, by=by)
    planning.nothing_will_come(order, reason=reason)
    sales.note(order, "cancelled", reason, f"order:{order.number}", by=by)


@atomic
def take_back(
    order: Any, *, quantities: Pieces, on: date, key: str = "", reason: str = "", by: Any = None
) -> Return:
    """Take shipped pieces (by delivery line) back at once, all good. The same key is the same return."""
    order = sales.hold(order.pk)
    if known := returns.known(key):
        return known
    document = returns.take_in(order, quantities, on=on, key=key, reason=reason, by=by)
    return close_return(document, on=on, by=by)


@atomic
def close_return(document: Return, *, on: date, by: Any = None) -> Return:
    """Close an inspected return: stock, cost, credit note and refund, all of it or nothing."""
    order = sales.hold(document.order_id)
    back = closing.close(returns.hold(document), on=on, by=by)
    billing.post(postings.taken_back(back, on=on), by=by)
    filling.ask(back.products, cause=f"return:{document.pk}")
    crediting.credit_returned(order, back, on=on, by=by)
    sales.note(order, "returned", f"{document.number}: {document.reason}", f"return:{document.pk}", by=by)
    return back.document
