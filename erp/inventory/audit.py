"""Is the stock what its moves say? Each check yields a sentence for what is wrong."""

from collections.abc import Iterator
from decimal import Decimal
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.db.models import F, OuterRef, Q, Subquery, Sum, Window
from django.db.models.functions import Coalesce
from oscar.core.loading import get_model

from accounting import chart, ledger
from accounting.finding import Finding
from accounting.models import JournalLine
from accounting.money import ZERO, MoneyField
from accounting.sealing import linked, sealed

from .models import (
    Adjustment,
    PriceChange,
    StockLevel,
    StockMove,
    Stocktake,
    StockValue,
    Transfer,
    TransferLine,
)
from .sealing import WORDING

StockRecord = get_model("partner", "StockRecord")


def levels_are_what_moved() -> Iterator[str]:
    """6 Each level is the sum of its moves."""
    both = Sum("quantity"), Sum("unavailable")
    sums = StockMove.objects.values_list("product", "warehouse").annotate(*both).order_by()
    moved = {(product, warehouse): totals for product, warehouse, *totals in sums}
    for level in StockLevel.objects.select_related("product", "warehouse").order_by("pk").iterator():
        on_hand, aside = moved.get((level.product_id, level.warehouse_id), (0, 0))
        if (level.on_hand, level.unavailable) == (on_hand, aside):
            continue
        where = f"{level.product} in {level.warehouse}"
        said = f"{level.on_hand} on hand, {level.unavailable} of them set aside"
        yield f"{where}: {said}, but its moves come to {on_hand} and {aside}."


def moves_go_on_from_each_other() -> Iterator[str]:
    """6 Each move says what was there after it."""
    level = ["product", "warehouse"]
    moves = StockMove.objects.annotate(
        on_hand_now=Window(Sum("quantity"), partition_by=level, order_by="id"),
        aside_now=Window(Sum("unavailable"), partition_by=level, order_by="id"),
        worth_now=Window(Sum("value"), partition_by=["product"], order_by="id"),
    )
    right = Q(on_hand_after=F("on_hand_now"), unavailable_after=F("aside_now"), value_after=F("worth_now"))
    for move in moves.exclude(right).select_related("product").order_by("pk"):
        yield f"{move} of {move.product}: it says {move.on_hand_after} and {move.value_after} after it."


def moves_say_what_they_said() -> Iterator[str]:
    """3 Each move's hash is that of the product's move before it and of what it says."""
    columns = ("hash", "id", *WORDING.columns)
    rows = StockMove.objects.order_by("product", "id").values_list("product", *columns)
    ends = dict(StockValue.objects.values_list("product", "last_hash"))
    for product, moves in groupby(rows.iterator(chunk_size=5000), key=itemgetter(0)):
        previous = ""
        for _, digest, key, *said in moves:
            if digest != linked(previous, sealed(WORDING.of_values(said))):
                yield Finding(f"The stock move {key} does not say what it said.", about=f"move:{key}")
            previous = digest
        if ends.pop(product, "") != previous:
            yield f"Product {product}: the last hash is not that of its last move."
    for product in sorted(key for key, digest in ends.items() if digest):
        yield f"Product {product} has a last hash, but no move."


def nothing_less_than_nothing_is_set_aside() -> Iterator[str]:
    """6 Of no condition more pieces were freed than set aside."""
    moves = StockMove.objects.exclude(condition="").order_by()
    sums = moves.values_list("product__title", "warehouse__name", "condition").annotate(Sum("unavailable"))
    for title, warehouse, condition, total in sums:
        if total < 0:
            yield f"{title} in {warehouse}: {total} {condition}."


def records_are_the_sum_of_levels() -> Iterator[str]:
    """6 What the shop sells from is the sum of the levels, less what is set aside."""
    levels = StockLevel.objects.filter(product=OuterRef("product")).order_by().values("product")
    for_sale = F("on_hand") - F("unavailable")
    rows = StockRecord.objects.annotate(
        here=Coalesce(Subquery(levels.annotate(total=Sum(for_sale)).values("total")), 0),
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


def prices_are_what_they_became() -> Iterator[str]:
    """6 Each change of a price goes on from the one before it, and the last one is the price of today."""
    last: dict[int, Any] = {}
    changes = PriceChange.objects.order_by("product", "pk").values_list("product", "old", "new", "pk")
    for product, old, new, key in changes.iterator():
        if product in last and last[product] != old:
            yield f"Product {product}: its price was {last[product]}, change {key} says it was {old}."
        last[product] = new
    for record in StockRecord.objects.filter(product__in=last).order_by("pk").iterator():
        became = last[record.product_id]
        if record.price != became:
            words = f"Product {record.product_id} costs {record.price}, it was changed to {became}."
            yield Finding(words, about=record)


def inventory_account_is_the_stock() -> Iterator[str]:
    """6 The inventory account is the value of all products."""
    worth = StockValue.objects.aggregate(total=Sum("value", default=ZERO))["total"]
    booked = ledger.balance(chart.INVENTORY)
    if worth != booked:
        yield f"The goods are worth {worth}, the inventory account says {booked}."


def on_the_road_is_what_was_sent() -> Iterator[str]:
    """6 What is on its way stands on transfers that were sent and have not arrived."""
    lines = TransferLine.objects.filter(transfer__state=Transfer.State.SENT).order_by()
    sent = dict(lines.values_list("product").annotate(Sum("quantity")))
    levels = StockLevel.objects.filter(warehouse__is_transit=True).order_by()
    here = dict(levels.filter(on_hand__gt=0).values_list("product", "on_hand"))
    for product in sorted(sent.keys() | here.keys()):
        if sent.get(product, 0) != here.get(product, 0):
            yield f"Product {product}: {here.get(product, 0)} in transit, {sent.get(product, 0)} were sent."


def documents_moved_what_they_say() -> Iterator[str]:
    """6 Adjustments, stocktakes and transfers changed the value of the stock by what stands on them."""
    moves = StockMove.objects.filter(kind__in=("adjustment", "count", "transfer")).order_by()
    moved = dict(moves.values_list("source_key").annotate(Sum("value")))
    for name, key, value in _said():
        if value != moved.get(key, ZERO):
            yield f"{name}: {value} stands there, its moves come to {moved.get(key, ZERO)}."


def _said() -> Iterator[tuple[str, str, Decimal]]:
    """Yield what documents say: their name, source key and what they changed the value by."""
    for row in Adjustment.objects.filter(state=Adjustment.State.DONE).order_by("pk").iterator():
        yield f"Adjustment {row.pk}", row.source_key, row.value or ZERO
    worth = Coalesce(Sum("lines__value"), 0, output_field=MoneyField())
    for count in Stocktake.objects.annotate(worth=worth).order_by("pk"):
        yield str(count), f"stocktake:{count.pk}", count.worth
    lost = Coalesce(Sum("lines__lost"), 0, output_field=MoneyField())
    for transfer in Transfer.objects.annotate(worth=lost).order_by("pk"):
        yield str(transfer), f"transfer:{transfer.pk}", -transfer.worth


def each_day_the_account_is_the_stock() -> Iterator[str]:
    """6 On every day the inventory account says what the goods were worth."""
    moved = dict(StockMove.objects.order_by().values_list("moved_on").annotate(Sum("value")))
    lines = JournalLine.objects.posted().filter(account=chart.account(chart.INVENTORY))
    posted = dict(lines.order_by().values_list("date").annotate(Sum("amount")))
    for day in sorted(moved.keys() | posted.keys()):
        worth, booked = moved.get(day, ZERO), posted.get(day, ZERO)
        if worth != booked:
            yield f"On {day} goods worth {worth} moved, {booked} was posted to the inventory account."


CHECKS = [
    levels_are_what_moved,
    moves_go_on_from_each_other,
    moves_say_what_they_said,
    nothing_less_than_nothing_is_set_aside,
    records_are_the_sum_of_levels,
    values_are_what_moved,
    prices_are_what_they_became,
    inventory_account_is_the_stock,
    on_the_road_is_what_was_sent,
    documents_moved_what_they_say,
    each_day_the_account_is_the_stock,
]
