"""Prepares delivery notes, ships and cancels them, whole or in part. Inventory moves the stock itself."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from django.db.models import Sum

from accounting.money import ZERO, minor
from accounting.refusal import Refusal
from erp.documents.bulk import update_rows
from erp.documents.models import IllegalTransition
from erp.inventory import services as inventory
from erp.inventory import shelf
from erp.inventory.services import Allocation, Cause, Piece
from erp.sales.services import Ordered, snapshot

from .models import DeliveryLine, DeliveryNote

State = DeliveryNote.State
OPEN = (State.WAITING_PAYMENT, State.READY)
Pieces = dict[int, int]  # how many, by line
Rest = Literal["later", "cancel"]
REST = {"later": State.READY, "cancel": State.CANCELLED}


@dataclass(frozen=True, slots=True)
class Shipped:
    """The lines that left, with their cost, and the note of what never will."""

    lines: list[DeliveryLine]
    cancelled: DeliveryNote | None


class NotOnTheNote(Refusal):
    """Pieces that do not stand on the delivery note, or none at all."""


class NotYetThere(Refusal):
    """Goods cannot arrive before they left."""


class NothingElseLeaves(Refusal):
    """Without this note nothing of the order leaves: it is the order that is to be cancelled."""


def prepare(
    ordered: Ordered, allocations: Iterable[Allocation], *, state: str, on: date
) -> list[DeliveryNote]:
    """Write the delivery notes of a new order: one for each warehouse its goods come from."""
    shares = defaultdict(list)
    for allocation in allocations:
        shares[allocation.warehouse_id].append(allocation)
    notes = [
        DeliveryNote(
            order=ordered.order,
            warehouse_id=warehouse,
            number=f"DN-{ordered.order.number}-{place}",
            state=state,
            ship_to=snapshot(ordered.order.shipping_address),
            created_on=on,
        )
        for place, warehouse in enumerate(sorted(shares), start=1)
    ]
    if notes:
        DeliveryNote.objects.bulk_create(notes)
        DeliveryLine.objects.bulk_create(_lines(ordered, {note: shares[note.warehouse_id] for note in notes}))
    return notes


def let_go(order: Any) -> int:
    """Free the notes that waited for the money. Return how many."""
    return DeliveryNote.objects.filter(order=order, state=State.WAITING_PAYMENT).update(state=State.READY)


def ship(
    note: DeliveryNote, *, order: Any, quantities: Pieces | None, rest: Rest, on: date, by: Any
) -> Shipped:
    """Let a note leave the house, or a part of it; return its lines and the note of the rest.

    Raises IllegalTransition and NotOnTheNote.
    """
    note.move_to(State.SHIPPED, shipped_on=on)
    lines = list(note.lines.order_by("product_id", "pk"))
    left = _left_over(note, lines, quantities)
    parted = _part(note, lines, left, order=order, state=REST[rest], on=on) if left else None
    leaving = [line for line in lines if line.note_id == note.pk]
    cause = Cause("shipment", f"delivery:{note.pk}", on, by=by)
    costs = inventory.issue(_pieces(note, leaving), cause=cause)
    for line, cost in zip(leaving, costs, strict=True):
        line.cost = cost
    update_rows(
        DeliveryLine._meta.db_table,
        "cost = v.column2",
        "id = v.column1",
        [(line.pk, minor(cost)) for line, cost in zip(leaving, costs, strict=True)],
    )
    return Shipped(leaving, parted if rest == "cancel" else None)


def track(note: DeliveryNote, carrier: str, tracking_number: str) -> None:
    """Name a note's carrier and tracking number. Raises IllegalTransition once it is delivered."""
    fresh = DeliveryNote.objects.filter(pk=note.pk).exclude(state__in=(State.DELIVERED, State.CANCELLED))
    if not fresh.update(carrier=carrier, tracking_number=tracking_number):
        raise IllegalTransition(f"{note} is delivered or cancelled: its parcel is known.")
    note.carrier, note.tracking_number = carrier, tracking_number


def deliver(note: DeliveryNote, *, on: date) -> None:
    """Note the day on which a shipped note arrived. Raises IllegalTransition and NotYetThere."""
    if note.shipped_on and on < note.shipped_on:
        raise NotYetThere(f"{note} left on {note.shipped_on}: it cannot have arrived on {on}.")
    note.move_to(State.DELIVERED, delivered_on=on)


def cancel_note(note: DeliveryNote, *, order: Any, quantities: Pieces | None, on: date) -> DeliveryNote:
    """Cancel an open note, or pieces of it by line; give back what they reserved; return what is cancelled.

    Raises NothingElseLeaves, NotOnTheNote and IllegalTransition.
    """
    lines = list(note.lines.order_by("product_id", "pk"))
    kept = _left_over(note, lines, quantities)
    if kept:
        _require_open(note)
        gone = {line.pk: line.quantity - kept.get(line.pk, 0) for line in lines}
        gone = {key: pieces for key, pieces in gone.items() if pieces}
        return _part(note, lines, gone, order=order, state=State.CANCELLED, on=on)
    others = DeliveryNote.objects.filter(order=order).exclude(pk=note.pk)
    if note.state in OPEN and not others.exclude(state=State.CANCELLED).exists():
        raise NothingElseLeaves(f"Nothing else of this order leaves: cancel the order instead of {note}.")
    note.move_to(State.CANCELLED)
    inventory.release(_pieces(note, lines))
    return note


def hold_open(order: Any) -> list[DeliveryNote]:
    """Return the notes of an order that are still to leave, with all their products locked in one go.

    Who cancels them one by one, and posts in between, would wait for stock while others wait for him.
    """
    notes = list(DeliveryNote.objects.filter(order=order, state__in=OPEN).order_by("pk"))
    shelf.hold(DeliveryLine.objects.filter(note__in=notes).values_list("product", flat=True))
    return notes


def cancel(order: Any) -> list[DeliveryNote]:
    """Cancel the notes of an order of which nothing has left yet, and give back what they reserved."""
    notes = list(DeliveryNote.objects.filter(order=order, state__in=OPEN).order_by("pk"))
    pieces = []
    for note in notes:
        note.move_to(State.CANCELLED)
        pieces += _pieces(note, note.lines.order_by("product_id", "pk"))
    if pieces:
        inventory.release(pieces)
    return notes


def status_of(order: Any) -> str:
    """Return what an order with a shipped note is: shipped, or in part."""
    left = DeliveryNote.objects.filter(order=order, state__in=OPEN).exists()
    return "partly shipped" if left else "shipped"


def by_order_line(lines: Iterable[DeliveryLine]) -> dict[int, int]:
    """Return how many pieces of each order line the lines deliver."""
    pieces: dict[int, int] = defaultdict(int)
    for line in lines:
        pieces[line.order_line_id] += line.quantity
    return pieces


def cost_of(lines: Iterable[DeliveryLine]) -> Decimal:
    """Return what shipped lines cost us."""
    return sum((line.cost or ZERO for line in lines), ZERO)


def shipped_quantities(order: Any) -> dict[int, int]:
    """Return how many pieces of each order line have left the house."""
    return _quantities(order, shipped_on__isnull=False)


def open_quantities(order: Any) -> dict[int, int]:
    """Return how many pieces of each order line are still to leave."""
    return _quantities(order, state__in=OPEN)


def cancelled_quantities(order: Any) -> dict[int, int]:
    """Return how many pieces of each order line will never leave."""
    return _quantities(order, state=State.CANCELLED)


def _quantities(order: Any, **which: Any) -> dict[int, int]:
    notes = {f"note__{name}": value for name, value in which.items()}
    lines = DeliveryLine.objects.filter(note__order=order, **notes).order_by()
    return dict(lines.values_list("order_line").annotate(Sum("quantity")))


def _require_open(note: DeliveryNote) -> None:
    if not DeliveryNote.objects.filter(pk=note.pk, state__in=OPEN).exists():
        raise IllegalTransition(f"{note} has left or is cancelled: nothing of it can be cancelled.")


def _left_over(note: DeliveryNote, lines: list[DeliveryLine], quantities: Pieces | None) -> Pieces:
    """Return the pieces by line that do not leave with the note. Raises NotOnTheNote."""
    if quantities is None:
        return {}
    there = {line.pk: line for line in lines}
    if not quantities or quantities.keys() - there.keys():
        raise NotOnTheNote(f"Only what stands on {note} can leave with it.")
    for key, pieces in quantities.items():
        line = there[key]
        if not 0 < pieces <= line.quantity:
            raise NotOnTheNote(f"Of '{line.title}' {line.quantity} stand on {note}, {pieces} cannot leave.")
    left = {line.pk: line.quantity - quantities.get(line.pk, 0) for line in lines}
    return {key: pieces for key, pieces in left.items() if pieces}


def _part(
    note: DeliveryNote, lines: list[DeliveryLine], left: dict[int, int], *, order: Any, state: str, on: date
) -> DeliveryNote:
    """Put pieces on a note of their own: whole lines as they are, of others a part."""
    rest = DeliveryNote(
        order=order,
        warehouse_id=note.warehouse_id,
        number=f"DN-{order.number}-{DeliveryNote.objects.filter(order=order).count() + 1}",
        state=state,
        ship_to=note.ship_to,
        created_on=on,
    )
    DeliveryNote.objects.bulk_create([rest])
    if state == State.CANCELLED:
        # All products of the note are locked in one go: else two shipments could wait in a circle.
        shelf.hold(line.product_id for line in lines)
        inventory.release(
            [Piece(line.product_id, note.warehouse_id, left[line.pk]) for line in lines if line.pk in left]
        )
    _move(rest, lines, left)
    return rest


def _move(rest: DeliveryNote, lines: list[DeliveryLine], left: dict[int, int]) -> None:
    whole = [line for line in lines if left.get(line.pk) == line.quantity]
    parts = [line for line in lines if 0 < left.get(line.pk, 0) < line.quantity]
    DeliveryLine.objects.filter(pk__in=[line.pk for line in whole]).update(note=rest)
    DeliveryLine.objects.bulk_create(_copy(line, note=rest, quantity=left[line.pk]) for line in parts)
    changes = [(line.pk, left[line.pk]) for line in parts]
    update_rows(DeliveryLine._meta.db_table, "quantity = quantity - v.column2", "id = v.column1", changes)
    for line in whole:
        line.note = rest
    for line in parts:
        line.quantity -= left[line.pk]


def _copy(line: DeliveryLine, *, note: DeliveryNote, quantity: int) -> DeliveryLine:
    return DeliveryLine(
        note=note,
        order_line_id=line.order_line_id,
        product_id=line.product_id,
        sku=line.sku,
        title=line.title,
        quantity=quantity,
    )


def _lines(ordered: Ordered, shares: dict[DeliveryNote, list[Allocation]]) -> Iterable[DeliveryLine]:
    """Give each note its part of the order lines. A product may stand on several lines of an order."""
    rows = _goods(ordered)
    left = {line.row.pk: line.row.quantity for line in ordered.lines}
    for note, allocations in shares.items():
        for allocation in allocations:
            rest = allocation.quantity
            for row in rows[allocation.product_id]:
                if part := min(rest, left[row.pk]):
                    left[row.pk] -= part
                    rest -= part
                    yield DeliveryLine(
                        note=note,
                        order_line=row,
                        product_id=row.product_id,
                        sku=row.partner_sku,
                        title=row.title,
                        quantity=part,
                    )


def _goods(ordered: Ordered) -> dict[int, list[Any]]:
    """Return the rows of an order by product, services left out."""
    rows = defaultdict(list)
    for line in ordered.lines:
        if line.goods:
            rows[line.row.product_id].append(line.row)
    return rows


def _pieces(note: DeliveryNote, lines: Iterable[DeliveryLine]) -> list[Piece]:
    return [Piece(line.product_id, note.warehouse_id, line.quantity) for line in lines]
