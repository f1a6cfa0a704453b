"""The locked rows behind a stock change, and the statements that write them.

Rows are locked in one order everywhere (record, level, value; each by product), so that no two
callers wait for each other in a circle. Each write is one statement whatever the number of products,
and its condition repeats the check: a row that no longer allows the change makes the count differ.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Sum
from oscar.core.loading import get_model

from accounting import periods
from accounting.models import PeriodChange
from accounting.money import ZERO, minor
from erp.documents.bulk import update_rows

from .models import StockLevel, StockMove, StockValue
from .sealing import next_hash

StockRecord = get_model("partner", "StockRecord")

LAST_HASH = (
    "(SELECT m.hash FROM inventory_stockmove m WHERE m.product_id = v.column1 ORDER BY m.id DESC LIMIT 1)"
)


class StockMovedMeanwhile(Exception):
    """Rows that were locked and checked did not take the change: a bug, never a user's fault."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """The rows of some products, held until the transaction ends."""

    records: dict[int, Any]
    levels: dict[int, list[StockLevel]]
    values: dict[int, StockValue]

    def level(self, product: int, warehouse: int) -> StockLevel | None:
        """Return where a product lies in a warehouse, if it ever did."""
        rows = self.levels.get(product, ())
        return next((row for row in rows if row.warehouse_id == warehouse), None)


@dataclass(frozen=True, slots=True)
class Cause:
    """Why stock moves: the kind, the document that caused it, the day, the reason and the person."""

    kind: str
    source_key: str
    on: date
    reason: str = ""
    by: Any = None


@dataclass(frozen=True, slots=True)
class Change:
    """What happens to a product in a warehouse: every figure is added to what is there.

    `value` is added to the product's worth. Pieces that are set aside have a condition.
    """

    product_id: int
    warehouse_id: int
    quantity: int = 0
    value: Decimal = ZERO
    reserved: int = 0
    unavailable: int = 0
    condition: str = ""

    @property
    def is_move(self) -> bool:
        return bool(self.quantity or self.unavailable or self.value)


def hold(products: Iterable[int]) -> Shelf:
    """Lock the records, levels and values of products."""
    wanted = sorted(set(products))
    records = hold_records(wanted)
    levels = hold_levels(wanted)
    rows = StockValue.objects.select_for_update(no_key=True).filter(product_id__in=wanted)
    return Shelf(records, levels, {row.product_id: row for row in rows.order_by("product_id")})


def hold_records(products: Sequence[int]) -> dict[int, Any]:
    """Lock what the shop sells from. A plain FOR UPDATE would block adding the product to a basket."""
    rows = StockRecord.objects.select_for_update(no_key=True, of=("self",))
    rows = rows.filter(product_id__in=products).order_by("product_id", "id")
    return {row.product_id: row for row in rows}


def hold_levels(products: Sequence[int]) -> dict[int, list[StockLevel]]:
    """Lock the levels; first the warehouse that serves first, of two alike the one that has more."""
    rows = StockLevel.objects.select_for_update(no_key=True, of=("self",)).select_related("warehouse")
    levels: dict[int, list[StockLevel]] = {}
    for row in rows.filter(product_id__in=products).order_by("product_id", "id"):
        levels.setdefault(row.product_id, []).append(row)
    for found in levels.values():
        found.sort(key=lambda level: (level.warehouse.priority, -level.available, level.warehouse_id))
    return levels


def set_aside_so(places: Iterable[tuple[int, int, str]]) -> dict[tuple[int, int, str], int]:
    """Return how many pieces are set aside of each product, warehouse and condition."""
    wanted = set(places)
    if not wanted:
        return {}
    moves = StockMove.objects.filter(product__in={product for product, *_ in wanted}).exclude(condition="")
    sums = moves.order_by().values_list("product", "warehouse", "condition").annotate(Sum("unavailable"))
    found = {(product, warehouse, condition): total for product, warehouse, condition, total in sums}
    return {place: found.get(place, 0) for place in wanted}


def write(changes: Sequence[Change], held: Shelf, *, cause: Cause | None = None) -> None:
    """Write changes of locked rows: the moves first, then all that they change. Only promises need no cause.

    The database refuses another order: see `guards`.
    """
    moves = [change for change in changes if change.is_move]
    if moves:
        assert cause is not None, "what moves has a cause"
        _write_moves(moves, held, cause=cause)
    levels: dict[int, list[int]] = defaultdict(lambda: [0, 0, 0])
    records: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    for change in changes:
        level = held.level(change.product_id, change.warehouse_id)
        if level is None:
            raise StockMovedMeanwhile("a product has no level where it is to lie")
        _add(levels[level.pk], change.quantity, change.reserved, change.unavailable)
        _add(records[change.product_id], change.quantity - change.unavailable, change.reserved)
        level.on_hand += change.quantity
        level.reserved += change.reserved
        level.unavailable += change.unavailable
    _write_levels(levels)
    _write_records(records)
    if moves:
        _write_values({change.product_id: held.values[change.product_id] for change in moves})


def write_waiting(changes: dict[int, int], *, beyond: bool = False) -> None:
    """Change how many pieces of products are waited for, no more than allowed unless told otherwise."""
    within = "" if beyond else " AND (v.column2 <= 0 OR waiting + v.column2 <= allowed)"
    _write(
        "inventory_backorder",
        "waiting = waiting + v.column2",
        f"product_id = v.column1 AND waiting + v.column2 >= 0{within}",
        [(product, pieces) for product, pieces in changes.items() if pieces],
    )


def _add(sums: list[int], *parts: int) -> None:
    for place, part in enumerate(parts):
        sums[place] += part


def _write_moves(changes: Sequence[Change], held: Shelf, *, cause: Cause) -> None:
    """Write moves one after the other, each with what is there after it. Held values are brought along.

    What moved in a month that is closed for stock moved in the next, as its entry says.
    """
    day = periods.open_day(cause.on, PeriodChange.Area.STOCK)
    on_hand: dict[tuple[int, int], int] = {}
    aside: dict[tuple[int, int], int] = {}
    rows = []
    for change in changes:
        place = (change.product_id, change.warehouse_id)
        level, stock = held.level(*place), held.values[change.product_id]
        if level is None:
            raise StockMovedMeanwhile("a product has no level where it is to lie")
        on_hand[place] = on_hand.get(place, level.on_hand) + change.quantity
        aside[place] = aside.get(place, level.unavailable) + change.unavailable
        stock.quantity += change.quantity
        stock.value += change.value
        move = StockMove(
            product_id=change.product_id,
            warehouse_id=change.warehouse_id,
            kind=cause.kind,
            quantity=change.quantity,
            unavailable=change.unavailable,
            condition=change.condition,
            value=change.value,
            on_hand_after=on_hand[place],
            unavailable_after=aside[place],
            value_after=stock.value,
            source_key=cause.source_key,
            reason=cause.reason,
            moved_on=day,
            user=cause.by,
        )
        move.hash = stock.last_hash = next_hash(stock.last_hash, move)
        rows.append(move)
    StockMove.objects.bulk_create(rows)


def _write_levels(changes: dict[int, list[int]]) -> None:
    _write(
        "inventory_stocklevel",
        "on_hand = on_hand + v.column2, reserved = reserved + v.column3,"
        " unavailable = unavailable + v.column4",
        "id = v.column1 AND reserved + v.column3 >= 0 AND unavailable + v.column4 >= 0"
        " AND reserved + v.column3 + unavailable + v.column4 <= on_hand + v.column2",
        [(level, *deltas) for level, deltas in changes.items()],
    )


def _write_records(changes: dict[int, list[int]]) -> None:
    _write(
        "partner_stockrecord",
        "num_in_stock = COALESCE(num_in_stock, 0) + v.column2,"
        " num_allocated = COALESCE(num_allocated, 0) + v.column3",
        "product_id = v.column1 AND COALESCE(num_allocated, 0) + v.column3 >= 0"
        " AND COALESCE(num_allocated, 0) + v.column3 <= COALESCE(num_in_stock, 0) + v.column2",
        [(product, *deltas) for product, deltas in changes.items() if any(deltas)],
    )


def _write_values(rows: dict[int, StockValue]) -> None:
    _write(
        "inventory_stockvalue",
        f"quantity = v.column2, value = v.column3, last_hash = {LAST_HASH}",
        "product_id = v.column1",
        [(product, row.quantity, minor(row.value)) for product, row in rows.items()],
    )


def _write(table: str, assignments: str, condition: str, rows: list[tuple]) -> None:
    changed = update_rows(table, assignments, condition, rows)
    if changed != len(rows):
        raise StockMovedMeanwhile(f"{table}: {changed} of {len(rows)} rows took the change")
