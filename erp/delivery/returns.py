"""Takes goods back. The stock itself is moved by inventory, papers and money by the chain."""

from collections import defaultdict
from datetime import date
from decimal import Decimal
from typing import Any

from accounting.money import ZERO
from accounting.refusal import Refusal
from erp.documents.bulk import update_rows
from erp.inventory import services as inventory
from erp.inventory.services import Cause, Piece, worth
from erp.inventory.valuation import cost_of_return
from erp.sales.sale import Sale, SaleLine
from erp.sales.services import is_goods

from .models import DeliveryLine, Return, ReturnLine

Back = tuple[DeliveryLine, int, Decimal]  # pieces of a line that come back, and what they had cost


class NothingToReturn(Refusal):
    """More is to come back than was shipped and is still with the customer."""


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


def _part(line: DeliveryLine, pieces: int) -> Back:
    return line, pieces, cost_of_return(line.cost or ZERO, line.quantity, line.returned, pieces)


def _count_back(document: Return, parts: list[Back]) -> None:
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
