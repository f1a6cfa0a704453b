"""How a note's pieces come from the shelf into the parcel: started, scanned or counted, put back, packed."""

from datetime import date
from typing import Any

from django.db.models import F, Sum

from accounting.refusal import Refusal
from erp.documents.bulk import update_rows

from .models import DeliveryLine, DeliveryNote
from .parting import NotOnTheNote, Pieces, part

State = DeliveryNote.State
IN_HAND = (State.PICKING, State.PACKED)
GTIN_LENGTHS = (8, 12, 13, 14)


class PickedByAnother(Refusal):
    """Somebody else has begun to pick the note."""


class NotReady(Refusal):
    """The note waits for something, or has left: it cannot be picked."""


class NotBeingPicked(Refusal):
    """The note is not being picked: nothing of it can be scanned or packed."""


class WrongPiece(Refusal):
    """What was scanned does not belong on the note."""


class OneTooMany(Refusal):
    """All pieces of that product on the note are picked already."""


class NotAllPicked(Refusal):
    """Pieces of the note are still on the shelf."""


class CountedBefore(Refusal):
    """The page that scanned did not know the last pieces: it may be sent a second time."""


def start(note: DeliveryNote, *, by: Any) -> bool:
    """Give a note that is ready to who picks it; return whether it is new to him.

    Raises PickedByAnother and NotReady.
    """
    if note.state == State.PICKING:
        _require_picker(note, by)
        return False
    if note.state != State.READY:
        raise NotReady(f"{note} is {note.get_state_display()}: only what is ready can be picked.")
    note.move_to(State.PICKING, picker=by)
    return True


def scan(note: DeliveryNote, code: str, *, by: Any, seen: int | None) -> DeliveryLine:
    """Count one piece by its SKU or UPC; return its line. `seen` is how many pieces who scans knew of.

    Raises WrongPiece, OneTooMany, CountedBefore, NotBeingPicked and PickedByAnother.
    """
    _require_picking(note, by)
    lines = list(note.lines.select_related("product").order_by("pk"))
    if seen is not None and seen != sum(line.picked for line in lines):
        raise CountedBefore(f"Nothing was counted: {note} has moved on since. Look, and scan once more.")
    found = [line for line in lines if _is_meant(line, code)]
    if not found:
        raise WrongPiece(f"'{code}' does not belong on {note}. Put it back.")
    for line in found:
        if line.picked < line.here:
            line.picked += 1
            DeliveryLine.objects.filter(pk=line.pk).update(picked=line.picked)
            return line
    pieces = sum(line.quantity for line in found)
    raise OneTooMany(f"All {pieces} of '{found[0].title}' are picked already. Put this one back.")


def count(note: DeliveryNote, quantities: Pieces, *, by: Any) -> None:
    """Note how many pieces of lines are picked in all, for what bears no code. Sent twice it is the same.

    Raises NotOnTheNote, NotBeingPicked and PickedByAnother.
    """
    _require_picking(note, by)
    lines = {line.pk: line for line in note.lines.order_by("pk")}
    for key, pieces in quantities.items():
        if key not in lines:
            raise NotOnTheNote(f"Only what stands on {note} can be picked for it.")
        line = lines[key]
        if not 0 <= pieces <= line.here:
            raise NotOnTheNote(f"Of '{line.title}' {line.here} are to be picked, not {pieces}.")
    update_rows(DeliveryLine._meta.db_table, "picked = v.column2", "id = v.column1", list(quantities.items()))


def put_back(note: DeliveryNote) -> bool:
    """Let a note be ready as before, with nothing picked; return whether that is new."""
    if note.state == State.READY:
        return False
    if note.state not in IN_HAND:
        raise NotBeingPicked(f"{note} is {note.get_state_display()}: there is nothing to put back.")
    note.move_to(State.READY, picker=None)
    note.lines.update(picked=0)
    return True


def pack(note: DeliveryNote) -> bool:
    """Note that all pieces of a note are in their parcel; return whether that is new.

    Raises NotAllPicked and NotBeingPicked.
    """
    if note.state == State.PACKED:
        return False
    _require_picking(note)
    for line in note.lines.order_by("pk"):
        if left := line.quantity - line.picked:
            raise NotAllPicked(f"{left} of '{line.title}' on {note} are still to be picked.")
    note.move_to(State.PACKED)
    return True


def pack_picked(note: DeliveryNote, *, order: Any, on: date) -> DeliveryNote | None:
    """Pack what is picked; put what was not found on a note of its own and return it: None if all was.

    Raises NotAllPicked where nothing was picked, and NotBeingPicked.
    """
    _require_picking(note)
    lines = list(note.lines.order_by("product_id", "pk"))
    if not any(line.picked for line in lines):
        raise NotAllPicked(f"Nothing of {note} is picked yet.")
    left = {line.pk: line.quantity - line.picked for line in lines if line.picked < line.quantity}
    rest = part(note, lines, left, order=order, state=State.READY, on=on) if left else None
    note.move_to(State.PACKED)
    return rest


def is_in_hand(order: Any) -> bool:
    """Return whether anything of an order is being picked, or packed and about to leave."""
    return DeliveryNote.objects.filter(order=order, state__in=IN_HAND).exists()


def picked_of(note: DeliveryNote) -> tuple[int, int]:
    """Return how many pieces of a note are picked, and how many there are."""
    sums = note.lines.aggregate(picked=Sum("picked"), all=Sum(F("quantity")))
    return sums["picked"] or 0, sums["all"] or 0


def name_of(user: Any) -> str:
    """Return what colleagues call somebody."""
    return (user.get_full_name() or user.get_username()) if user else "Somebody"


def _is_meant(line: DeliveryLine, code: str) -> bool:
    return _plain(code) in {_plain(line.sku), _plain(line.product.upc or "")} - {""}


def _plain(code: str) -> str:
    """Return a code so that it compares: a GTIN of 12 digits is one of 13 or 14 with zeros before it."""
    is_gtin = code.isascii() and code.isdecimal() and len(code) in GTIN_LENGTHS
    return code.zfill(max(GTIN_LENGTHS)) if is_gtin else code.casefold()


def _require_picking(note: DeliveryNote, by: Any = None) -> None:
    if note.state != State.PICKING:
        what = "start picking it first" if note.state == State.READY else "nothing of it is being picked"
        raise NotBeingPicked(f"{note} is {note.get_state_display()}: {what}.")
    if by is not None:
        _require_picker(note, by)


def _require_picker(note: DeliveryNote, by: Any) -> None:
    if note.picker_id != by.pk:
        raise PickedByAnother(f"{name_of(note.picker)} is picking {note}.")
