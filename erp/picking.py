"""Takes what stands on delivery notes from the shelf and packs it, one transaction a verb.

    ready -- start --> picking -- scan, count, pack --> packed -- order_to_cash.ship --> shipped
      ^                   |                                |
      +---- put_back -----+--------------------------------+

A small shop ships what is ready and never comes here. Each verb locks the order, as those of the chain do:
of two who pick the same note, or of one who picks and one who cancels, the second is told.
"""

from datetime import date
from typing import Any

from django.db.transaction import atomic

from accounting.refusal import Refusal
from erp import order_to_cash
from erp.delivery import packing
from erp.delivery.models import DeliveryLine, DeliveryNote
from erp.delivery.services import Pieces
from erp.sales import services as sales


class InHand(Refusal):
    """The parcel is being packed: it is too late for its customer to cancel."""


@atomic
def start(note: DeliveryNote, *, by: Any) -> None:
    """Begin to pick a note that is ready. Begun twice by the same person it is begun once.

    Raises PickedByAnother and NotReady.
    """
    order = _hold(note)
    if packing.start(note, by=by):
        _tell(order, note, "picking", f"{packing.name_of(by)} picks {note}.", by=by)


@atomic
def scan(note: DeliveryNote, *, code: str, by: Any, seen: int | None = None) -> DeliveryLine:
    """Count one piece by the code that a scanner read: its SKU or UPC. Returns its line.

    `seen` is how many pieces were picked as far as the scanning page knew: sent twice, the second is refused.
    Raises WrongPiece, OneTooMany, CountedBefore, NotBeingPicked and PickedByAnother.
    """
    _hold(note)
    return packing.scan(note, code.strip(), by=by, seen=seen)


@atomic
def count(note: DeliveryNote, *, quantities: Pieces, by: Any) -> None:
    """Note how many pieces of lines are picked in all, without a scanner.

    Raises NotOnTheNote, NotBeingPicked and PickedByAnother.
    """
    _hold(note)
    packing.count(note, quantities, by=by)


@atomic
def put_back(note: DeliveryNote, *, by: Any = None) -> None:
    """Put picked or packed pieces back on the shelf: the note is ready again, for anybody."""
    order = _hold(note)
    if packing.put_back(note):
        _tell(order, note, "put back", f"{note} is ready again.", by=by)


@atomic
def pack(note: DeliveryNote, *, by: Any = None) -> None:
    """Note that all of a picked note is in its parcel. Raises NotAllPicked and NotBeingPicked."""
    order = _hold(note)
    if packing.pack(note):
        _tell(order, note, "packed", f"{note} is packed.", by=by)


@atomic
def pack_picked(note: DeliveryNote, *, on: date, by: Any = None) -> DeliveryNote | None:
    """Pack what is picked; what was not found leaves later, on a note of its own, which is returned.

    Raises NotAllPicked and NotBeingPicked.
    """
    order = _hold(note)
    if note.state == DeliveryNote.State.PACKED:
        return None
    rest = packing.pack_picked(note, order=order, on=on)
    said = f"{note} is packed; the rest leaves as {rest}." if rest else f"{note} is packed."
    _tell(order, note, "packed", said, by=by)
    return rest


@atomic
def call_off(order: Any, *, on: date, reason: str) -> None:
    """Cancel an order as its customer may: not once it is in somebody's hands.

    Raises InHand and IllegalTransition.
    """
    held = sales.hold(order.pk)
    if packing.is_in_hand(held):
        raise InHand("Your order is being packed, so it can no longer be cancelled. You can send it back.")
    order_to_cash.cancel(order, on=on, reason=reason)


def _hold(note: DeliveryNote) -> Any:
    """Lock a note's order, and read the note as it is now."""
    order = sales.hold(note.order_id)
    note.refresh_from_db()
    return order


def _tell(order: Any, note: DeliveryNote, name: str, words: str, *, by: Any) -> None:
    sales.note(order, name, words, f"delivery:{note.pk}", by=by)
