"""Is the stock what its moves say? Each check yields a sentence for what is wrong."""

from collections.abc import Iterator

from django.db.models import F, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce
from oscar.core.loading import get_model

from accounting import chart, ledger
from accounting.money import ZERO

from .models import StockLevel, StockMove, StockValue

StockRecord = get_model("partner", "StockRecord")


def levels_are_what_moved() -> Iterator[str]:
    """6 Each level is the sum of its moves."""
    sums = StockMove.objects.values_list("product", "warehouse").annotate(Sum("quantity")).order_by()
    moved = {(product, warehouse): total for product, warehouse, total in sums}
    for level in StockLevel.objects.select_related("product", "warehouse").order_by("pk").iterator():
        total = moved.get((level.product_id, level.warehouse_id), 0)
        if level.on_hand == total:
            continue
        where = f"{level.product} in {level.warehouse}"
        yield f"{where}: {level.on_hand} on hand, but its moves come to {total}."


def records_are_the_sum_of_levels() -> Iterator[str]:
    """6 What the shop sells from is the sum of the levels."""
    levels = StockLevel.objects.filter(product=OuterRef("product")).order_by().values("product")
    rows = StockRecord.objects.annotate(
        here=Coalesce(Subquery(levels.annotate(total=Sum("on_hand")).values("total")), 0),
        promised=Coalesce(Subquery(levels.annotate(total=Sum("reserved")).values("total")), 0),
        stocked=Coalesce("num_in_stock", 0),
        allocated=Coalesce("num_allocated", 0),
    ).exclude(here=F("stocked"), promised=F("allocated"))
    for row in rows.select_related("product").order_by("pk"):
        yield (
            f"{row.product}: the shop counts {row.stocked} with {row.allocated} promised,"
            f" the warehouses {row.here} with {row.promised}."
        )


def values_are_what_moved() -> Iterator[str]:
    """6 Quantity and value of each product are the sums of its moves."""
    moves = StockMove.objects.filter(product=OuterRef("product")).order_by().values("product")
    rows = StockValue.objects.annotate(
        pieces=Coalesce(Subquery(moves.annotate(total=Sum("quantity")).values("total")), 0),
        worth=Subquery(moves.annotate(total=Sum("value")).values("total")),
    ).exclude(Q(quantity=F("pieces")) & (Q(value=F("worth")) | Q(worth=None, value=0)))
    for row in rows.select_related("product").order_by("pk"):
        moved = f"{row.pieces} worth {row.worth}"
        yield f"{row.product}: {row.quantity} worth {row.value}, but its moves come to {moved}."


def inventory_account_is_the_stock() -> Iterator[str]:
    """6 The inventory account is the value of all products."""
    worth = StockValue.objects.aggregate(total=Sum("value", default=ZERO))["total"]
    booked = ledger.balance(chart.INVENTORY)
    if worth != booked:
        yield f"The goods are worth {worth}, the inventory account says {booked}."


CHECKS = [
    levels_are_what_moved,
    records_are_the_sum_of_levels,
    values_are_what_moved,
    inventory_account_is_the_stock,
]
