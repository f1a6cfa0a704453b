"""Procure to pay: the life of a purchase, from the order to the money.

    draft --> ordered -- receive --> partly received, received -- send_back
      |          |                            |
      +----------+-- cancel --> cancelled     close: the rest will not come

Bills come with or without an order, and are paid. Each verb is one transaction: all of it happens, or
none. Back office, imports, demo and tests come in by these doors.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.transaction import atomic

from accounting import periods
from accounting.models import PeriodChange
from erp import billing, filling, purchase_postings
from erp.documents import outbox
from erp.documents.outbox import effect
from erp.documents.services import company
from erp.inventory.services import main_warehouse
from erp.purchasing import bills as papers
from erp.purchasing import ordering, receiving, sending_back, settling, suppliers
from erp.purchasing.bills import Paper
from erp.purchasing.matching import Expense, Goods
from erp.purchasing.models import (
    GoodsReceipt,
    PurchaseOrder,
    Supplier,
    SupplierBill,
    SupplierPayment,
    SupplierReturn,
)
from erp.purchasing.ordering import Wanted

__all__ = ["Expense", "Goods", "Wanted"]

Area = PeriodChange.Area


@atomic
def draft(
    supplier: Supplier,
    *,
    lines: Sequence[Wanted],
    warehouse: Any = None,
    on: date,
    note: str = "",
    by: Any = None,
) -> PurchaseOrder:
    """Draft an order to a supplier, for the warehouse that serves first unless another one is named.

    Raises NothingOrdered, NotOrderable, NoPriceKnown, NotInStock.
    """
    warehouse = warehouse or main_warehouse()
    return ordering.draft(supplier, lines, warehouse=warehouse, on=on, note=note, by=by)


@atomic
def change(
    purchase: PurchaseOrder, *, lines: Sequence[Wanted], warehouse: Any = None, note: str = ""
) -> PurchaseOrder:
    """Draft an order anew: what it said before is gone. Raises IllegalTransition and what `draft` does."""
    purchase = ordering.hold(purchase)
    ordering.change(purchase, lines, warehouse=warehouse or purchase.warehouse, note=note)
    return purchase


@atomic
def order(
    purchase: PurchaseOrder, *, on: date, expected_on: date | None = None, by: Any = None
) -> PurchaseOrder:
    """Order what was drafted, and have it sent to the supplier. Raises IllegalTransition, NotOrderable.

    Without a day the goods are expected when the supplier's lead time has passed.
    """
    purchase = ordering.hold(purchase)
    ordering.order(purchase, on=on, expected_on=expected_on)
    outbox.enqueue([effect(f"purchase:{purchase.pk}", "purchase_order", purchase=purchase.pk)])
    return purchase


@atomic
def cancel(purchase: PurchaseOrder, *, on: date, by: Any = None) -> PurchaseOrder:
    """Call off an order of which nothing has come. Raises IllegalTransition."""
    purchase = ordering.hold(purchase)
    purchase.move_to(PurchaseOrder.State.CANCELLED)
    return purchase


@atomic
def close(purchase: PurchaseOrder, *, on: date, by: Any = None) -> PurchaseOrder:
    """Expect no more of an order of which something has come. Raises IllegalTransition."""
    purchase = ordering.hold(purchase)
    ordering.close(purchase)
    return purchase


@atomic
def receive(
    purchase: PurchaseOrder,
    *,
    quantities: Mapping[int, int],
    on: date,
    key: str,
    reference: str = "",
    by: Any = None,
) -> GoodsReceipt:
    """Put what came on the shelf, in pieces by the keys of the order's lines. The same key is the same.

    Raises NothingExpected, NothingCame, MoreThanOrdered.
    """
    purchase = ordering.hold(purchase)
    if known := receiving.known(key):
        return known
    tolerance = company().receipt_tolerance
    came = receiving.take_in(
        purchase, quantities, tolerance=tolerance, on=on, key=key, reference=reference, by=by
    )
    billing.post(purchase_postings.received(came.document, came.value), by=by)
    filling.ask(came.products, cause=f"receipt:{came.document.pk}")
    return came.document


@atomic
def bill(
    supplier: Supplier,
    *,
    number: str,
    issued_on: date,
    lines: Sequence[Goods | Expense],
    on: date,
    due_on: date | None = None,
    accepted_because: str = "",
    kind: str = SupplierBill.Kind.BILL,
    file: tuple[str, bytes] | None = None,
    by: Any = None,
) -> SupplierBill:
    """Book a supplier's bill or credit note, with or without an order; `file` is a name and bytes.

    The same number, day and amount is the same. Goods must have come (or, for a credit note, gone back);
    what differs from the order beyond the company's tolerance is taken for a reason only.
    Raises AlreadyBooked, NotDatedSo and the refusals of `matching`.
    """
    supplier = suppliers.hold(supplier)
    paper = Paper(number, issued_on, kind, due_on, accepted_because, file)
    if known := papers.known(supplier, paper, lines):
        return known
    periods.require_near(issued_on, today=on)
    day, late_for = _booking_day(issued_on, lines, on=on)
    document, rows = papers.write(supplier, paper, lines, firm=company(), on=day, by=by)
    billing.post(replace(purchase_postings.billed(document, rows), late_for=late_for), by=by)
    return document


@atomic
def send_back(
    purchase: PurchaseOrder,
    *,
    quantities: Mapping[int, int],
    on: date,
    key: str,
    reason: str,
    condition: str = "",
    by: Any = None,
) -> SupplierReturn:
    """Send goods back that nobody was promised, or that are set aside in a condition, such as damaged.

    The same key is the same. Raises NothingGoesBack, OutOfStock.
    """
    purchase = ordering.hold(purchase)
    if known := sending_back.known(key):
        return known
    back = sending_back.send(purchase, quantities, condition=condition, on=on, key=key, reason=reason, by=by)
    billing.post(purchase_postings.sent_back(back), by=by)
    return back.document


@atomic
def pay(
    supplier: Supplier,
    *,
    amount: Decimal,
    on: date,
    reference: str,
    bills: Sequence[SupplierBill] = (),
    by: Any = None,
) -> SupplierPayment:
    """Note that a supplier was paid by bank: some bills, or without any named what is due first.

    Credit notes among them (or all that are open) are set off first. The same reference is the same.
    Raises MoreThanOwed, PaidAlready.
    """
    settling.require_above_zero(amount)
    return _move_money(supplier, amount, bills, on=on, reference=reference, by=by)


@atomic
def get_back(
    supplier: Supplier,
    *,
    amount: Decimal,
    on: date,
    reference: str,
    bills: Sequence[SupplierBill] = (),
    by: Any = None,
) -> SupplierPayment:
    """Note that a supplier gave back what credit notes say it owes us: some, or all that are open.

    The same reference is the same. Raises MoreThanOwed, PaidAlready.
    """
    settling.require_above_zero(amount)
    return _move_money(supplier, -amount, bills, on=on, reference=reference, by=by)


def _booking_day(issued_on: date, lines: Sequence[Goods | Expense], *, on: date) -> tuple[date, date | None]:
    """Return the day on which a bill is booked: its own. And that one, where its month is closed.

    One of long ago, or with a slip in its year, is booked as it comes: it opens no year before the books.
    A difference in price changes the value of stock that day: where there are goods, stock is open too.
    """
    areas = [Area.PURCHASES, Area.VAT]
    if any(isinstance(line, Goods) for line in lines):
        areas.append(Area.STOCK)
    own_day = min(issued_on, on) if issued_on.year >= on.year - 1 else on
    day = periods.open_day(own_day, *areas)
    return day, own_day if own_day < day else None


def _move_money(
    supplier: Supplier,
    amount: Decimal,
    papers: Sequence[SupplierBill],
    *,
    on: date,
    reference: str,
    by: Any,
) -> SupplierPayment:
    supplier = suppliers.hold(supplier)
    if known := settling.known(supplier, amount, reference=reference):
        return known
    found = settling.owed(supplier, papers)
    payment = settling.write(supplier, amount, found, on=on, reference=reference, by=by)
    settling.set_off(found, on=on, key=f"supplier-payment:{payment.pk}")
    billing.post(purchase_postings.paid(payment), by=by, settles=settling.shares(found, amount))
    return payment
