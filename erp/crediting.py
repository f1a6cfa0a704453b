"""Credit notes with their entries: for what goes back, is cancelled, or costs less. `billing` refunds.

The verbs of `order_to_cash` call these inside their transactions.
"""

from datetime import date
from typing import Any

from accounting import ledger
from accounting.refusal import Refusal
from erp import billing, planning, postings
from erp.delivery import withdrawals
from erp.delivery.closing import Closed
from erp.delivery.models import DeliveryNote
from erp.delivery.services import Pieces
from erp.documents import outbox
from erp.invoicing import credit_notes, payments, portions
from erp.invoicing.models import CreditNote, Invoice, InvoiceLine
from erp.invoicing.pdf import to_draw
from erp.invoicing.portions import Amounts, Portion
from erp.sales import services as sales
from erp.sales import steps
from erp.sales.models import Step
from erp.sales.pricing import Totals
from erp.sales.sale import Sale


class NotYetBilled(Refusal):
    """Goods came back that were not invoiced: their credit note would have no invoice."""


def give(
    invoice: Invoice,
    quantities: Pieces,
    amounts: Amounts,
    *,
    order: Any,
    key: str,
    on: date,
    reason: str,
    by: Any,
) -> CreditNote:
    """Credit what is asked for of an invoice, and refund it. The same key is the same.

    Raises NothingToCredit.
    """
    if known := credit_notes.given(invoice, key):
        return known
    found = portions.chosen(invoice, quantities, amounts)
    document = credit(invoice, found, key=key, on=on, reason=reason, by=by)
    billing.refund(order, [document], on=on, by=by)
    planning.rest_is_credited(order, still_owed=billing.owed_by(order))
    return document


def credit(invoice: Invoice, found: list[Portion], *, key: str, on: date, reason: str, by: Any) -> CreditNote:
    """Credit parts of an invoice: first against what is still owed on it."""
    day = billing.paper_day(on, credit_notes.earliest_day)
    document, lines = credit_notes.draft(invoice, found, source_key=key, on=day, reason=reason)
    owed = ledger.owed([f"invoice:{invoice.pk}"])
    billing.post(
        postings.credited(document, lines),
        by=by,
        take_number=lambda: credit_notes.number(document, lines),
        settles=billing.shares(owed.values(), document.gross),
    )
    words = f"Credit note {document.number} over {document.gross}."
    sales.note(invoice.order, "credited", words, f"credit:{document.pk}", by=by)
    outbox.enqueue([to_draw(document)])
    return document


def credit_everything(order: Any, *, on: date, reason: str, by: Any) -> None:
    """Credit and refund whatever is not yet credited of an order's invoices."""
    documents = []
    for invoice in Invoice.objects.filter(order=order).order_by("pk"):
        found = portions.everything(portions.hold_lines([invoice]))
        if found:
            key = f"cancel:{order.pk}:{invoice.pk}"
            documents.append(credit(invoice, found, key=key, on=on, reason=reason, by=by))
    billing.refund(order, documents, on=on, by=by)


def credit_unshipped(order: Any, note: DeliveryNote | None, *, on: date, reason: str = "", by: Any) -> None:
    """Credit and refund what was billed of a note that was cancelled; what was not is never billed."""
    if note is None:
        return
    words = reason or "Not delivered"
    documents = []
    left = portions.waits_in_vain(order)
    for invoice in Invoice.objects.filter(order=order).order_by("-pk") if left else ():
        found = portions.unshipped(portions.hold_lines([invoice]), left)
        if found:
            key = f"rest:{note.pk}:{invoice.pk}"
            documents.append(credit(invoice, found, key=key, on=on, reason=words, by=by))
    billing.refund(order, documents, on=on, by=by)
    sales.note(order, "rest cancelled", f"{note.number}: {words}", f"delivery:{note.pk}", by=by)


def credit_returned(order: Any, back: Closed, *, on: date, by: Any) -> None:
    """Credit and refund returned pieces; where all came back by withdrawal, shipping and surcharges too.

    Raises NotYetBilled.
    """
    if order.total_incl_tax and steps.is_open(order, Step.Name.INVOICE):
        raise NotYetBilled(f"Invoice order {order.number} first: nothing else can be credited.")
    documents = []
    left = dict(back.pieces)
    shipping = withdrawals.is_whole(order) if back.pieces else False
    for invoice in Invoice.objects.filter(order=order).order_by("pk"):
        lines = portions.hold_lines([invoice])
        found = portions.of_order_lines(lines, left)
        for portion in found:
            left[portion.order_line] -= portion.pieces
        if shipping:
            found += _beside_goods(order, invoice, lines)
        if found:
            key = f"return:{back.document.pk}:{invoice.pk}"
            reason = back.document.reason or f"Return {back.document.number}"
            documents.append(credit(invoice, found, key=key, on=on, reason=reason, by=by))
    billing.refund(order, documents, on=on, by=by)


def credit_charges(order: Any, *, on: date, reason: str, by: Any) -> None:
    """Credit and refund shipping and surcharges if, the rest cancelled, all came back by withdrawal."""
    if not withdrawals.is_whole(order):
        return
    documents = []
    for invoice in Invoice.objects.filter(order=order).order_by("pk"):
        if found := _beside_goods(order, invoice, portions.hold_lines([invoice])):
            key = f"charges:{order.pk}:{invoice.pk}"
            documents.append(credit(invoice, found, key=key, on=on, reason=reason, by=by))
    billing.refund(order, documents, on=on, by=by)


def credit_alone(sale: Sale, totals: Totals, *, on: date, reason: str, by: Any) -> CreditNote:
    """Credit and refund goods that were sold elsewhere."""
    party = sales.party_of(sale)
    day = billing.paper_day(on, credit_notes.earliest_day)
    document, lines = credit_notes.draft_alone(sale, totals, party=party, on=day, reason=reason)
    entry = postings.credited(document, lines)
    billing.post(entry, by=by, take_number=lambda: credit_notes.number(document, lines))
    operation = payments.pay_out(
        party=party, provider=sale.payment_method, amount=document.gross, reference=f"out:{sale.key}", on=on
    )
    entry = postings.refunded(operation, billing.money_account(operation))
    open_credit = ledger.owed([f"credit:{document.pk}"]).values()
    billing.post(entry, by=by, settles=billing.shares(open_credit, document.gross))
    outbox.enqueue([to_draw(document)])
    return document


def _beside_goods(order: Any, invoice: Invoice, lines: list[InvoiceLine]) -> list[Portion]:
    """Return what of an invoice goes back with the last of the goods."""
    return portions.of_charges(
        lines,
        most_shipping=order.terms.standard_shipping,
        prices=invoice.prices,
        services=order.withdrawals.filter(is_whole=True).exists(),
    )
