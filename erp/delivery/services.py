"""Prepares delivery notes, ships them, and takes goods back. The stock itself is moved by inventory."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Sum

from accounting.money import ZERO, minor
from accounting.refusal import Refusal
from erp.documents.bulk import update_rows
from erp.inventory import services as inventory
from erp.inventory.services import Allocation, Cause, Piece, worth
from erp.inventory.valuation import cost_of_return
from erp.sales.sale import Sale, SaleLine
from erp.sales.services import Ordered, is_goods, snapshot

from .models import DeliveryLine, DeliveryNote, Return, ReturnLine

State = DeliveryNote.State
OPEN = (State.WAITING_PAYMENT, State.READY)
Part = tuple[DeliveryLine, int, Decimal]  # pieces of a line that come back, and what they had cost


class NothingToReturn(Refusal):
    """More is to come back than was shipped and is still with the customer."""


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


def ship(note: DeliveryNote, *, on: date, by: Any = None) -> list[DeliveryLine]:
    """Let a whole note leave the house; return its lines with their cost. Raises IllegalTransition."""
    note.move_to(State.SHIPPED, shipped_on=on)
    lines = list(note.lines.order_by("product_id", "pk"))
    cause = Cause("shipment", f"delivery:{note.pk}", on, by=by)
    costs = inventory.issue(_pieces(note, lines), cause=cause)
    for line, cost in zip(lines, costs, strict=True):
        line.cost = cost
    update_rows(
        DeliveryLine._meta.db_table,
        "cost = v.column2",
        "id = v.column1",
        [(line.pk, minor(cost)) for line, cost in zip(lines, costs, strict=True)],
    )
    return lines


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


def taken_back(key: str) -> Return | None:
    """Return what a key has brought back already."""
    return Return.objects.filter(key=key).first() if key else None


def take_back(
    order: Any, quantities: dict[int, int], *, on: date, key: str = "", reason: str = "", by: Any = None
) -> tuple[Return, dict[int, int], Decimal]:
    """Put shipped pieces back on the shelf at the cost they left with.

    `quantities` names delivery lines. Return the document, the pieces by order line and their cost.
    Raises NothingToReturn.
    """
    lines = _returnable(order, quantities)
    number = f"RT-{order.number}-{Return.objects.filter(order=order).count() + 1}"
    document = Return.objects.create(
        order=order,
        number=number,
        state=Return.State.CLOSED,
        received_on=on,
        reason=reason,
        key=key or None,
        user=by,
    )
    parts = [_part(line, quantities[line.pk]) for line in lines]
    _count_back(document, parts)
    pieces = [Piece(line.product_id, line.note.warehouse_id, n, cost) for line, n, cost in parts]
    inventory.receive(pieces, cause=Cause("return", f"return:{document.pk}", on, reason=reason, by=by))
    returned: dict[int, int] = defaultdict(int)
    for line, pieces_back, _ in parts:
        returned[line.order_line_id] += pieces_back
    return document, returned, worth(pieces)


def _part(line: DeliveryLine, pieces: int) -> Part:
    return line, pieces, cost_of_return(line.cost or ZERO, line.quantity, line.returned, pieces)


def _count_back(document: Return, parts: list[Part]) -> None:
    ReturnLine.objects.bulk_create(
        ReturnLine(returned=document, delivery_line=line, product_id=line.product_id, quantity=n, cost=cost)
        for line, n, cost in parts
    )
    update_rows(
        DeliveryLine._meta.db_table,
        "returned = returned + v.column2",
        "id = v.column1",
        [(line.pk, n) for line, n, _ in parts],
    )


def take_back_alone(sale: Sale, *, on: date, reason: str, by: Any = None) -> tuple[Return, Decimal]:
    """Put goods on the shelf that were sold elsewhere: at the average, else at the sale's cost."""
    document = Return.objects.create(
        number=f"RT-{sale.number}",
        key=sale.key,
        state=Return.State.CLOSED,
        received_on=on,
        reason=reason,
        user=by,
    )
    pieces = _found_pieces([line for line in sale.lines if is_goods(line.product)])
    ReturnLine.objects.bulk_create(
        ReturnLine(returned=document, product_id=piece.product_id, quantity=piece.quantity, cost=piece.cost)
        for piece in pieces
    )
    if pieces:
        inventory.receive(pieces, cause=Cause("return", f"return:{document.pk}", on, reason=reason, by=by))
    return document, worth(pieces)


def _found_pieces(lines: list[SaleLine]) -> list[Piece]:
    averages = inventory.average_costs([(line.product.pk, line.quantity) for line in lines])
    warehouse = inventory.main_warehouse()
    return [
        Piece(
            line.product.pk, warehouse.pk, line.quantity, line.cost_if_unknown if average is None else average
        )
        for line, average in zip(lines, averages, strict=True)
    ]


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
    shipped = DeliveryLine.objects.filter(note__order=order, note__shipped_on__isnull=False)
    return dict(shipped.values_list("order_line").annotate(Sum("quantity")))


def _returnable(order: Any, quantities: dict[int, int]) -> list[DeliveryLine]:
    rows = DeliveryLine.objects.select_for_update(of=("self",)).select_related("note")
    found = rows.filter(pk__in=quantities, note__order=order, note__shipped_on__isnull=False)
    lines = list(found.order_by("product_id", "pk"))
    if not lines or len(lines) != len(quantities):
        raise NothingToReturn("Only what was shipped with this order can come back.")
    for line in lines:
        left = line.quantity - line.returned
        if not 0 < quantities[line.pk] <= left:
            raise NothingToReturn(f"Of '{line.title}' {left} can come back, not {quantities[line.pk]}.")
    return lines


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
