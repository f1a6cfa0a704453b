"""The locked rows behind a stock change, and the statements that write them.

Rows are locked in one order everywhere (record, level, value; each by product), so that no two
callers wait for each other in a circle. Each write is one statement whatever the number of products,
and its condition repeats the check: a row that no longer allows the change makes the count differ.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from oscar.core.loading import get_model

from accounting.money import minor
from erp.documents.bulk import update_rows

from .models import StockLevel, StockValue

StockRecord = get_model("partner", "StockRecord")


class StockMovedMeanwhile(Exception):
    """Rows that were locked and checked did not take the change: a bug, never a user's fault."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """The rows of some products, held until the transaction ends."""

    records: dict[int, Any]
    levels: dict[int, list[StockLevel]]
    values: dict[int, StockValue]


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
    """Lock the levels, first the warehouse that serves first."""
    rows = StockLevel.objects.select_for_update(no_key=True, of=("self",)).select_related("warehouse")
    levels: dict[int, list[StockLevel]] = {}
    for row in rows.filter(product_id__in=products).order_by("product_id", "id"):
        levels.setdefault(row.product_id, []).append(row)
    for found in levels.values():
        found.sort(key=lambda level: (level.warehouse.priority, level.warehouse_id))
    return levels


def write_records(changes: dict[int, tuple[int, int]]) -> None:
    """Change what the shop sells from: product -> (in stock, allocated), both relative."""
    _write(
        "partner_stockrecord",
        "num_in_stock = COALESCE(num_in_stock, 0) + v.column2,"
        " num_allocated = COALESCE(num_allocated, 0) + v.column3",
        "product_id = v.column1 AND COALESCE(num_allocated, 0) + v.column3 >= 0"
        " AND COALESCE(num_allocated, 0) + v.column3 <= COALESCE(num_in_stock, 0) + v.column2",
        [(product, *deltas) for product, deltas in changes.items()],
    )


def write_levels(changes: dict[int, tuple[int, int]]) -> None:
    """Change what lies in warehouses: level -> (on hand, reserved), both relative."""
    _write(
        "inventory_stocklevel",
        "on_hand = on_hand + v.column2, reserved = reserved + v.column3",
        "id = v.column1 AND reserved + v.column3 >= 0 AND reserved + v.column3 <= on_hand + v.column2",
        [(level, *deltas) for level, deltas in changes.items()],
    )


def write_values(changes: dict[int, tuple[int, Decimal]]) -> None:
    """Set quantity and value of products to what was computed from the locked rows."""
    _write(
        "inventory_stockvalue",
        "quantity = v.column2, value = v.column3",
        "product_id = v.column1",
        [(product, quantity, minor(value)) for product, (quantity, value) in changes.items()],
    )


def _write(table: str, assignments: str, condition: str, rows: list[tuple]) -> None:
    changed = update_rows(table, assignments, condition, rows)
    if changed != len(rows):
        raise StockMovedMeanwhile(f"{table}: {changed} of {len(rows)} rows took the change")
