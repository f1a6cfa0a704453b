"""Every entry that purchasing writes into the books, on one page: pure functions of documents."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from accounting import chart
from accounting.ledger import Entry, Line, credit, debit
from accounting.models import Account
from accounting.money import ZERO, money
from erp.purchasing.models import BillLine, GoodsReceipt, SupplierBill, SupplierPayment
from erp.purchasing.sending_back import SentBack

NUMBER = 40  # letters of a supplier's number that the journal takes
Part = tuple[str, Decimal, Decimal]  # account, net, VAT that is lost


def received(receipt: GoodsReceipt, value: Decimal) -> Entry:
    """Goods are here at the order's price, and their bill is still to come."""
    return Entry(
        date=receipt.received_on,
        source_key=f"receipt:{receipt.pk}",
        memo=f"Received with {receipt.number}",
        document_no=receipt.number,
        lines=(debit(chart.INVENTORY, value), credit(chart.GOODS_RECEIVED_NOT_INVOICED, value)),
        journal="STOCK",
    )


def billed(bill: SupplierBill, lines: Sequence[BillLine]) -> Entry:
    """We owe the gross amount; or, by a credit note, that much less."""
    sign = 1 if bill.kind == SupplierBill.Kind.BILL else -1
    entry = [part for line in lines for part in (*_cost(line, sign), *_tax(line, sign))]
    entry.append(credit(chart.PAYABLE, sign * bill.gross, party=bill.supplier.party, due=bill.due_on))
    return Entry(
        date=bill.booked_on,
        source_key=f"bill:{bill.pk}",
        memo=f"{bill.get_kind_display().capitalize()} {bill}"[:500],
        document_no=bill.number[:NUMBER],
        lines=tuple(entry),
        journal="PURCHASES",
    )


def _cost(line: BillLine, sign: int) -> Iterator[Line]:
    """What bears the tax code makes up the net amount, as the VAT return asks for it. Lost VAT bears none."""
    memo = line.description if line.account else ""
    for account, net, lost in [_expense(line, line.account)] if line.account else _goods(line):
        yield debit(account, sign * net, tax_code=line.tax_code, memo=memo)
        yield debit(account, sign * lost, memo=memo)


def _expense(line: BillLine, account: Account) -> Part:
    return account.code, line.net, line.lost_tax


def _goods(line: BillLine) -> Iterator[Part]:
    """Goods were booked at the order's price: the difference is on goods here, or on goods that have left."""
    expected, kept = line.expected or ZERO, line.difference_kept
    dearer = line.net + line.lost_tax - expected
    lost_kept = money(kept * line.lost_tax / dearer) if dearer and line.net >= expected else ZERO
    yield chart.GOODS_RECEIVED_NOT_INVOICED, expected, ZERO
    yield chart.INVENTORY, kept - lost_kept, lost_kept
    yield chart.PRICE_VARIANCE, line.net - expected - kept + lost_kept, line.lost_tax - lost_kept


def _tax(line: BillLine, sign: int) -> Iterator[Line]:
    """VAT that can be reclaimed, and what we owe ourselves for what came from abroad without VAT."""
    yield debit(chart.INPUT_VAT, sign * (line.tax + line.own_tax - line.lost_tax), tax_code=line.tax_code)
    yield credit(chart.VAT_PAYABLE, sign * line.own_tax, tax_code=line.tax_code)


def sent_back(back: SentBack) -> Entry:
    """Goods have left at the average; the supplier is to credit the order's price."""
    document = back.document
    return Entry(
        date=document.returned_on,
        source_key=f"supplier-return:{document.pk}",
        memo=f"Sent back with {document.number}: {document.reason}",
        document_no=document.number,
        lines=(
            debit(chart.GOODS_RECEIVED_NOT_INVOICED, back.value),
            debit(chart.PRICE_VARIANCE, back.cost - back.value),
            credit(chart.INVENTORY, back.cost),
        ),
        journal="STOCK",
    )


def paid(payment: SupplierPayment) -> Entry:
    """Money went to a supplier: we owe it less; or it came back, and the supplier owes us less."""
    return Entry(
        date=payment.on,
        source_key=f"supplier-payment:{payment.pk}",
        memo=f"Paid {payment}: {payment.reference}"[:500],
        lines=(
            debit(chart.PAYABLE, payment.amount, party=payment.supplier.party),
            credit(chart.BANK, payment.amount),
        ),
        journal="CASH",
    )
