"""Writes down adjustments, judges what they are worth, and carries them out on the shelf."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from accounting.money import ZERO, money
from accounting.refusal import Refusal

from . import services
from .models import Adjustment, StockMove, StockValue, Warehouse
from .services import Cause, Piece

State, Code = Adjustment.State, Adjustment.Code
MOST_PIECES = 10_000_000
LARGEST = 2_000_000_000  # what a column holds
# Goods on their way are not on any shelf.
CONDITIONS = (StockMove.Condition.DAMAGED, StockMove.Condition.QUARANTINE)


class NoReason(Refusal):
    """A quantity is to change and nobody says why."""


class NotCountable(Refusal):
    """A quantity or a cost that no count can find."""


class SamePerson(Refusal):
    """Who asked for an adjustment cannot approve it."""


@dataclass(frozen=True, slots=True)
class Correction:
    """What is different on a shelf: pieces found, or gone (below zero), with a code and a note that say why.

    `cost` is for all pieces found. Pieces gone that were set aside have their condition.
    """

    product: Any
    warehouse: Warehouse
    quantity: int
    note: str
    code: str = Code.COUNTED
    cost: Decimal | None = None
    condition: str = ""


def known(key: str) -> Adjustment | None:
    """Return the adjustment that was asked for with this key."""
    return Adjustment.objects.filter(key=key).first()


def write_down(wish: Correction, *, on: date, key: str, by: Any = None) -> Adjustment:
    """Write down an adjustment, not yet carried out. Raises NoReason and NotCountable."""
    _require_sense(wish)
    return Adjustment.objects.create(
        product=wish.product,
        warehouse=wish.warehouse,
        quantity=wish.quantity,
        condition=wish.condition,
        code=wish.code,
        note=wish.note.strip()[:255],
        cost=None if wish.cost is None else money(wish.cost),
        estimate=_estimate(wish),
        requested_on=on,
        key=key,
        user=by,
    )


def require_second_person(adjustment: Adjustment, by: Any) -> None:
    """Raise SamePerson for whoever asked for it, and for nobody."""
    if by is None or by.pk == adjustment.user_id:
        raise SamePerson(f"{adjustment} was asked for by you: somebody else has to approve it.")


def carry_out(adjustment: Adjustment, *, on: date, approver: Any = None) -> Decimal:
    """Move the pieces, and return what that changed the value of the stock by. Raises OutOfStock.

    The person behind the move is who asked for it.
    """
    piece = Piece(
        adjustment.product_id,
        adjustment.warehouse_id,
        abs(adjustment.quantity),
        adjustment.cost,
        condition=adjustment.condition,
    )
    by: Any = adjustment.user
    cause = Cause("adjustment", adjustment.source_key, on, reason=adjustment.why[:255], by=by)
    if adjustment.quantity < 0:
        value = -sum(services.lose([piece], cause=cause), ZERO)
    else:
        value = services.receive([piece], cause=cause)
    adjustment.move_to(State.DONE, value=value, decided_on=on, approver=approver)
    return value


def reject(adjustment: Adjustment, *, on: date, reason: str, by: Any = None) -> None:
    """Refuse an adjustment, or take one's own back. Raises IllegalTransition."""
    adjustment.move_to(State.REJECTED, decided_on=on, answer=reason.strip()[:255], approver=by)


def _estimate(wish: Correction) -> Decimal:
    """Return what the pieces are worth: at today's average, or at their own cost where that is more."""
    stock = StockValue.objects.filter(product=wish.product, quantity__gt=0).first()
    average = money(stock.value * abs(wish.quantity) / stock.quantity) if stock else ZERO
    own = money(wish.cost) if wish.cost is not None and wish.quantity > 0 else ZERO
    return max(average, own)


def _require_sense(wish: Correction) -> None:
    if not wish.note.strip() or not wish.quantity:
        raise NoReason("An adjustment needs a quantity and a reason.")
    if not -LARGEST <= wish.quantity <= MOST_PIECES:
        raise NotCountable(f"{wish.quantity} pieces are more than can be counted.")
    if wish.cost is not None and wish.cost < 0:
        raise NotCountable("Pieces that were found cannot cost less than nothing.")
    if wish.condition and (wish.quantity > 0 or wish.condition not in CONDITIONS):
        raise NotCountable("Only what is damaged or in quarantine is taken from there.")
    if wish.warehouse.is_transit:
        raise NotCountable("What is on its way is corrected when it arrives.")
