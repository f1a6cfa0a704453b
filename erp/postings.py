"""Every entry that the chain writes into the books, on one page.

Pure functions from documents to entries: no database, no clock. Amounts are money; zero lines fall away.
"""

from datetime import date
from decimal import Decimal

from accounting import chart
from accounting.ledger import Entry, Line, credit, debit
from accounting.money import ZERO
from erp.delivery.closing import Closed
from erp.delivery.models import DeliveryNote
from erp.inventory.models import Stocktake, Transfer
from erp.invoicing.invoices import Released
from erp.invoicing.models import CreditNote, CreditNoteLine, Invoice, InvoiceLine, PaperLine, PaymentOperation

INCOME: dict[str, str] = {
    PaperLine.Kind.SHIPPING: chart.SHIPPING_INCOME,
    PaperLine.Kind.SURCHARGE: chart.SHIPPING_INCOME,
}


def invoiced(invoice: Invoice, lines: list[InvoiceLine]) -> Entry:
    """The customer owes the total. What is not yet shipped is not yet revenue."""
    entry = [debit(chart.RECEIVABLE, invoice.gross, party=invoice.party, due=invoice.due_on)]
    for line in lines:
        account = chart.DEFERRED_REVENUE if line.deferred else INCOME.get(line.kind, chart.REVENUE)
        entry.append(credit(account, line.net, tax_code=line.tax_code))
        entry.append(credit(chart.VAT_PAYABLE, line.tax, tax_code=line.tax_code))
    return Entry(
        date=invoice.issued_on,
        source_key=f"invoice:{invoice.pk}",
        memo=f"Invoice for order {invoice.order.number}",
        lines=tuple(entry),
        journal="SALES",
    )


def shipped(note: DeliveryNote, cost: Decimal, released: Released, *, on: date) -> Entry:
    """The goods are gone: their cost is an expense, and what was deferred for them is revenue."""
    return Entry(
        date=on,
        source_key=f"delivery:{note.pk}",
        memo=f"Shipped with {note.number}",
        document_no=note.number,
        lines=(
            debit(chart.COST_OF_GOODS_SOLD, cost),
            credit(chart.INVENTORY, cost),
            debit(chart.DEFERRED_REVENUE, released.goods + released.shipping),
            credit(chart.REVENUE, released.goods),
            credit(chart.SHIPPING_INCOME, released.shipping),
        ),
        journal="STOCK",
    )


def captured(operation: PaymentOperation, money_account: str) -> Entry:
    """Money came in: the customer owes less."""
    return Entry(
        date=operation.on,
        source_key=f"payment:{operation.reference}",
        memo=f"Payment {operation.payment}",
        lines=(
            debit(money_account, operation.amount),
            credit(chart.RECEIVABLE, operation.amount, party=operation.payment.party),
        ),
        journal="CASH",
    )


def refunded(operation: PaymentOperation, money_account: str) -> Entry:
    """Money went back: what a credit note left open is settled."""
    return Entry(
        date=operation.on,
        source_key=f"payment:{operation.reference}",
        memo=f"Refund of {operation.payment}",
        lines=(
            debit(chart.RECEIVABLE, operation.amount, party=operation.payment.party),
            credit(money_account, operation.amount),
        ),
        journal="CASH",
    )


def kept(operation: PaymentOperation, money_account: str) -> Entry:
    """Money came in that nobody owes: we owe it to whom it came from."""
    return Entry(
        date=operation.on,
        source_key=f"payment:{operation.reference}",
        memo=f"Payment {operation.payment}, owed by nobody",
        lines=(
            debit(money_account, operation.amount),
            credit(chart.PREPAYMENTS, operation.amount, party=operation.payment.party),
        ),
        journal="CASH",
    )


def given_back(operation: PaymentOperation, money_account: str) -> Entry:
    """Money that nobody owed went back to whom it came from."""
    return Entry(
        date=operation.on,
        source_key=f"payment:{operation.reference}",
        memo=f"Given back of {operation.payment}",
        lines=(
            debit(chart.PREPAYMENTS, operation.amount, party=operation.payment.party),
            credit(money_account, operation.amount),
        ),
        journal="CASH",
    )


def used(operation: PaymentOperation) -> Entry:
    """Money that was here already pays for something else: its customer owes less."""
    return Entry(
        date=operation.on,
        source_key=f"payment:{operation.reference}",
        memo=f"Payment {operation.payment} from {operation.taken_from}",
        lines=(
            debit(chart.PREPAYMENTS, operation.amount, party=operation.payment.party),
            credit(chart.RECEIVABLE, operation.amount, party=operation.payment.party),
        ),
        journal="CASH",
    )


def credited(document: CreditNote, lines: list[CreditNoteLine]) -> Entry:
    """The customer owes less, and what was not yet revenue is taken from deferred revenue."""
    entry: list[Line] = []
    for line in lines:
        entry.append(debit(chart.DEFERRED_REVENUE, line.deferred_net, tax_code=line.tax_code))
        entry.append(debit(chart.RETURNS, line.net - line.deferred_net, tax_code=line.tax_code))
        entry.append(debit(chart.VAT_PAYABLE, line.tax, tax_code=line.tax_code))
    entry.append(credit(chart.RECEIVABLE, document.gross, party=document.party))
    return Entry(
        date=document.issued_on,
        source_key=f"credit:{document.pk}",
        memo=f"Credit note: {document.reason}" if document.reason else "Credit note",
        lines=tuple(entry),
        journal="SALES",
    )


def taken_back(back: Closed, *, on: date) -> Entry:
    """The goods are here again at what they cost when they left: on the shelf, or written off."""
    return Entry(
        date=on,
        source_key=f"return:{back.document.pk}",
        memo=f"Returned with {back.document.number}",
        document_no=back.document.number,
        lines=(
            debit(chart.INVENTORY, back.cost),
            debit(chart.WRITE_OFF, back.lost),
            credit(chart.COST_OF_GOODS_SOLD, back.cost + back.lost),
        ),
        journal="STOCK",
    )


def opening_stock(source_key: str, value: Decimal, *, on: date) -> Entry:
    """Goods that were here before the books began."""
    return Entry(
        date=on,
        source_key=source_key,
        memo="Opening stock",
        lines=(debit(chart.INVENTORY, value), credit(chart.OPENING_BALANCES, value)),
        journal="OPENING",
    )


def adjusted(source_key: str, value: Decimal, *, on: date, reason: str) -> Entry:
    """A count found more (value above zero) or less than was known."""
    gain, loss = max(value, ZERO), max(-value, ZERO)
    return Entry(
        date=on,
        source_key=source_key,
        memo=f"Stock adjusted: {reason}",
        lines=(
            debit(chart.INVENTORY, gain),
            credit(chart.SHRINKAGE, gain),
            debit(chart.SHRINKAGE, loss),
            credit(chart.INVENTORY, loss),
        ),
        journal="STOCK",
    )


def scrapped(source_key: str, value: Decimal, *, on: date, reason: str) -> Entry:
    """Goods that nobody will buy were thrown away: what they had cost (below zero) is written off."""
    return Entry(
        date=on,
        source_key=source_key,
        memo=f"Scrapped: {reason}",
        lines=(debit(chart.WRITE_OFF, -value), credit(chart.INVENTORY, -value)),
        journal="STOCK",
    )


def counted(stocktake: Stocktake, gain: Decimal, loss: Decimal, *, on: date) -> Entry:
    """A stocktake found more and less than was known: one entry for all of it."""
    return Entry(
        date=on,
        source_key=f"stocktake:{stocktake.pk}",
        memo=f"Stocktake {stocktake}",
        document_no=str(stocktake),
        lines=(
            debit(chart.INVENTORY, gain),
            credit(chart.SHRINKAGE, gain),
            debit(chart.SHRINKAGE, loss),
            credit(chart.INVENTORY, loss),
        ),
        journal="STOCK",
    )


def lost_on_the_way(transfer: Transfer, cost: Decimal, *, on: date) -> Entry:
    """Pieces of a transfer did not arrive."""
    return Entry(
        date=on,
        source_key=f"transfer:{transfer.pk}",
        memo=f"Lost with transfer {transfer}",
        document_no=str(transfer),
        lines=(debit(chart.SHRINKAGE, cost), credit(chart.INVENTORY, cost)),
        journal="STOCK",
    )


def banked(source_key: str, amount: Decimal, account: str, *, on: date, memo: str) -> Entry:
    """The bank's own movement: charges, or money of a clearing account that we transferred ourselves."""
    return Entry(
        date=on,
        source_key=source_key,
        memo=memo[:500],
        lines=(debit(chart.BANK, amount), credit(account, amount)),
        journal="CASH",
    )


def paid_out(source_key: str, gross: Decimal, fees: Decimal, account: str, *, on: date, memo: str) -> Entry:
    """A provider passed on what it had collected, less its fees."""
    return Entry(
        date=on,
        source_key=source_key,
        memo=memo[:500],
        lines=(
            debit(chart.BANK, gross - fees),
            debit(chart.FEES, fees),
            credit(account, gross),
        ),
        journal="CASH",
    )


def written_off(source_key: str, amount: Decimal, account: str, *, on: date, memo: str) -> Entry:
    """A payout was less (amount below zero) or more than we knew of: fees or losses, or the contrary."""
    return Entry(
        date=on,
        source_key=source_key,
        memo=memo[:500],
        lines=(debit(account, amount), credit(chart.FEES, amount)),
        journal="CASH",
    )
