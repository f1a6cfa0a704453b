"""Papers and money with their entries: each function writes a document or payment and posts it.

The verbs of `order_to_cash` call these inside their transactions. What a customer owes and what
settles it is read from the open items of the books, never kept a second time.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from accounting import ledger, periods
from accounting.models import OpenItem, PeriodChange
from accounting.money import ZERO
from erp import postings
from erp.documents import outbox
from erp.documents.models import Company, Outbox
from erp.documents.outbox import effect
from erp.documents.services import company
from erp.invoicing import invoices, mails, payments, providers, snapshot
from erp.invoicing.invoices import UNTOUCHED, NothingToInvoice, Progress
from erp.invoicing.models import CreditNote, Invoice, Payment, PaymentOperation
from erp.invoicing.pdf import to_draw
from erp.sales import services as sales
from erp.sales import steps
from erp.sales.models import Step
from erp.sales.services import Ordered

Share = tuple[OpenItem, Decimal]
Area = PeriodChange.Area


def post(
    entry: ledger.Entry,
    *,
    by: Any,
    take_number: Callable[[], str] | None = None,
    settles: Sequence[Share] = (),
) -> None:
    """Post an entry, and settle open items by it. One that is empty only takes its document's number.

    An event of a period that is closed meanwhile is dated into the next one, and says its own day.
    """
    if entry.is_empty:
        if take_number:
            take_number()
        return
    try:
        posted = ledger.post(entry, by=by, take_number=take_number)
    except periods.PeriodLocked:
        late = entry.late_on(periods.open_day(entry.date, *entry.areas))
        posted = ledger.post(late, by=by, take_number=take_number)
    ledger.settle(posted, settles, on=posted.date)


def paper_day(on: date, earliest: Callable[[date], date]) -> date:
    """Return the day of an invoice or credit note: its own, or one in the next period that is open.

    Paper and entry have one date, and dates ascend with numbers: `earliest` knows the last one's.
    """
    day = periods.open_day(on, Area.SALES, Area.VAT)
    while day != on and (later := periods.open_day(earliest(day), Area.SALES, Area.VAT)) != day:
        day = later
    return day


def bill_new(
    ordered: Ordered,
    firm: Company,
    *,
    payment: Payment | None,
    cancelled: dict[int, int] | None = None,
    on: date,
    by: Any,
) -> Invoice:
    """Bill a whole order of which nothing is shipped or billed: it was just placed, or confirmed.

    Of one that waited for its payment pieces (by order line) may be cancelled by now.
    """
    known = [payment] if payment else []
    funds = snapshot.funds(ordered.order, known, origin=ordered.terms.origin)
    so_far = replace(UNTOUCHED, funds=funds, cancelled=cancelled or {})
    return _issue(ordered, firm, so_far, only_shipped=False, on=on, by=by)


def bill(order: Any, *, only_shipped: bool = False, on: date, by: Any, arriving: Decimal = ZERO) -> Invoice:
    """Bill what is not yet billed of an order, and send it to the customer. Raises NothingToInvoice.

    `arriving` is money that makes the invoice and is noted after it: the paper says that it is paid.
    """
    is_part = only_shipped and not _goes_once(order)
    issued = _bill(order, only_shipped=is_part, on=on, by=by, arriving=arriving)
    steps.mark(order, Step.Name.INVOICE, steps.DONE)
    return issued


def bill_shipped(order: Any, *, on: date, by: Any) -> None:
    """Bill what has been shipped, unless money that came in has billed it already.

    Where held money goes only once, the first shipment bills all that is to leave, and takes its money.
    """
    with suppress(NothingToInvoice):
        _bill(order, only_shipped=not _goes_once(order), on=on, by=by)


def owed_for(order: Any, amount: Decimal, *, on: date, by: Any) -> dict[str, OpenItem]:
    """Return what an order owes, billing the rest of it first where more came in than was billed.

    Yesterday's money may make today's invoice: dates ascend with numbers.
    """
    owed = ledger.owed(invoices.keys_of(order))
    if amount > total(owed):
        with suppress(NothingToInvoice):  # then nobody owes the rest
            bill(order, on=invoices.earliest_day(on), by=by, arriving=amount)
            owed = ledger.owed(invoices.keys_of(order))
    return owed


def take_in(operation: PaymentOperation, owed: dict[str, OpenItem], *, by: Any) -> Decimal:
    """Post money that came in against what is owed, and return what still is."""
    entry = postings.captured(operation, money_account(operation))
    post(entry, by=by, settles=shares(owed.values(), operation.amount))
    return total(owed) - operation.amount


def refund(order: Any, documents: Iterable[CreditNote], *, on: date, by: Any) -> None:
    """Give back what credit notes leave open, as far as money was captured. The rest stays the customer's."""
    papers = {f"credit:{document.pk}": document for document in documents}
    open_credit, given = ledger.owed(list(papers)), set()
    for payment in payments.refundable(order) if open_credit else []:
        payment.order = order
        for key, item in open_credit.items():
            amount = min(-item.residual, payment.captured - payment.refunded)
            if amount > 0:
                _give_back(payment, amount, paper=papers[key], item=item, on=on, by=by)
                item.residual += amount
                given.add(key)
    if order.status != "cancelled":  # its mail brings them all
        alone = [paper for key, paper in papers.items() if key not in given]
        outbox.enqueue(row for paper in alone for row in mails.to_send("credit_note", paper, order))


def give_up_payments(order: Any, *, on: date, but: Payment | None = None, by: Any = None) -> None:
    """Void what was never captured; a provider that holds money is told after commit."""
    outbox.enqueue(
        effect(f"void:{payment.pk}", "void", order_number=order.number, payment=payment.pk)
        for payment in payments.give_up(order, on=on, but=but, by=by)
    )


def owed_by(order: Any) -> Decimal:
    """Return what the customer owes on the invoices of an order."""
    return total(ledger.owed(invoices.keys_of(order)))


def total(owed: dict[str, OpenItem]) -> Decimal:
    """Return what open items come to."""
    return sum((item.residual for item in owed.values()), ZERO)


def money_account(operation: PaymentOperation) -> str:
    """Return the role of the account that a movement of money fills or empties."""
    return providers.get(operation.payment.provider).money_account


def shares(items: Iterable[OpenItem], amount: Decimal) -> list[Share]:
    """Spread an amount over open items, oldest first, as far as it goes."""
    settles = []
    for item in items:
        if part := min(abs(item.residual), amount):
            settles.append((item, part))
            amount -= part
    return settles


def _goes_once(order: Any) -> bool:
    """Return whether a provider holds money for an order that it hands over in one go only."""
    return any(providers.get(held.provider).captures_once for held in payments.collectable(order))


def _bill(order: Any, *, only_shipped: bool, on: date, by: Any, arriving: Decimal = ZERO) -> Invoice:
    if order.status in ("cancelled", "pending payment"):
        raise NothingToInvoice(f"Order {order.number} is {order.status}.")
    so_far = invoices.progress(order, arriving=arriving)
    issued = _issue(sales.load(order), company(), so_far, only_shipped=only_shipped, on=on, by=by)
    outbox.enqueue(_effects(order, issued))
    return issued


def _effects(order: Any, issued: Invoice) -> Iterator[Outbox]:
    """Yield what an invoice brings about: its mail, and if it is due on shipment its part of a held card."""
    number = order.number
    yield from mails.to_send("invoice", issued, order)
    yield to_draw(issued)
    if order.terms.invoice_on == "shipment" and steps.is_automatic(order, Step.Name.CAPTURE):
        for payment in payments.collectable(order):
            if amount := min(issued.gross, payment.amount - payment.captured):
                yield payments.to_collect(payment, amount, order_number=number, part=str(issued.pk))


def _issue(
    ordered: Ordered, firm: Company, so_far: Progress, *, only_shipped: bool, on: date, by: Any
) -> Invoice:
    day = paper_day(on, invoices.earliest_day)
    issued, lines = invoices.draft(ordered, firm, so_far, only_shipped=only_shipped, on=day)
    entry = postings.invoiced(issued, lines)
    post(entry, by=by, take_number=lambda: invoices.number(issued, lines))
    sales.note(
        ordered.order,
        "invoiced",
        f"Invoice {issued.number} over {issued.gross}.",
        f"invoice:{issued.pk}",
        by=by,
    )
    return issued


def _give_back(
    payment: Any, amount: Decimal, *, paper: CreditNote, item: OpenItem, on: date, by: Any
) -> None:
    order, reference = payment.order, f"{payment.reference}:refund:credit:{paper.pk}"
    operation = payments.refund(payment, amount, reference=reference, on=on, by=by)
    post(postings.refunded(operation, money_account(operation)), by=by, settles=[(item, amount)])
    told = [] if order.status == "cancelled" else mails.to_send("refund", operation, order, credit=paper.pk)
    wish = effect(f"refund:{operation.pk}", "refund", order_number=order.number, operation=operation.pk)
    outbox.enqueue([wish, *told])
    sales.note(order, "refunded", f"{amount} refunded.", f"payment:{operation.reference}", by=by)
