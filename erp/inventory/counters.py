"""Counters of stock, and what they should be: the sums of the moves, of the levels, and of what is promised.

The database lets no counter change without its move, so a difference is what a restored backup or a
database without its guards left behind. Nothing is written here: see `correcting`.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.db.models import Sum
from oscar.core.loading import get_model

from accounting.money import minor

from .models import Backorder, CounterCorrection, StockLevel, StockMove, StockValue

StockRecord = get_model("partner", "StockRecord")
Counter = CounterCorrection.Counter


@dataclass(frozen=True, slots=True)
class Promised:
    """What delivery notes promise: pieces by product and warehouse, and pieces by product that wait."""

    reserved: dict[tuple[int, int], int]
    waiting: dict[int, int]


@dataclass(frozen=True, slots=True, order=True)
class Difference:
    """A counter that says `was` where it should say `becomes`. Values are in cents.

    What counts in all warehouses together has warehouse 0.
    """

    product_id: int
    warehouse_id: int
    counter: str
    was: int
    becomes: int


def differences(promised: Promised) -> list[Difference]:
    """Return every counter that differs from what it counts, by product."""
    levels = _levels(promised)
    found = [*_of_levels(levels), *_of_records(levels), *_of_values(levels), *_of_waiting(promised)]
    return sorted(found)


# How a product should stand in a warehouse, beside how it does: on hand, set aside, reserved.
Levels = dict[tuple[int, int], tuple[list[int], list[int]]]


def _levels(promised: Promised) -> Levels:
    columns = "on_hand", "unavailable", "reserved"
    levels: Levels = defaultdict(lambda: ([0, 0, 0], [0, 0, 0]))
    for product, warehouse, *counted in StockLevel.objects.values_list("product", "warehouse", *columns):
        levels[product, warehouse][0][:] = counted
    sums = StockMove.objects.order_by().values_list("product", "warehouse")
    for product, warehouse, *moved in sums.annotate(Sum("quantity"), Sum("unavailable")):
        levels[product, warehouse][1][:2] = moved
    for place, pieces in promised.reserved.items():
        levels[place][1][2] = pieces
    return levels


def _of_levels(levels: Levels) -> Iterator[Difference]:
    for (product, warehouse), (is_now, should_be) in levels.items():
        names = Counter.ON_HAND, Counter.SET_ASIDE, Counter.RESERVED
        yield from _compared(product, warehouse, names, is_now, should_be)


def _of_records(levels: Levels) -> Iterator[Difference]:
    """Of what the shop sells from: records that count nothing, those of services, are left out."""
    sums: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    for (product, _), (_, (on_hand, aside, reserved)) in levels.items():
        sums[product][0] += on_hand - aside
        sums[product][1] += reserved
    columns = "product", "num_in_stock", "num_allocated"
    for product, stocked, promised in StockRecord.objects.order_by().values_list(*columns):
        if product in sums or stocked is not None:
            is_now = [stocked or 0, promised or 0]
            yield from _compared(product, 0, (Counter.FOR_SALE, Counter.PROMISED), is_now, sums[product])


def _of_values(levels: Levels) -> Iterator[Difference]:
    pieces: dict[int, int] = defaultdict(int)
    for (product, _), (_, should_be) in levels.items():
        pieces[product] += should_be[0]
    moves = StockMove.objects.order_by().values_list("product").annotate(worth=Sum("value"))
    worth = {product: minor(value) for product, value in moves}
    rows = StockValue.objects.values_list("product", "quantity", "value")
    known = {product: [quantity, minor(value)] for product, quantity, value in rows}
    for product in pieces.keys() | known.keys():
        should_be = [pieces[product], worth.get(product, 0)]
        names = Counter.PIECES, Counter.VALUE
        yield from _compared(product, 0, names, known.get(product, [0, 0]), should_be)


def _of_waiting(promised: Promised) -> Iterator[Difference]:
    known = dict(Backorder.objects.values_list("product", "waiting"))
    for product in known.keys() | promised.waiting.keys():
        is_now, should_be = [known.get(product, 0)], [promised.waiting.get(product, 0)]
        yield from _compared(product, 0, (Counter.WAITING,), is_now, should_be)


def _compared(
    product: int, warehouse: int, names: Sequence[str], is_now: Sequence[int], should_be: Sequence[int]
) -> Iterator[Difference]:
    for name, was, becomes in zip(names, is_now, should_be, strict=True):
        if was != becomes:
            yield Difference(product, warehouse, str(name), was, becomes)
