"""Prepares delivery notes, ships and cancels them, whole or in part. Inventory moves the stock itself."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from django.db.models import Case, Exists, OuterRef, Sum, Value, When

from accounting.money import ZERO, minor
from accounting.refusal import Refusal
from erp.documents.bulk import update_rows
from erp.documents.models import IllegalTransition
from erp.inventory import promising, shelf
from erp.inventory import services as inventory
from erp.inventory.promising import Allocation
from erp.inventory.services import Cause, Piece
from erp.sales.services import Ordered, snapshot

from .models import DeliveryLine, DeliveryNote
from .parting import Pieces, left_over, part

State = DeliveryNote.State
OPEN = (State.WAITING_PAYMENT, State.WAITING_STOCK, State.READY, State.PICKING, State.PACKED)
MAY_LEAVE = (State.READY, State.PACKED)
Rest = Literal["later", "cancel"]


@dataclass(frozen=True, slots=True)
class Shipped:
    """The lines that left, with their cost, and the note of what never will."""

    lines: list[DeliveryLine]
    cancelled: DeliveryNote | None


class NotHereYet(Refusal):
    """Pieces that are still to come cannot leave."""


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
            state=_state(state, shares[warehouse]),
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
    """Free the notes that waited for the money: to leave, or to wait for their goods. Return how many."""
    waiting = DeliveryNote.objects.filter(order=order, state=State.WAITING_PAYMENT)
    is_short = Exists(DeliveryLine.objects.filter(note=OuterRef("pk"), waits__gt=0))
    return waiting.update(
        state=Case(When(is_short, then=Value(State.WAITING_STOCK)), default=Value(State.READY))
    )


def ship(
    note: DeliveryNote, *, order: Any, quantities: Pieces | None, rest: Rest, on: date, by: Any
) -> Shipped:
    """Let a note leave the house, or a part of it; return its lines and the note of the rest.

    Raises IllegalTransition, NotOnTheNote and NotHereYet.
    """
    if note.state == State.WAITING_STOCK and quantities is None:
        raise NotHereYet(f"{note} waits for goods: say which of its pieces leave before the rest comes.")
    note.move_to(State.SHIPPED, shipped_on=on)
    lines = _lines_now(note)
    left = left_over(note, lines, quantities)
    parted = _part(note, lines, left, order=order, cancels=rest == "cancel", on=on) if left else None
    leaving = [line for line in lines if line.note_id == note.pk]
    for line in leaving:
        if line.waits:
            raise NotHereYet(f"{line.waits} of '{line.title}' on {note} are still to come.")
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
    lines = _lines_now(note)
    kept = left_over(note, lines, quantities)
    if kept:
        _require_open(note)
        gone = {line.pk: line.quantity - kept.get(line.pk, 0) for line in lines}
        gone = {key: pieces for key, pieces in gone.items() if pieces}
        parted = _part(note, lines, gone, order=order, cancels=True, on=on)
        have_all([note.pk])
        return parted
    others = DeliveryNote.objects.filter(order=order).exclude(pk=note.pk)
    if note.state in OPEN and not others.exclude(state=State.CANCELLED).exists():
        raise NothingElseLeaves(f"Nothing else of this order leaves: cancel the order instead of {note}.")
    note.move_to(State.CANCELLED)
    promising.release(_pieces(note, lines))
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
        promising.release(pieces)
    return notes


def have_all(notes: Iterable[int]) -> int:
    """Let notes be ready of which no piece is still to come. Return how many."""
    short = DeliveryLine.objects.filter(note=OuterRef("pk"), waits__gt=0)
    waiting = DeliveryNote.objects.filter(~Exists(short), pk__in=list(notes), state=State.WAITING_STOCK)
    return waiting.update(state=State.READY)


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


def _lines_now(note: DeliveryNote) -> list[DeliveryLine]:
    """Return the lines of a note in the order in which stock is locked.

    Its warehouse is that of this moment: goods that came elsewhere may have moved it there.
    """
    lines = DeliveryLine.objects.filter(note=note).select_related("note").order_by("product_id", "pk")
    found = list(lines)
    for line in found:
        note.warehouse_id = line.note.warehouse_id
    return found


def _require_open(note: DeliveryNote) -> None:
    if not DeliveryNote.objects.filter(pk=note.pk, state__in=OPEN).exists():
        raise IllegalTransition(f"{note} has left or is cancelled: nothing of it can be cancelled.")


def _lines(ordered: Ordered, shares: dict[DeliveryNote, list[Allocation]]) -> Iterable[DeliveryLine]:
    """Give each note its part of the order lines. A product may stand on several lines of an order."""
    rows = _goods(ordered)
    left = {line.row.pk: line.row.quantity for line in ordered.lines}
    for note, allocations in shares.items():
        for allocation in allocations:
            rest, waits = allocation.quantity, allocation.waits
            for row in rows[allocation.product_id]:
                if part := min(rest, left[row.pk]):
                    left[row.pk] -= part
                    rest -= part
                    late = min(waits, part)
                    waits -= late
                    yield DeliveryLine(
                        note=note,
                        order_line=row,
                        product_id=row.product_id,
                        sku=row.partner_sku,
                        title=row.title,
                        quantity=part,
                        waits=late,
                    )


def _goods(ordered: Ordered) -> dict[int, list[Any]]:
    """Return the rows of an order by product, services left out."""
    rows = defaultdict(list)
    for line in ordered.lines:
        if line.goods:
            rows[line.row.product_id].append(line.row)
    return rows


def _pieces(note: DeliveryNote, lines: Iterable[DeliveryLine]) -> list[Piece]:
    return [Piece(line.product_id, note.warehouse_id, line.quantity, waits=line.waits) for line in lines]


def _state(state: str, allocations: Iterable[Allocation]) -> str:
    """Return what a new note is: what could leave waits for what is not here."""
    is_short = any(allocation.waits for allocation in allocations)
    return State.WAITING_STOCK if is_short and state == State.READY else state


def _part(
    note: DeliveryNote, lines: list[DeliveryLine], gone: Pieces, *, order: Any, cancels: bool, on: date
) -> DeliveryNote:
    """Put pieces on a note of their own, to leave later or never."""
    if not cancels:
        return part(note, lines, gone, order=order, state=State.READY, on=on)
    # All products of the note are locked in one go: else two shipments could wait in a circle.
    shelf.hold(line.product_id for line in lines)
    rest = part(note, lines, gone, order=order, state=State.CANCELLED, on=on)
    promising.release(_pieces(rest, rest.lines.order_by("product_id", "pk")))
    return rest
