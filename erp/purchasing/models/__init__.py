"""Whom we buy from, what was ordered, what came, what was billed, and what went back."""

from .bills import BillLine, SupplierBill, SupplierPayment
from .orders import (
    GoodsReceipt,
    GoodsReceiptLine,
    PurchaseLine,
    PurchaseOrder,
    SupplierReturn,
    SupplierReturnLine,
)
from .runs import PaymentRun, PaymentRunBill
from .suppliers import Supplier, SupplierPrice

__all__ = [
    "BillLine",
    "GoodsReceipt",
    "GoodsReceiptLine",
    "PaymentRun",
    "PaymentRunBill",
    "PurchaseLine",
    "PurchaseOrder",
    "Supplier",
    "SupplierBill",
    "SupplierPayment",
    "SupplierPrice",
    "SupplierReturn",
    "SupplierReturnLine",
]
