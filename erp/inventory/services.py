"""Issue, receive, lose and set aside stock, and set prices. What is promised to orders: `promising`.

Nothing else writes these rows. Every caller is inside a transaction of the chain. Quantities are
whole pieces, values are money; the rules of the moving average are those of `valuation`.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from oscar.core.loading import get_model

from accounting.money import ZERO, money
from accounting.refusal import Refusal

from . import shelf, valuation
from .models import PriceChange, StockLevel, StockValue, Warehouse
from .shelf import Cause, Change, Shelf

Product = get_model("catalogue", "Product")
StockRecord = get_model("partner", "StockRecord")
Partner = get_model("partner", "Partner")

__all__ = ["Cause"]


class OutOfStock(Refusal):
    """Less is available than was asked for."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A quantity of a product that moves in or out of a warehouse. `cost` is for all of it.

    `waits` of a promised quantity are not here yet. What comes in with a condition is set aside.
    """

    product_id: int
    warehouse_id: int
    quantity: int
    cost: Decimal | None = None
    waits: int = 0
    condition: str = ""


def issue(pieces: Sequence[Piece], *, cause: Cause) -> list[Decimal]:
    """Take promised pieces off the shelf; return what each of them cost, at moving average."""
    held = shelf.hold(piece.product_id for piece in pieces)
    costs = _costs_of_issue(pieces, held)
    shelf.write(
        [
            Change(
                piece.product_id, piece.warehouse_id, -piece.quantity, value=-cost, reserved=-piece.quantity
            )
            for piece, cost in zip(pieces, costs, strict=True)
        ],
        held,
        cause=cause,
    )
    return costs


def receive(pieces: Sequence[Piece], *, cause: Cause) -> Decimal:
    """Put pieces on the shelf at the cost they carry, or at the average; return what all are worth."""
    held = hold_with_room({(piece.product_id, piece.warehouse_id) for piece in pieces})
    stock = {product: (row.quantity, row.value) for product, row in held.values.items()}
    changes = []
    for piece in pieces:
        quantity, value = stock[piece.product_id]
        cost = piece.cost
        if cost is None:
            cost = valuation.cost_of_gain(quantity, value, piece.quantity)
        stock[piece.product_id] = quantity + piece.quantity, value + cost
        aside = piece.quantity if piece.condition else 0
        changes.append(
            Change(piece.product_id, piece.warehouse_id, piece.quantity, cost, 0, aside, piece.condition)
        )
    shelf.write(changes, held, cause=cause)
    return sum((change.value for change in changes), ZERO)


def lose(pieces: Sequence[Piece], *, cause: Cause) -> list[Decimal]:
    """Take pieces off the shelf that nobody was promised; return what each of them cost.

    Pieces with a condition are taken from those that are set aside so. Raises OutOfStock.
    """
    held = shelf.hold(piece.product_id for piece in pieces)
    require_free(pieces, held)
    costs = _costs_of_issue(pieces, held)
    shelf.write(
        [
            Change(
                piece.product_id,
                piece.warehouse_id,
                -piece.quantity,
                value=-cost,
                unavailable=-piece.quantity if piece.condition else 0,
                condition=piece.condition,
            )
            for piece, cost in zip(pieces, costs, strict=True)
        ],
        held,
        cause=cause,
    )
    return costs


def set_aside(pieces: Sequence[Piece], *, cause: Cause, free: bool = False) -> None:
    """Keep pieces on hand from being sold, or free those of a condition again. Raises OutOfStock."""
    held = shelf.hold(piece.product_id for piece in pieces)
    require_free([piece if free else _plain(piece) for piece in pieces], held)
    sign = -1 if free else 1
    shelf.write(
        [
            Change(
                piece.product_id,
                piece.warehouse_id,
                unavailable=sign * piece.quantity,
                condition=piece.condition,
            )
            for piece in pieces
        ],
        held,
        cause=cause,
    )


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
    set_prices([(record, price)], by=by)


def set_prices(changes: Sequence[tuple[Any, Decimal | None]], *, by: Any = None) -> None:
    """Change what products cost from now on, and keep what they did cost. Three statements."""
    known = hold_prices(record.product_id for record, _ in changes)
    different = [(record, price) for record, price in changes if known[record.pk].price != price]
    for record, price in different:
        record.price = price
    StockRecord.objects.bulk_update([record for record, _ in different], ["price"])
    PriceChange.objects.bulk_create(
        PriceChange(
            product_id=record.product_id,
            old=None if known[record.pk].price is None else money(known[record.pk].price),
            new=None if price is None else money(price),
            user=by,
        )
        for record, price in different
    )


def hold_prices(products: Iterable[int]) -> dict[int, Any]:
    """Lock what products are sold from, so that their prices stay as they are; return it by its key."""
    records = shelf.hold_records(sorted(set(products)))
    return {record.pk: record for record in records.values()}


def title(product: int) -> str:
    """Return a product's title in quotes, whatever became of it meanwhile."""
    found = Product.objects.select_related("parent").filter(pk=product).first()
    return f"'{found.get_title()}'" if found else "A product that is no longer there"


def available(record: Any) -> int:
    """Return how many pieces can still be sold."""
    return (record.num_in_stock or 0) - (record.num_allocated or 0)


def company_partner() -> Any:
    """Return the one partner all stock records belong to: the company itself."""
    return Partner.objects.get(code="company")


def main_warehouse() -> Warehouse:
    """Return the warehouse that serves first."""
    return Warehouse.objects.filter(is_transit=False).order_by("priority", "pk")[0]


def hold_warehouse(warehouse: Warehouse) -> Warehouse:
    """Lock a warehouse, so that of two who ask for the same change the second sees the first one's."""
    return Warehouse.objects.select_for_update(no_key=True).get(pk=warehouse.pk)


def _costs_of_issue(pieces: Sequence[Piece], held: Shelf) -> list[Decimal]:
    """Return what each piece costs, one after the other, at moving average."""
    stock = {product: (row.quantity, row.value) for product, row in held.values.items()}
    costs = []
    for piece in pieces:
        quantity, value = stock[piece.product_id]
        cost = valuation.cost_of_issue(quantity, value, piece.quantity)
        stock[piece.product_id] = quantity - piece.quantity, value - cost
        costs.append(cost)
    return costs


def require_free(pieces: Sequence[Piece], held: Shelf) -> None:
    """Raise OutOfStock unless all pieces lie where they are to be taken from, promised to nobody."""
    taken: dict[tuple[int, int, str], int] = defaultdict(int)
    for piece in pieces:
        taken[piece.product_id, piece.warehouse_id, piece.condition] += piece.quantity
    aside = shelf.set_aside_so(place for place in taken if place[2])
    for (product, warehouse, condition), quantity in taken.items():
        level = held.level(product, warehouse)
        here = level.available if level else 0
        free = aside[product, warehouse, condition] if condition else here
        if quantity > free:
            why = f"only so many are {condition}" if condition else "the rest is promised"
            raise OutOfStock(f"Only {free} of {title(product)} can be taken off: {why}.")


def _plain(piece: Piece) -> Piece:
    return Piece(piece.product_id, piece.warehouse_id, piece.quantity)


def hold_with_room(places: set[tuple[int, int]]) -> Shelf:
    """Lock products, by product and warehouse; what was never there gets its rows.

    Records come first, as always: who waited for somebody's new row with a record in his hands, while that
    one waits for the record, would wait for ever.
    """
    products = sorted({product for product, _ in places})
    held = shelf.hold(products)
    if all(held.level(*place) and place[0] in held.values for place in places):
        return held
    StockLevel.objects.bulk_create(
        [StockLevel(product_id=product, warehouse_id=warehouse) for product, warehouse in sorted(places)],
        ignore_conflicts=True,
    )
    StockValue.objects.bulk_create(
        [StockValue(product_id=product) for product in products], ignore_conflicts=True
    )
    return shelf.hold(products)
