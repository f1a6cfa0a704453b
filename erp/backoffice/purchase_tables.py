"""The tables about purchases: orders, what came of them, what went back, what was billed and paid."""

from typing import Any

from django.db.models import QuerySet

from erp.purchasing.models import (
    GoodsReceipt,
    PurchaseOrder,
    SupplierBill,
    SupplierPayment,
    SupplierReturn,
)

from . import links
from .pages import Table

LATEST = 50


def orders(found: QuerySet[PurchaseOrder]) -> Table:
    """Return the latest of some purchase orders."""
    rows = [
        (links.to(row), row.supplier.name, row.get_state_display(), row.created_on, row.expected_on)
        for row in found.select_related("supplier").order_by("-pk")[:LATEST]
    ]
    columns = ("Order", "Supplier", "State", "Drafted", "Expected")
    return Table("Purchase orders", columns, rows, "purchasing.view_purchaseorder")


def lines(purchase: PurchaseOrder) -> Table:
    """Return what is ordered, and how much of it came, is billed, went back and was credited."""
    rows = [
        (
            links.to(line.product, line.title),
            line.sku,
            line.quantity,
            line.price,
            line.pack,
            line.worth(line.quantity),
            line.received,
            line.billed,
            line.returned,
            line.credited,
        )
        for line in purchase.lines.select_related("product").order_by("pk")
    ]
    columns = ("Product", "Their SKU", "Pieces", "Price of a pack", "Pieces in it", "Amount")
    return Table("Lines", (*columns, "Came", "Billed", "Went back", "Credited"), rows)


def receipts(found: QuerySet[GoodsReceipt]) -> Table:
    """Return what came, and when."""
    rows = [
        (links.to(row), row.received_on, row.reference, row.user)
        for row in found.select_related("user").order_by("-pk")[:LATEST]
    ]
    columns = ("Receipt", "Date", "Their delivery note", "By")
    return Table("Goods receipts", columns, rows, "purchasing.view_goodsreceipt")


def returned(found: QuerySet[SupplierReturn]) -> Table:
    """Return what went back, when and why."""
    rows = [
        (links.to(row), row.returned_on, row.reason, row.user)
        for row in found.select_related("user").order_by("-pk")[:LATEST]
    ]
    columns = ("Return", "Date", "Reason", "By")
    return Table("Returns to the supplier", columns, rows, "purchasing.view_supplierreturn")


def bills(found: QuerySet[SupplierBill]) -> Table:
    """Return the latest of some bills and credit notes."""
    rows = [
        (links.to(row, row.number), row.get_kind_display(), row.issued_on, row.due_on, row.net, row.gross)
        for row in found.order_by("-pk")[:LATEST]
    ]
    columns = ("Bill", "Kind", "Their date", "Due", "Net", "Total")
    return Table("Bills and credit notes", columns, rows, "purchasing.view_supplierbill")


def payments(found: QuerySet[SupplierPayment]) -> Table:
    """Return the latest of some payments."""
    rows = [
        (links.to(row, row.reference), row.on, row.amount, row.user)
        for row in found.select_related("user").order_by("-pk")[:LATEST]
    ]
    return Table("Payments", ("Payment", "Date", "Amount", "By"), rows, "purchasing.view_supplierpayment")


def moved(found: Any) -> Table:
    """Return the pieces of a receipt or return, line by line, with what they are worth."""
    rows = [
        (links.to(row.line.product, row.line.title), row.line.sku, row.quantity, row.value)
        for row in found.select_related("line__product").order_by("pk")
    ]
    return Table("Lines", ("Product", "Their SKU", "Pieces", "At the order's price"), rows)
