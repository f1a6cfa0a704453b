"""The tables of a stocktake: what differs and what that is worth, and what is still to be counted."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import F, QuerySet
from oscar.core.loading import get_model

from accounting.money import ZERO, money
from erp.inventory.counted import due
from erp.inventory.models import StockLevel, Stocktake, StocktakeLine, StockValue

from . import count_sheets, links
from .pages import Table

Product = get_model("catalogue", "Product")
SHOWN = 200


def chosen(said: Mapping[str, Any], *, today: date) -> list[int] | None:
    """Return the products that a form wants counted, or None for all of the warehouse."""
    levels = StockLevel.objects.filter(warehouse=said["warehouse"])
    if said["due"]:
        levels = due(levels, today=today)
    if said["bins"]:
        levels = levels.filter(bin__istartswith=said["bins"].strip())
    if said["category"]:
        levels = levels.filter(product__in=_of_category(said["category"]))
    if not (said["due"] or said["bins"] or said["category"]):
        return None
    return list(levels.order_by("product_id").values_list("product_id", flat=True))


def that_differ(stocktake: Stocktake) -> QuerySet[StocktakeLine]:
    """Return the counted lines that differ."""
    lines = StocktakeLine.objects.filter(stocktake=stocktake, counted__isnull=False)
    return lines.exclude(counted=F("known")).order_by("pk")


def differences(stocktake: Stocktake) -> Table:
    """Return what differs, with its value: posted, or at today's average."""
    lines = that_differ(stocktake)
    count = lines.count()
    shown = count_sheets.rows(
        stocktake, lines.filter(pk__in=list(lines.values_list("pk", flat=True)[:SHOWN]))
    )
    worth = values([row.line for row in shown])
    rows = [
        (
            row.bin,
            row.sku,
            links.to(row.line, row.title),
            row.line.expected,
            row.line.moved,
            row.line.counted,
            row.line.difference,
            worth[row.line.pk],
            row.line.rounds,
        )
        for row in shown
    ]
    columns = (
        "Bin",
        "SKU",
        "Product",
        "Expected",
        "Moved",
        "Counted",
        "Difference",
        "Value",
        "Times counted",
    )
    note = outcome(stocktake) if count <= SHOWN else f"The first {SHOWN} of {count}; the rest is in the list."
    return Table("Differences", columns, rows, note=note)


def uncounted(stocktake: Stocktake) -> Table:
    """Return what is still to be counted. Of a blind stocktake nobody sees what is expected."""
    lines = StocktakeLine.objects.filter(stocktake=stocktake, counted=None)
    count = lines.count()
    shown = count_sheets.rows(stocktake, lines)[:SHOWN]
    expected = [] if stocktake.is_blind else ["Expected"]
    rows = [
        (row.bin, row.sku, links.to(row.line, row.title), *(row.line.expected for _ in expected))
        for row in shown
    ]
    note = f"The first {SHOWN} of {count}." if count > SHOWN else ""
    title = "Not counted yet" if stocktake.state == Stocktake.State.COUNTING else "Not counted"
    return Table(title, ("Bin", "SKU", "Product", *expected), rows, note=note)


def counts(line: StocktakeLine) -> Table:
    """Return every count of a line."""
    found = line.counts.select_related("user").order_by("pk")  # type: ignore[attr-defined]
    rows = [(one.counted_on, one.counted, one.known, one.user) for one in found]
    return Table("Counts", ("Entered", "Counted", "Expected then", "By"), rows)


def seen_of(line: StocktakeLine) -> int | None:
    """Return what may be seen of what a line should come to: nothing of a blind count that is not made."""
    if line.known is not None:
        return line.known
    return None if line.stocktake.is_blind else line.expected


def outcome(stocktake: Stocktake) -> str:
    """Return in words what the differences come to."""
    worth = values(list(that_differ(stocktake)))
    gain = sum((value for value in worth.values() if value > 0), ZERO)
    loss = -sum((value for value in worth.values() if value < 0), ZERO)
    return f"{len(worth)} products differ: found {gain:,.2f}, missing {loss:,.2f}."


def values(lines: list[StocktakeLine]) -> dict[int, Decimal]:
    """Return what differences are worth, by line: as they were posted, or at today's average."""
    found = StockValue.objects.filter(product__in=[line.product_id for line in lines], quantity__gt=0)
    average = {row.product_id: (row.value, row.quantity) for row in found}
    worth = {}
    for line in lines:
        value, quantity = average.get(line.product_id, (ZERO, 1))
        guess = money(value * (line.difference or 0) / quantity)
        worth[line.pk] = guess if line.value is None else line.value
    return worth


def without_average(stocktake: Stocktake) -> list[tuple[int, str]]:
    """Return the lines that found pieces of a product of which nothing is here, each with its words."""
    lines = that_differ(stocktake).filter(counted__gt=F("known"))
    here = StockValue.objects.filter(quantity__gt=0).values("product")
    missing = lines.exclude(product__in=here).select_related("product__parent")
    return [(line.pk, f"{line.difference} {line.product.get_title()}") for line in missing]


def _of_category(category: Any) -> QuerySet[Any]:
    """Return the products of a category and those below it, their variants too."""
    below = category.get_descendants_and_self()
    own = Product.objects.filter(categories__in=below)
    return Product.objects.filter(pk__in=own.values("pk")) | Product.objects.filter(
        parent__in=own.values("pk")
    )
