"""Corrects many products at once by what somebody else counted: a list that was brought in, or its undoing.

A count of our own is a stocktake, and a single correction an adjustment: see `stocktaking`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.transaction import atomic

from accounting.money import ZERO
from erp import billing, filling, postings
from erp.inventory import services as inventory
from erp.inventory.corrections import MOST_PIECES, NoReason, NotCountable
from erp.inventory.models import StockMove
from erp.inventory.services import Cause, Piece


@dataclass(frozen=True, slots=True)
class Difference:
    """Pieces more, or less, than was known of a product in a warehouse. `cost` is for all pieces found."""

    product_id: int
    warehouse_id: int
    quantity: int
    cost: Decimal | None = None


@atomic
def correct(differences: Sequence[Difference], *, reason: str, on: date, key: str, by: Any = None) -> None:
    """Correct what lies in warehouses: one entry for what was found, and one for what is gone.

    The same key is one time. The number of statements does not grow with the differences.
    Raises NoReason, NotCountable, OutOfStock.
    """
    if not reason.strip():
        raise NoReason("A correction needs a reason.")
    if any(abs(one.quantity) > MOST_PIECES or (one.cost or ZERO) < 0 for one in differences):
        raise NotCountable("Pieces are more than can be counted, or cost less than nothing.")
    # All goods are locked before anything is posted: the counters of the journals come last.
    inventory.hold_with_room({(one.product_id, one.warehouse_id) for one in differences})
    found, gone = (
        Cause("adjustment", f"{key}:{what}", on, reason=reason, by=by) for what in ("found", "gone")
    )
    if StockMove.objects.filter(source_key__in=[found.source_key, gone.source_key]).exists():
        return
    more = [one for one in differences if one.quantity > 0]
    if more:
        value = inventory.receive([_piece(one) for one in more], cause=found)
        billing.post(postings.adjusted(found.source_key, value, on=on, reason=reason), by=by)
        filling.ask((one.product_id for one in more), cause=found.source_key)
    if less := [one for one in differences if one.quantity < 0]:
        cost = sum(inventory.lose([_piece(one) for one in less], cause=gone), ZERO)
        billing.post(postings.adjusted(gone.source_key, -cost, on=on, reason=reason), by=by)


def _piece(one: Difference) -> Piece:
    return Piece(one.product_id, one.warehouse_id, abs(one.quantity), one.cost)
