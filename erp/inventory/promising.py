"""Promises stock to orders: reserves what is here, lets wait what is not, and keeps both for whom it is.

Who comes before whom says `free`. Every caller is inside a transaction of the chain.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from accounting.refusal import Refusal

from . import holds, shelf
from .free import free, require
from .models import Backorder, StockLevel
from .services import Piece, main_warehouse, title
from .shelf import Change, Shelf


class NotSold(Refusal):
    """A product cannot be bought here: it has no price and stock record."""


@dataclass(frozen=True, slots=True)
class Allocation:
    """A quantity of a product that one warehouse is to send. `waits` of it are not here yet."""

    product_id: int
    warehouse_id: int
    quantity: int
    waits: int = 0


def reserve(
    wanted: dict[int, int],
    *,
    services: frozenset[int] = frozenset(),
    key: str = "",
    now: datetime | None = None,
) -> tuple[dict[int, Any], list[Allocation]]:
    """Promise quantities by product, from the warehouse that serves first; return the held records too.

    Services (products whose class does not track stock) are only looked up. What others hold at the moment
    is theirs; with no moment nobody's hold counts. What is not here waits, where the product may. The hold
    with the key has served. Raises OutOfStock, NotSold.
    """
    records = shelf.hold_records(sorted(wanted))
    for product in sorted(wanted.keys() - records.keys()):
        raise NotSold(f"{title(product)} is not for sale.")
    goods = {product: wanted[product] for product in sorted(wanted.keys() - services)}
    if not goods:
        return records, []
    levels = shelf.hold_levels(list(goods))
    found = free(goods, key=key, now=now)
    for product, quantity in goods.items():
        require(product, quantity, found[product])
    missing = {product: max(quantity - found[product].here, 0) for product, quantity in goods.items()}
    parts = [
        part
        for product, quantity in goods.items()
        for part in _split(quantity - missing[product], levels.get(product, []))
    ]
    shelf.write(
        [Change(level.product_id, level.warehouse_id, reserved=pieces) for level, pieces in parts],
        Shelf(records, levels, {}),
    )
    allocated = [Allocation(level.product_id, level.warehouse_id, pieces) for level, pieces in parts]
    if any(missing.values()):
        shelf.write_waiting(missing)
        allocated = _with_waiting(allocated, missing)
    if key:
        holds.end(key)
    return records, allocated


def release(pieces: Sequence[Piece]) -> None:
    """Take back promises that will not be kept, of what is here and of what is still to come."""
    products = sorted({piece.product_id for piece in pieces})
    held = Shelf(shelf.hold_records(products), shelf.hold_levels(products), {})
    shelf.write(
        [
            Change(piece.product_id, piece.warehouse_id, reserved=piece.waits - piece.quantity)
            for piece in pieces
            if piece.quantity > piece.waits
        ],
        held,
    )
    waiting: dict[int, int] = defaultdict(int)
    for piece in pieces:
        waiting[piece.product_id] -= piece.waits
    shelf.write_waiting(waiting)


def let_wait(pieces: Sequence[Piece]) -> None:
    """Have promised pieces wait that are not here after all, more than may wait if need be."""
    products = sorted({piece.product_id for piece in pieces})
    held = Shelf(shelf.hold_records(products), shelf.hold_levels(products), {})
    waiting: dict[int, int] = defaultdict(int)
    for piece in pieces:
        waiting[piece.product_id] += piece.quantity
    Backorder.objects.bulk_create([Backorder(product_id=key) for key in products], ignore_conflicts=True)
    shelf.write(
        [Change(piece.product_id, piece.warehouse_id, reserved=-piece.quantity) for piece in pieces], held
    )
    shelf.write_waiting(waiting, beyond=True)


@dataclass(frozen=True, slots=True)
class Wish:
    """Pieces that a delivery note of a warehouse waits for."""

    product_id: int
    warehouse_id: int
    pieces: int


def grant(wishes: Sequence[Wish], *, now: datetime) -> list[dict[int, int]]:
    """Promise what has come to those who wait, the first first; return for each the pieces by warehouse.

    What shoppers hold at the moment stays theirs.
    """
    products = sorted({wish.product_id for wish in wishes})
    held = Shelf(shelf.hold_records(products), shelf.hold_levels(products), {})
    unheld = {product: found.unheld for product, found in free(products, now=now).items()}
    grants: list[dict[int, int]] = []
    changes: list[Change] = []
    waiting: dict[int, int] = defaultdict(int)
    left = {level.pk: level.available for levels in held.levels.values() for level in levels}
    for wish in wishes:
        given: dict[int, int] = {}
        grants.append(given)
        for level in _nearest(held, wish):
            wanted = wish.pieces - sum(given.values())
            pieces = min(wanted, unheld[wish.product_id], left[level.pk])
            if pieces > 0:
                given[level.warehouse_id] = pieces
                unheld[wish.product_id] -= pieces
                left[level.pk] -= pieces
                waiting[wish.product_id] -= pieces
                changes.append(Change(wish.product_id, level.warehouse_id, reserved=pieces))
    shelf.write(changes, held)
    shelf.write_waiting(waiting)
    return grants


def _nearest(held: Shelf, wish: Wish) -> list[StockLevel]:
    """Return the levels of a product, first that of the warehouse that waits for it."""
    levels = held.levels.get(wish.product_id, [])
    return sorted(levels, key=lambda level: level.warehouse_id != wish.warehouse_id)


def _split(quantity: int, levels: list[StockLevel]) -> Iterable[tuple[StockLevel, int]]:
    for level in levels:
        taken = min(quantity, level.available)
        if taken > 0:
            yield level, taken
            quantity -= taken
    if quantity > 0:
        raise shelf.StockMovedMeanwhile("the levels hold less than the stock record says")


def _with_waiting(found: list[Allocation], missing: dict[int, int]) -> list[Allocation]:
    """Add what is still to come to what its order is sent anyway, or to the warehouse that serves first."""
    place = found[0].warehouse_id if found else main_warehouse().pk
    own = {part.product_id: part for part in reversed(found)}
    late = {}
    for product, pieces in missing.items():
        part = own.get(product, Allocation(product, place, 0))
        if pieces:
            late[product] = Allocation(product, part.warehouse_id, part.quantity + pieces, pieces)
    kept = [part for part in found if not (part.product_id in late and own[part.product_id] is part)]
    return kept + list(late.values())
