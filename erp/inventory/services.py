"""Reserve, release, issue, receive, take back and adjust stock, and set prices.

Nothing else writes these rows. Every caller is inside a transaction of the chain. Quantities are
whole pieces, values are money; the rules of the moving average are those of `valuation`.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from oscar.core.loading import get_model

from accounting.money import ZERO, money
from accounting.refusal import Refusal

from . import shelf, valuation
from .models import PriceChange, StockLevel, StockMove, StockValue, Warehouse

Product = get_model("catalogue", "Product")
StockRecord = get_model("partner", "StockRecord")
Partner = get_model("partner", "Partner")


class OutOfStock(Refusal):
    """Less is available than was asked for."""


class NotSold(Refusal):
    """A product cannot be bought here: it has no price and stock record."""


@dataclass(frozen=True, slots=True)
class Allocation:
    """A quantity of a product promised from one warehouse."""

    product_id: int
    warehouse_id: int
    quantity: int


@dataclass(frozen=True, slots=True)
class Piece:
    """A quantity of a product that moves in or out of a warehouse. `cost` is for all of it."""

    product_id: int
    warehouse_id: int
    quantity: int
    cost: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Cause:
    """Why stock moves: the kind, the document that caused it, the day, the reason and the person."""

    kind: str
    source_key: str
    on: date
    reason: str = ""
    by: Any = None


def reserve(
    wanted: dict[int, int], *, services: frozenset[int] = frozenset()
) -> tuple[dict[int, Any], list[Allocation]]:
    """Promise quantities by product, from the warehouse that serves first; return the held records too.

    Services (products whose class does not track stock) are only looked up. Raises OutOfStock, NotSold.
    """
    records = shelf.hold_records(sorted(wanted))
    for product in sorted(wanted.keys() - records.keys()):
        raise NotSold(f"{_title(product)} is not for sale.")
    goods = {product: wanted[product] for product in sorted(wanted.keys() - services)}
    for product, quantity in goods.items():
        _refuse_if_short(records[product], quantity)
    levels = shelf.hold_levels(list(goods)) if goods else {}
    parts = [
        part for product, quantity in goods.items() for part in _split(quantity, levels.get(product, []))
    ]
    shelf.write_records({product: (0, quantity) for product, quantity in goods.items()})
    shelf.write_levels({level.pk: (0, quantity) for level, quantity in parts})
    return records, [Allocation(level.product_id, level.warehouse_id, quantity) for level, quantity in parts]


def release(pieces: Sequence[Piece]) -> None:
    """Take back promises that will not be kept."""
    products = sorted({piece.product_id for piece in pieces})
    shelf.hold_records(products)
    levels = shelf.hold_levels(products)
    _write_quantities(pieces, levels, on_hand=0, reserved=-1)


def issue(pieces: Sequence[Piece], *, cause: Cause) -> list[Decimal]:
    """Take promised pieces off the shelf; return what each of them cost, at moving average."""
    held = shelf.hold(piece.product_id for piece in pieces)
    costs = []
    for piece in pieces:
        stock = held.values[piece.product_id]
        cost = valuation.cost_of_issue(stock.quantity, stock.value, piece.quantity)
        stock.quantity -= piece.quantity
        stock.value -= cost
        costs.append(cost)
    _write_quantities(pieces, held.levels, on_hand=-1, reserved=-1)
    _write_values(held)
    _note_moves(pieces, [-cost for cost in costs], cause=cause, sign=-1)
    return costs


def receive(pieces: Sequence[Piece], *, cause: Cause) -> Decimal:
    """Put pieces on the shelf at the cost they carry, or at the average; return what all are worth."""
    _make_room(pieces)
    held = shelf.hold(piece.product_id for piece in pieces)
    costs = []
    for piece in pieces:
        stock = held.values[piece.product_id]
        cost = piece.cost
        if cost is None:
            cost = valuation.cost_of_gain(stock.quantity, stock.value, piece.quantity)
        stock.quantity += piece.quantity
        stock.value += cost
        costs.append(cost)
    _write_quantities(pieces, held.levels, on_hand=1, reserved=0)
    _write_values(held)
    _note_moves(pieces, costs, cause=cause, sign=1)
    return sum(costs, ZERO)


def lose(piece: Piece, *, cause: Cause) -> Decimal:
    """Take pieces off the shelf that nobody was promised; return what they cost. Raises OutOfStock."""
    held = shelf.hold([piece.product_id])
    record = held.records.get(piece.product_id)
    levels = [row for row in held.levels.get(piece.product_id, []) if row.warehouse_id == piece.warehouse_id]
    free = min(available(record) if record else 0, levels[0].available if levels else 0)
    if piece.quantity > free:
        raise OutOfStock(f"Only {free} of {_title(piece.product_id)} can be taken off: the rest is promised.")
    stock = held.values[piece.product_id]
    cost = valuation.cost_of_issue(stock.quantity, stock.value, piece.quantity)
    stock.quantity -= piece.quantity
    stock.value -= cost
    _write_quantities([piece], held.levels, on_hand=-1, reserved=0)
    _write_values(held)
    _note_moves([piece], [-cost], cause=cause, sign=-1)
    return cost


def worth(pieces: Iterable[Piece]) -> Decimal:
    """Return what pieces cost together."""
    return sum((piece.cost or ZERO for piece in pieces), ZERO)


def average_costs(pieces: Sequence[tuple[int, int]]) -> list[Decimal | None]:
    """Return what each quantity of a product is worth at today's average, or None where nothing is here."""
    rows = StockValue.objects.filter(product__in={product for product, _ in pieces}, quantity__gt=0)
    stock = {row.product_id: (row.quantity, row.value) for row in rows}
    return [
        valuation.cost_of_gain(*stock[product], quantity) if product in stock else None
        for product, quantity in pieces
    ]


def set_price(record: Any, price: Decimal | None, *, by: Any = None) -> None:
    """Change what a product costs from now on, and keep what it did cost."""
    known = StockRecord.objects.select_for_update().get(pk=record.pk).price
    if known == price:
        return
    StockRecord.objects.filter(pk=record.pk).update(price=price)
    PriceChange.objects.create(
        product_id=record.product_id,
        old=None if known is None else money(known),
        new=None if price is None else money(price),
        user=by,
    )
    record.price = price


def available(record: Any) -> int:
    """Return how many pieces can still be sold."""
    return (record.num_in_stock or 0) - (record.num_allocated or 0)


def company_partner() -> Any:
    """Return the one partner all stock records belong to: the company itself."""
    return Partner.objects.get(code="company")


def main_warehouse() -> Warehouse:
    """Return the warehouse that serves first."""
    return Warehouse.objects.order_by("priority", "pk")[0]


def hold_warehouse(warehouse: Warehouse) -> Warehouse:
    """Lock a warehouse, so that of two who ask for the same change the second sees the first one's."""
    return Warehouse.objects.select_for_update(no_key=True).get(pk=warehouse.pk)


def _refuse_if_short(record: Any, quantity: int) -> None:
    left = max(available(record), 0)
    if quantity > left:
        title = _title(record.product_id)
        raise OutOfStock(
            f"Only {left} of {title} {'is' if left == 1 else 'are'} left."
            if left
            else f"{title} is sold out."
        )


def _split(quantity: int, levels: list[StockLevel]) -> Iterable[tuple[StockLevel, int]]:
    for level in levels:
        taken = min(quantity, level.available)
        if taken > 0:
            yield level, taken
            quantity -= taken
    if quantity > 0:
        raise shelf.StockMovedMeanwhile("the levels hold less than the stock record says")


def _make_room(pieces: Sequence[Piece]) -> None:
    """Give products that were never here their rows."""
    StockLevel.objects.bulk_create(
        [
            StockLevel(product_id=key[0], warehouse_id=key[1])
            for key in sorted({(p.product_id, p.warehouse_id) for p in pieces})
        ],
        ignore_conflicts=True,
    )
    StockValue.objects.bulk_create(
        [StockValue(product_id=product) for product in sorted({piece.product_id for piece in pieces})],
        ignore_conflicts=True,
    )


def _write_quantities(
    pieces: Sequence[Piece], levels: dict[int, list[StockLevel]], *, on_hand: int, reserved: int
) -> None:
    """Change records and levels by the pieces' quantities, times the two factors."""
    by_product: dict[int, int] = defaultdict(int)
    by_level: dict[int, int] = defaultdict(int)
    keys = {(row.product_id, row.warehouse_id): row.pk for rows in levels.values() for row in rows}
    for piece in pieces:
        by_product[piece.product_id] += piece.quantity
        by_level[keys[piece.product_id, piece.warehouse_id]] += piece.quantity
    shelf.write_records({product: (on_hand * n, reserved * n) for product, n in by_product.items()})
    shelf.write_levels({level: (on_hand * n, reserved * n) for level, n in by_level.items()})


def _write_values(held: shelf.Shelf) -> None:
    shelf.write_values({product: (row.quantity, row.value) for product, row in held.values.items()})


def _note_moves(pieces: Sequence[Piece], costs: Sequence[Decimal], *, cause: Cause, sign: int) -> None:
    StockMove.objects.bulk_create(
        StockMove(
            product_id=piece.product_id,
            warehouse_id=piece.warehouse_id,
            kind=cause.kind,
            quantity=sign * piece.quantity,
            value=cost,
            source_key=cause.source_key,
            reason=cause.reason,
            moved_on=cause.on,
            user=cause.by,
        )
        for piece, cost in zip(pieces, costs, strict=True)
    )


def _title(product: int) -> str:
    """Return a product's title in quotes, whatever became of it meanwhile."""
    found = Product.objects.select_related("parent").filter(pk=product).first()
    return f"'{found.get_title()}'" if found else "A product that is no longer there"
