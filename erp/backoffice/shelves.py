"""The tables about a product: where it lies, what it is worth, how it moved, what it cost customers."""

from typing import Any

from erp.inventory.models import PriceChange, StockLevel, StockMove, StockValue

from . import links, ties
from .pages import Table, words

LATEST = 20


def tables(product: Any) -> list[Table]:
    """Return all of them."""
    return [levels(product), value(product), latest_moves(product), price_changes(product)]


def levels(product: Any) -> Table:
    """Return how much of a product lies in each warehouse."""
    rows = [
        (level.warehouse.name, level.bin, level.on_hand, level.reserved, level.unavailable, level.available)
        for level in StockLevel.objects.filter(product=product).select_related("warehouse").order_by("pk")
    ]
    columns = ("Warehouse", "Bin", "On hand", "Reserved", "Set aside", "Available")
    return Table("Stock", columns, rows, "inventory.view_stocklevel")


def value(product: Any) -> Table:
    """Return what all pieces of a product have cost."""
    rows = [(row.quantity, row.value) for row in StockValue.objects.filter(product=product)]
    return Table("Value at moving average", ("Quantity", "Value"), rows, "inventory.view_stockvalue")


def latest_moves(product: Any) -> Table:
    """Return the latest moves of a product."""
    found = StockMove.objects.filter(product=product).select_related("warehouse", "user").order_by("-pk")
    rows = [
        (
            links.to(move, words(move.moved_on)),
            move.get_kind_display(),
            move.warehouse.name,
            move.quantity,
            move.value,
            links.to_source(move.source_key),
            move.reason,
            move.user,
        )
        for move in found[:LATEST]
    ]
    columns = ("Date", "Kind", "Warehouse", "Quantity", "Value", "Caused by", "Reason", "By")
    return Table(f"Stock moves (latest {LATEST})", columns, rows, "inventory.view_stockmove")


def price_changes(product: Any) -> Table:
    """Return the prices a product had."""
    found = PriceChange.objects.filter(product=product).select_related("user").order_by("-pk")
    rows = [(change.changed_at, change.old, change.new, change.user) for change in found[:LATEST]]
    columns = ("Changed", "Before", "After", "By")
    return Table(f"Price changes (latest {LATEST})", columns, rows, "inventory.view_pricechange")


def entry_of(source_key: str) -> Table:
    """Return the journal entry behind a move."""
    return ties.entries([source_key])
