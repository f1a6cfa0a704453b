"""The orders behind source keys: customers' and ours. One query a kind of document, however many keys."""

from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Any

from oscar.core.loading import get_model

from erp.delivery.models import DeliveryNote, Return
from erp.invoicing.models import CreditNote, Invoice, PaymentOperation
from erp.purchasing.models import GoodsReceipt, SupplierReturn

from . import links

Order = get_model("order", "Order")
Found = Iterator[tuple[str, Any]]


def _by_order(model: Any) -> Callable[[Collection[str]], Found]:
    """Return how to find the orders of documents by their keys."""

    def found(keys: Collection[str]) -> Found:
        documents = model._default_manager.filter(pk__in=[key for key in keys if key.isdecimal()])
        for document in documents.select_related("order").only("order", "order__number"):
            yield str(document.pk), document.order

    return found


def _by_number(keys: Collection[str]) -> Found:
    for order in Order.objects.filter(number__in=keys).only("number"):
        yield order.number, order


def _by_reference(keys: Collection[str]) -> Found:
    operations = PaymentOperation.objects.filter(reference__in=keys).select_related("payment__order")
    for operation in operations.only("reference", "payment__order", "payment__order__number"):
        yield operation.reference, operation.payment.order


KINDS: dict[str, Callable[[Collection[str]], Found]] = {
    "invoice": _by_order(Invoice),
    "credit": _by_order(CreditNote),
    "delivery": _by_order(DeliveryNote),
    "return": _by_order(Return),
    "receipt": _by_order(GoodsReceipt),
    "supplier-return": _by_order(SupplierReturn),
    "payment": _by_reference,
    "order": _by_number,
}


def orders(source_keys: Iterable[str]) -> dict[str, Any]:
    """Return the order that each source key belongs to; one without an order is left out."""
    wanted: dict[str, dict[str, list[str]]] = {}
    for source_key in source_keys:
        kind, _, rest = source_key.removesuffix(links.REVERSAL).partition(":")
        wanted.setdefault(kind, {}).setdefault(rest, []).append(source_key)
    return {
        source_key: order
        for kind in wanted.keys() & KINDS.keys()
        for rest, order in KINDS[kind](wanted[kind].keys())
        if order
        for source_key in wanted[kind][rest]
    }
