"""Goods that go back to their supplier: at the order's price to be credited, at the average off the shelf."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from accounting.money import ZERO
from accounting.refusal import Refusal
from erp.documents.bulk import update_rows
from erp.inventory import services as inventory
from erp.inventory.models import StockMove
from erp.inventory.services import Cause, Piece

from .models import PurchaseLine, PurchaseOrder, SupplierReturn, SupplierReturnLine
from .receiving import LINES, pick


class NothingGoesBack(Refusal):
    """Pieces that did not come with this order, or a return that nobody gives a reason for."""


@dataclass(frozen=True, slots=True)
class SentBack:
    """A return just written: what we ask for it, and what the goods were worth here."""

    document: SupplierReturn
    value: Decimal
    cost: Decimal


def known(key: str) -> SupplierReturn | None:
    """Return the supplier return with a key, if there is one."""
    return SupplierReturn.objects.filter(key=key).first()


def send(
    purchase: PurchaseOrder,
    quantities: Mapping[int, int],
    *,
    condition: str,
    on: date,
    key: str,
    reason: str,
    by: Any,
) -> SentBack:
    """Take pieces of a held order off the shelf that nobody was promised, or that are set aside.

    Raises NothingGoesBack, OutOfStock.
    """
    lines = _going_back(purchase, quantities, reason)
    document = SupplierReturn.objects.create(
        order=purchase,
        number=f"SR-{purchase.number}-{SupplierReturn.objects.filter(order=purchase).count() + 1}",
        returned_on=on,
        reason=reason.strip()[:255],
        key=key,
        user=by,
    )
    pieces = [
        Piece(line.product_id, purchase.warehouse_id, quantities[line.pk], condition=condition)
        for line in lines
    ]
    cause = Cause(
        StockMove.Kind.SUPPLIER, f"supplier-return:{document.pk}", on, reason=document.reason, by=by
    )
    costs = inventory.lose(pieces, cause=cause)
    rows = [_row(document, line, quantities[line.pk], cost) for line, cost in zip(lines, costs, strict=True)]
    SupplierReturnLine.objects.bulk_create(rows)
    counted = [(line.pk, quantities[line.pk]) for line in lines]
    update_rows(LINES, "returned = returned + v.column2", "id = v.column1", counted)
    return SentBack(document, sum((row.value for row in rows), ZERO), sum(costs, ZERO))


def _going_back(purchase: PurchaseOrder, quantities: Mapping[int, int], reason: str) -> list[PurchaseLine]:
    """Return the lines of which pieces go back. Raises NothingGoesBack."""
    if not reason.strip():
        raise NothingGoesBack("Say why the goods go back.")
    lines = pick(purchase, quantities, refusal=NothingGoesBack)
    for line in lines:
        if quantities[line.pk] > line.kept:
            raise NothingGoesBack(
                f"Of '{line.title}' only {line.kept} can go back: {line.received} came, {line.returned} went."
            )
    return lines


def _row(document: SupplierReturn, line: PurchaseLine, pieces: int, cost: Decimal) -> SupplierReturnLine:
    value = line.worth(line.kept) - line.worth(line.kept - pieces)
    return SupplierReturnLine(returned=document, line=line, quantity=pieces, value=value, cost=cost)
