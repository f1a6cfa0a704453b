"""Brings counters of stock back to what the moves and the delivery notes say, and keeps each correction."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from accounting.refusal import Refusal
from erp.documents.bulk import update_rows

from . import audit, services, shelf
from .counters import Counter, Difference
from .models import Backorder, CounterCorrection, StockLevel, StockValue

# What is counted over all warehouses: the table, and which column counts what.
SUMMED = {
    "partner_stockrecord": {"num_in_stock": Counter.FOR_SALE, "num_allocated": Counter.PROMISED},
    "inventory_stockvalue": {"quantity": Counter.PIECES, "value": Counter.VALUE},
}
# What is written along with them: a value that is made anew goes on from the product's last move.
ALONG_WITH = {"inventory_stockvalue": [f"last_hash = {shelf.LAST_HASH}"]}


class MovesAreBroken(Refusal):
    """The moves themselves do not go on from each other: nothing can be counted from them."""


class PromisedMoreThanIsHere(Refusal):
    """By the moves fewer pieces are here than orders were promised."""


def correct(found: Sequence[Difference], *, by: Any) -> None:
    """Write what differs, first of levels, then of what is summed from them; keep each as a correction.

    Call it with the differences as they are under lock. Raises MovesAreBroken, PromisedMoreThanIsHere.
    """
    _require_sound_moves()
    services.hold_with_room({(row.product_id, row.warehouse_id) for row in found if row.warehouse_id})
    values = {row.product_id for row in found if row.counter in (Counter.PIECES, Counter.VALUE)}
    StockValue.objects.bulk_create([StockValue(product_id=key) for key in values], ignore_conflicts=True)
    _write_levels([row for row in found if row.warehouse_id])
    _write(
        "partner_stockrecord", found, {"num_in_stock": Counter.FOR_SALE, "num_allocated": Counter.PROMISED}
    )
    _write("inventory_stockvalue", found, {"quantity": Counter.PIECES, "value": Counter.VALUE})
    _write_waiting([row for row in found if row.counter == Counter.WAITING])
    CounterCorrection.objects.bulk_create(
        [
            CounterCorrection(
                product_id=row.product_id,
                warehouse_id=row.warehouse_id or None,
                counter=row.counter,
                was=row.was,
                became=row.becomes,
                user=by,
            )
            for row in found
        ]
    )


def _require_sound_moves() -> None:
    for finding in audit.moves_go_on_from_each_other():
        raise MovesAreBroken(f"The moves themselves are damaged; restore a backup. {finding}")


def _write_levels(found: Sequence[Difference]) -> None:
    """Write all three figures of a level at once: a rule holds them together."""
    columns = {"on_hand": Counter.ON_HAND, "unavailable": Counter.SET_ASIDE, "reserved": Counter.RESERVED}
    new = {(row.product_id, row.warehouse_id, row.counter): row.becomes for row in found}
    places = {(row.product_id, row.warehouse_id) for row in found}
    levels = StockLevel.objects.filter(product__in={product for product, _ in places})
    rows = []
    for level in levels.select_related("product", "warehouse").order_by("pk"):
        place = level.product_id, level.warehouse_id
        if place in places:
            for column, counter in columns.items():
                setattr(level, column, new.get((*place, str(counter)), getattr(level, column)))
            if level.available < 0:
                kept = level.reserved + level.unavailable
                raise PromisedMoreThanIsHere(
                    f"{level.product} in {level.warehouse}: {level.on_hand} are here by the moves,"
                    f" {kept} are promised or set aside. Cancel orders first."
                )
            rows.append((level.pk, level.on_hand, level.unavailable, level.reserved))
    update_rows(
        "inventory_stocklevel",
        "on_hand = v.column2, unavailable = v.column3, reserved = v.column4",
        "id = v.column1",
        rows,
    )


def _write(table: str, found: Sequence[Difference], columns: dict[str, Counter]) -> None:
    """Write the columns of products that differ; a column that does not stays as it is."""
    changes: dict[int, dict[str, int]] = defaultdict(dict)
    for row in found:
        changes[row.product_id][row.counter] = row.becomes
    rows = [
        (product, *(part for counter in columns.values() for part in _told(new, counter)))
        for product, new in changes.items()
        if new.keys() & {str(counter) for counter in columns.values()}
    ]
    places = range(2, 2 + 2 * len(columns), 2)
    told = [
        f"{name} = CASE v.column{place} WHEN 1 THEN v.column{place + 1} ELSE {name} END"
        for name, place in zip(columns, places, strict=True)
    ]
    update_rows(
        table,
        ", ".join([*told, *ALONG_WITH.get(table, ())]),
        "product_id = v.column1",
        rows,
    )


def _told(new: dict[str, int], counter: Counter) -> tuple[int, int]:
    """Return whether a column changes, and to what."""
    return (1, new[str(counter)]) if str(counter) in new else (0, 0)


def _write_waiting(found: Sequence[Difference]) -> None:
    missing = [Backorder(product_id=row.product_id) for row in found]
    Backorder.objects.bulk_create(missing, ignore_conflicts=True)
    rows = [(row.product_id, row.becomes) for row in found]
    update_rows("inventory_backorder", "waiting = v.column2", "product_id = v.column1", rows)
