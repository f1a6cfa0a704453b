"""Every entry that purchasing writes into the books, on one page: pure functions of documents."""

from decimal import Decimal

from accounting import chart
from accounting.ledger import Entry, credit, debit
from erp.purchasing.models import GoodsReceipt


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
