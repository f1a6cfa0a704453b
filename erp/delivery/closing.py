"""Closes returns: what came back is here again at the cost it left with, or is lost at that cost."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from accounting.money import ZERO, minor
from accounting.refusal import Refusal
from erp.documents.bulk import update_rows
from erp.inventory import services as inventory
from erp.inventory.models import StockMove
from erp.inventory.services import Cause, Piece, worth
from erp.inventory.valuation import cost_of_return, slice_of
from erp.sales.sale import Sale, SaleLine
from erp.sales.services import is_goods

from .models import Return, ReturnLine
from .returns import count, lines_of
from .services import Pieces

State = Return.State


class NotInspected(Refusal):
    """What was received must be inspected before a return is closed."""


@dataclass(frozen=True, slots=True)
class Closed:
    """What came of a return: accepted pieces by order line, what was kept and lost, what is on sale again."""

    document: Return
    pieces: Pieces
    cost: Decimal
    lost: Decimal
    products: frozenset[int] = frozenset()


def close(document: Return, *, on: date, by: Any = None) -> Closed:
    """Put restocked pieces on the shelf at their cost, and free what did not come or was refused.

    Raises NotInspected and IllegalTransition.
    """
    lines = lines_of(document)
    document.move_to(State.CLOSED, closed_on=on)
    if waiting := [line for line in lines if line.uninspected]:
        raise NotInspected(f"{document}: '{waiting[0].product.get_title()}' is not inspected yet.")
    for line in lines:
        line.cost, line.lost = _costs(line)
    _write_costs(lines)
    count([(line.delivery_line_id, -line.quantity, line.accepted) for line in lines if line.delivery_line_id])
    _restock(document, lines, on=on, by=by)
    return _closed(document, lines)


def take_back_alone(sale: Sale, *, on: date, reason: str, by: Any = None) -> Closed:
    """Put goods on the shelf that were sold elsewhere: at the average, else at the sale's cost."""
    pieces = _found_pieces([line for line in sale.lines if is_goods(line.product)])
    document = Return.objects.create(
        number=f"RT-{sale.number}",
        key=sale.key,
        state=State.RECEIVED,
        requested_on=on,
        received_on=on,
        reason=reason,
        user=by,
    )
    ReturnLine.objects.bulk_create(
        ReturnLine(
            returned=document,
            product_id=piece.product_id,
            quantity=piece.quantity,
            received=piece.quantity,
            restocked=piece.quantity,
            cost=piece.cost,
            lost=ZERO,
        )
        for piece in pieces
    )
    document.move_to(State.CLOSED, closed_on=on)
    if pieces:
        inventory.receive(pieces, cause=_cause(document, on=on, by=by))
    return Closed(document, {}, worth(pieces), ZERO, frozenset(piece.product_id for piece in pieces))


def _costs(line: ReturnLine) -> tuple[Decimal, Decimal]:
    """Return what kept and scrapped pieces had cost: the next slices of what the delivery line cost."""
    sent = line.delivery_line
    assert sent is not None, "only goods sold elsewhere have no delivery line, and they are closed at once"

    def part(before: int, pieces: int) -> Decimal:
        return cost_of_return(sent.cost or ZERO, sent.quantity, sent.returned + before, pieces)

    kept = line.restocked + line.damaged
    return part(0, kept), part(kept, line.scrapped)


def _write_costs(lines: Iterable[ReturnLine]) -> None:
    update_rows(
        ReturnLine._meta.db_table,
        "cost = v.column2, lost = v.column3",
        "id = v.column1",
        [(line.pk, minor(line.cost or ZERO), minor(line.lost or ZERO)) for line in lines],
    )


def _restock(document: Return, lines: Iterable[ReturnLine], *, on: date, by: Any) -> None:
    pieces = [piece for line in lines for piece in _kept(line)]
    if pieces:
        inventory.receive(pieces, cause=_cause(document, on=on, by=by))


def _kept(line: ReturnLine) -> list[Piece]:
    """Return what of a line stays here: good pieces to be sold again, damaged ones set aside."""
    if line.delivery_line is None:
        return []
    warehouse, kept = line.delivery_line.note.warehouse_id, line.restocked + line.damaged
    good = slice_of(line.cost or ZERO, kept, 0, line.restocked) if kept else ZERO
    damaged = (line.cost or ZERO) - good
    pieces = [
        Piece(line.product_id, warehouse, line.restocked, good),
        Piece(line.product_id, warehouse, line.damaged, damaged, condition=StockMove.Condition.DAMAGED),
    ]
    return [piece for piece in pieces if piece.quantity]


def _cause(document: Return, *, on: date, by: Any) -> Cause:
    return Cause("return", f"return:{document.pk}", on, reason=document.reason, by=by)


def _closed(document: Return, lines: Sequence[ReturnLine]) -> Closed:
    pieces: Pieces = defaultdict(int)
    for line in lines:
        if line.delivery_line and line.accepted:
            pieces[line.delivery_line.order_line_id] += line.accepted
    return Closed(
        document,
        pieces,
        cost=sum((line.cost or ZERO for line in lines), ZERO),
        lost=sum((line.lost or ZERO for line in lines), ZERO),
        products=frozenset(line.product_id for line in lines if line.restocked),
    )


def _found_pieces(lines: list[SaleLine]) -> list[Piece]:
    averages = inventory.average_costs([(line.product.pk, line.quantity) for line in lines])
    warehouse = inventory.main_warehouse()
    return [
        Piece(
            line.product.pk, warehouse.pk, line.quantity, line.cost_if_unknown if average is None else average
        )
        for line, average in zip(lines, averages, strict=True)
    ]
