"""The names by which events, entries and files know a document."""

from typing import Any

from erp.delivery.models import DeliveryNote
from erp.purchasing.models import PurchaseOrder

from .models import CreditNote, Invoice

KINDS = {Invoice: "invoice", CreditNote: "credit", DeliveryNote: "delivery", PurchaseOrder: "purchase"}


def source_key(document: Any) -> str:
    """Return a document's key, such as `invoice:31`."""
    return f"{KINDS[type(document)]}:{document.pk}"
