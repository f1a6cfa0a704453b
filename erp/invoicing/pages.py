"""What the templates of documents are given to show: the stored document, and how to say it."""

from decimal import Decimal
from typing import Any

from erp.delivery.models import DeliveryNote
from erp.documents.barcode import barcode_uri
from erp.documents.logo import logo_uri
from erp.documents.services import company, letterhead
from erp.purchasing.models import PurchaseOrder
from erp.sales.pricing import tax_on

from . import purchases
from .models import CreditNote, Paper, PaperLine
from .taxation import breakdown, wordings
from .transfer_code import transfer_code

TRANSFER, CASH = ("58", "30"), "10"


def page(document: Any) -> tuple[str, dict[str, Any]]:
    """Return the template of a document, and what it shows."""
    if isinstance(document, DeliveryNote):
        lines = document.lines.order_by("pk")
        seller = letterhead(company())
        told = {"note": document, "lines": lines, "seller": seller, "logo": logo_uri()}
        return "documents/delivery_note.html", told | {"barcode": barcode_uri(document.number)}
    if isinstance(document, PurchaseOrder):
        return "documents/purchase_order.html", purchases.facts(document)
    return "documents/invoice.html", _paper(document)


def metadata(paper: Paper) -> dict[str, str]:
    """Return what the PDF says of itself to archives and search."""
    name = "Credit note" if isinstance(paper, CreditNote) else "Invoice"
    return {
        "author": paper.seller["name"],
        "title": f"{name} {paper.number}",
        "subject": f"{name} {paper.number} of {paper.issued_on:%Y-%m-%d}, {paper.seller['name']}",
    }


def _paper(paper: Paper) -> dict[str, Any]:
    is_credit = isinstance(paper, CreditNote)
    by_transfer = paper.payment.get("means") in TRANSFER and bool(paper.seller.get("iban"))
    return {
        "paper": paper,
        "seller": paper.seller,
        "is_credit": is_credit,
        "name": "Credit note" if is_credit else "Invoice",
        "corrects": getattr(paper, "invoice", None),
        "lines": [(line, _without_vat(line, paper)) for line in paper.lines.order_by("position")],
        "taxes": breakdown(paper),
        "wordings": wordings(paper),
        "pays_by": paper.payment.get("name", ""),
        "by_transfer": by_transfer,
        "qr": transfer_code(paper) if by_transfer and not is_credit else "",
        "in_cash": paper.payment.get("means") == CASH,
        "logo": logo_uri(),
    }


def _without_vat(line: PaperLine, paper: Paper) -> Decimal:
    """Return the unit price without VAT, which the law wants to see whatever the prices mean."""
    if paper.prices == "net":
        return line.unit_price
    return line.unit_price - tax_on(line.unit_price, line.rate, prices="gross")
