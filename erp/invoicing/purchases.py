"""What the paper of a purchase order shows. How it gets to the supplier stands in `mails.purchases`."""

from typing import Any

from django.conf import settings

from accounting.money import ZERO
from accounting.refusal import Refusal
from erp.documents.logo import logo_uri
from erp.documents.services import company, letterhead
from erp.inventory.models import Warehouse
from erp.purchasing.models import PurchaseOrder


class NotOrdered(Refusal):
    """A draft is nobody's paper yet."""


def facts(purchase: PurchaseOrder) -> dict[str, Any]:
    """Return what the paper shows, from what the order holds. Raises NotOrdered."""
    if purchase.ordered_on is None:
        raise NotOrdered(f"{purchase} is not ordered yet: its paper is drawn then.")
    lines = [(line, line.worth(line.quantity)) for line in purchase.lines.order_by("pk")]
    firm = letterhead(company())
    return {
        "purchase": purchase,
        "supplier": purchase.seller,
        "lines": lines,
        "total": sum((total for _, total in lines), ZERO),
        "deliver_to": place_of(purchase.warehouse, firm),
        "seller": firm,
        "logo": logo_uri(),
        "currency": settings.CURRENCY,
    }


def place_of(warehouse: Warehouse, firm: dict[str, str]) -> str:
    """Return where goods are to be brought, line by line. A warehouse without an address is the company."""
    name = firm["name"] if not warehouse.address else f"{firm['name']}, {warehouse.name}"
    return f"{name}\n{warehouse.address or firm['address']}"
