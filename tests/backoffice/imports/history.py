"""A small history of another shop, and how tests read what an import says of it."""

import re

from oscar.core.loading import get_model

from accounting.models import JournalEntry
from erp.backoffice.models import ImportedDocument
from erp.inventory.models import StockValue
from erp.invoicing.models import CreditNote, Invoice

Order = get_model("order", "Order")

HEADER = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country"
# A sale with postage, one by a guest, one more; then all pieces of one row come back and parts of others.
HISTORY = """\
1001,A1,Tin robot,6,2019-12-30 09:15:00,10.00,501.0,United Kingdom
1001,B2,Paper kite,4,2019-12-30 09:15:00,2.55,501.0,United Kingdom
1001,POST,Postage,1,2019-12-30 09:15:00,18.00,501.0,United Kingdom
1002,A1,Tin robot,2,2019-12-31 23:30:00,12.00,,EIRE
1003,A1,Tin robot,5,2020-01-02 10:00:00,10.00,501,United Kingdom
1003,B2,Paper kite,1,2020-01-02 10:00:00,2.95,501,United Kingdom
C1004,A1,Tin robot,-8,2020-01-03 11:00:00,10.00,501,United Kingdom
C1005,A1,Tin robot,-4,2020-01-04 11:00:00,10.00,501,United Kingdom
C1005,B2,Paper kite,-1,2020-01-04 11:00:00,1.00,501,United Kingdom
C1005,D,Discount,-1,2020-01-04 11:00:00,5.50,501,United Kingdom
C1006,Z9,Wooden top,-3,2020-01-05 08:00:00,5.00,777,France
"""


def left_out(report):
    return [(int(row["row"]), row["document"], row["reason"]) for row in report]


def line_of(out, label):
    """Return the figures of a line of the table: documents, rows, sales, credits."""
    line = next(line for line in out.splitlines() if line.startswith(label))
    return line.removeprefix(label).split()


def facts():
    """Return all that an import leaves, without keys and times."""
    return {
        "orders": list(
            Order.objects.order_by("number").values_list("number", "status", "total_incl_tax", "date_placed")
        ),
        "invoices": list(Invoice.objects.order_by("number").values_list("number", "issued_on", "gross")),
        "credits": list(CreditNote.objects.order_by("number").values_list("number", "issued_on", "gross")),
        "stock": list(StockValue.objects.order_by("product__upc").values_list("quantity", "value")),
        "entries": [
            (on, re.sub(r"P-\d+", "P", memo))  # payments are named by their keys
            for on, memo in JournalEntry.objects.order_by(
                "journal", "fiscal_year__start", "number"
            ).values_list("date", "memo")
        ],
        "documents": list(ImportedDocument.objects.order_by("key").values_list("key", "rows", "amount")),
    }
