"""Stock that changes without a sale: opening stock and adjustments, each with its entry."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.transaction import atomic

from accounting.money import ZERO, money
from accounting.refusal import Refusal
from erp import billing, filling, postings
from erp.inventory import services as inventory
from erp.inventory.models import StockMove
from erp.inventory.services import Cause, Piece

MOST_PIECES = 10_000_000


class NoReason(Refusal):
    """A quantity is to change and nobody says why."""


class NotCountable(Refusal):
    """A quantity or a cost that no count can find."""


@atomic
def receive_opening(lines: Iterable[tuple[Any, int, Decimal]], *, on: date, key: str, by: Any = None) -> None:
    """Take in goods that were here before: (product, quantity, cost of them). The same key is one time."""
    source_key = f"opening:{key}"
    warehouse = inventory.hold_warehouse(inventory.main_warehouse())
    if StockMove.objects.filter(source_key=source_key).exists():
        return
    pieces = [Piece(product.pk, warehouse.pk, quantity, money(cost)) for product, quantity, cost in lines]
    inventory.receive(pieces, cause=Cause("opening", source_key, on, by=by))
    value = inventory.worth(pieces)
    billing.post(postings.opening_stock(source_key, value, on=on), by=by)
    filling.ask((piece.product_id for piece in pieces), cause=source_key)


@atomic
def adjust_stock(
    product: Any,
    *,
    warehouse: Any,
    quantity: int,
    reason: str,
    on: date,
    key: str,
    cost: Decimal | None = None,
    by: Any = None,
) -> None:
    """Correct a count by a quantity, up or down. `cost` is for all pieces found; without it the average.

    The same key is one time. Raises NoReason, NotCountable, OutOfStock.
    """
    if not reason.strip() or not quantity:
        raise NoReason("An adjustment needs a quantity and a reason.")
    if quantity > MOST_PIECES:
        raise NotCountable(f"{quantity} pieces are more than can be counted.")
    if cost is not None and cost < 0:
        raise NotCountable("Pieces that were found cannot cost less than nothing.")
    source_key = f"adjustment:{key}"
    inventory.hold_warehouse(warehouse)
    if StockMove.objects.filter(source_key=source_key).exists():
        return
    piece = Piece(product.pk, warehouse.pk, abs(quantity), cost)
    cause = Cause("adjustment", source_key, on, reason=reason, by=by)
    value = (
        -sum(inventory.lose([piece], cause=cause), ZERO)
        if quantity < 0
        else inventory.receive([piece], cause=cause)
    )
    billing.post(postings.adjusted(source_key, value, on=on, reason=reason), by=by)
    filling.ask([product.pk], cause=source_key)
