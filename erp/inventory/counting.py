"""Stocktakes: freezes what is expected, takes counts, moves the differences. `erp.stocktaking` posts them.

The moves of a level are a chain, one after the other, so the last one says what is there, and its number
is the moment: whatever moved up to a count has a smaller number, whatever moves later a greater one.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

from django.db.models import OuterRef, QuerySet, Subquery

from accounting.money import ZERO, minor
from accounting.refusal import Refusal
from erp.documents.bulk import update_rows
from erp.documents.models import IllegalTransition

from . import services
from .models import Count, StockLevel, StockMove, Stocktake, StocktakeLine, Warehouse
from .services import Cause, Piece

State = Stocktake.State
MOST_PIECES = 10_000_000
Products = Collection[int]
Uncounted = Literal["refuse", "leave"]


class NothingToCount(Refusal):
    """A stocktake without products."""


class CountedElsewhere(Refusal):
    """A product stands on another stocktake of this warehouse that is still open."""


class NotOnTheStocktake(Refusal):
    """A count of what the stocktake does not list, or of no number of pieces."""


class NotCounted(Refusal):
    """Lines are still to be counted."""


class CountAgain(Refusal):
    """More has left since the count than was counted: one of both is wrong."""


@dataclass(frozen=True, slots=True)
class Moment:
    """What was in a warehouse after a move: good pieces."""

    move: int
    pieces: int


NEVER = Moment(0, 0)


@dataclass(frozen=True, slots=True)
class Posted:
    """What the differences of a stocktake are worth, and which products were found."""

    gain: Decimal
    loss: Decimal
    found: list[int]


def start(
    warehouse: Warehouse,
    *,
    products: Products | None,
    on: date,
    note: str = "",
    is_blind: bool = True,
    key: str | None = None,
    by: Any = None,
) -> Stocktake:
    """Freeze what is expected of products, or of all that ever lay in a warehouse. The same key is the same.

    Raises NothingToCount and CountedElsewhere.
    """
    services.hold_warehouse(warehouse)
    if key and (known := Stocktake.objects.filter(key=key).first()):
        return known
    if warehouse.is_transit:
        raise NothingToCount("What is on its way cannot be counted.")
    stocktake = Stocktake(warehouse=warehouse, is_blind=is_blind, note=note, started_on=on, key=key, user=by)
    stocktake.save()
    if products is None:
        levels = StockLevel.objects.filter(warehouse=warehouse)
        products = list(levels.order_by("product_id").values_list("product_id", flat=True))
    _add(stocktake, products)
    return stocktake


def add(stocktake: Stocktake, products: Products) -> None:
    """Count more products than were listed, such as what nobody expected. Raises CountedElsewhere."""
    services.hold_warehouse(stocktake.warehouse)
    hold(stocktake)
    _add(stocktake, set(products) - set(stocktake.lines.values_list("product_id", flat=True)))


def count(
    stocktake: Stocktake, *, counted: Mapping[int, int], at: datetime | None = None, by: Any = None
) -> None:
    """Take counts (good pieces by line), made just now or at a moment that has passed.

    Raises NotOnTheStocktake and IllegalTransition.
    """
    hold(stocktake)
    lines = list(stocktake.lines.filter(pk__in=counted).order_by("pk"))
    if not counted or len(lines) != len(counted):
        raise NotOnTheStocktake(f"Only what stands on {stocktake} can be counted with it.")
    if not all(0 <= pieces <= MOST_PIECES for pieces in counted.values()):
        raise NotOnTheStocktake(f"Between 0 and {MOST_PIECES} pieces can be counted.")
    then = _last_moves(stocktake.warehouse_id, [line.product_id for line in lines], until=at)
    rows = []
    for line in lines:
        moment = then.get(line.product_id, NEVER)
        if moment.move < line.frozen_at:
            moment = Moment(line.frozen_at, line.expected)
        rows.append((line.pk, counted[line.pk], moment.pieces, moment.move))
    Count.objects.bulk_create(
        Count(line_id=line, counted=pieces, known=known, user=by) for line, pieces, known, _ in rows
    )
    update_rows(
        StocktakeLine._meta.db_table,
        "counted = v.column2, known = v.column3, counted_at = v.column4, rounds = rounds + 1",
        "id = v.column1",
        rows,
    )


def recount(stocktake: Stocktake, *, lines: Collection[int]) -> None:
    """Have lines counted once more: what was counted of them no longer counts. Raises IllegalTransition."""
    hold(stocktake)
    stocktake.lines.filter(pk__in=lines).update(counted=None, known=None, counted_at=None)


def close(
    stocktake: Stocktake, *, on: date, uncounted: Uncounted = "refuse", by: Any = None
) -> list[StocktakeLine]:
    """End the counting, and return the lines that differ. Raises NotCounted and IllegalTransition."""
    hold(stocktake)
    left = stocktake.lines.filter(counted=None).count()
    if left and (uncounted == "refuse" or left == stocktake.lines.count()):
        raise NotCounted(f"{left} products of {stocktake} are not counted yet.")
    stocktake.move_to(State.POSTED, posted_on=on, poster=by)
    stocktake.lines.update(is_open=False)
    lines = stocktake.lines.select_related("product__parent").exclude(counted=None).order_by("product_id")
    return [line for line in lines if line.difference]


def move(
    stocktake: Stocktake,
    lines: Sequence[StocktakeLine],
    *,
    costs: Mapping[int, Decimal],
    on: date,
    by: Any = None,
) -> Posted:
    """Move the differences; `costs` (by line, for all pieces found) value what has no average.

    Nothing of it may be promised any more. Raises OutOfStock.
    """
    cause = Cause("count", f"stocktake:{stocktake.pk}", on, reason=f"Counted with {stocktake}", by=by)
    gone = [line for line in lines if (line.difference or 0) < 0]
    found = [line for line in lines if (line.difference or 0) > 0]
    lost = services.lose([_piece(line) for line in gone], cause=cause) if gone else []
    values = {line.pk: -cost for line, cost in zip(gone, lost, strict=True)}
    pieces = _priced(found, costs)
    if pieces:
        services.receive(pieces, cause=cause)
    values |= {line.pk: piece.cost or ZERO for line, piece in zip(found, pieces, strict=True)}
    update_rows(
        StocktakeLine._meta.db_table,
        "value = v.column2",
        "id = v.column1",
        [(line, minor(value)) for line, value in values.items()],
    )
    gain = sum((value for value in values.values() if value > 0), ZERO)
    return Posted(gain, sum(lost, ZERO), [line.product_id for line in found])


def cancel(stocktake: Stocktake) -> None:
    """Give up a stocktake. Nothing changes. Raises IllegalTransition."""
    stocktake.move_to(State.CANCELLED)
    stocktake.lines.update(is_open=False)


def require_enough(lines: Sequence[StocktakeLine], here: Mapping[int, int]) -> None:
    """Raise CountAgain where more is missing than good pieces are here by now. `here` is by product."""
    wrong = [line for line in lines if (line.difference or 0) + here.get(line.product_id, 0) < 0]
    if wrong:
        names = ", ".join(f"'{line.product.get_title()}'" for line in wrong[:5])
        raise CountAgain(f"More has left since the count than was counted. Count again: {names}.")


def hold(stocktake: Stocktake) -> Stocktake:
    """Lock a stocktake that is being counted. Raises IllegalTransition."""
    held = Stocktake.objects.select_for_update(no_key=True).get(pk=stocktake.pk)
    if held.state != State.COUNTING:
        raise IllegalTransition(f"{held} is {held.get_state_display()}: nothing is counted any more.")
    return held


def _add(stocktake: Stocktake, products: Products) -> None:
    if not products:
        raise NothingToCount(f"Nothing is to be counted in {stocktake.warehouse}.")
    taken = StocktakeLine.objects.filter(warehouse=stocktake.warehouse_id, is_open=True, product__in=products)
    if other := taken.select_related("product__parent", "stocktake").order_by("pk").first():
        raise CountedElsewhere(f"'{other.product.get_title()}' is being counted with {other.stocktake}.")
    now = _last_moves(stocktake.warehouse_id, products)
    StocktakeLine.objects.bulk_create(
        StocktakeLine(
            stocktake=stocktake,
            product_id=product,
            warehouse_id=stocktake.warehouse_id,
            expected=now.get(product, NEVER).pieces,
            frozen_at=now.get(product, NEVER).move,
        )
        for product in sorted(products)
    )


def _last_moves(warehouse: int, products: Products, *, until: datetime | None = None) -> dict[int, Moment]:
    """Return the last move of each product in a warehouse, and how many good pieces were there after it."""
    moves: QuerySet = StockMove.objects.filter(product=OuterRef("product"), warehouse=warehouse)
    if until is not None:
        moves = moves.filter(created_at__lte=until)
    levels = StockLevel.objects.filter(warehouse=warehouse, product__in=products)
    last = levels.values(latest=Subquery(moves.order_by("-pk").values("pk")[:1]))
    rows = StockMove.objects.filter(pk__in=last)
    return {row.product_id: Moment(row.pk, row.on_hand_after - row.unavailable_after) for row in rows}


def _piece(line: StocktakeLine, cost: Decimal | None = None) -> Piece:
    return Piece(line.product_id, line.warehouse_id, abs(line.difference or 0), cost)


def _priced(found: Sequence[StocktakeLine], costs: Mapping[int, Decimal]) -> list[Piece]:
    """Return the pieces that were found at the average, or at a given cost where nothing is here."""
    averages = services.average_costs([(line.product_id, line.difference or 0) for line in found])
    return [
        _piece(line, costs.get(line.pk, ZERO) if average is None else average)
        for line, average in zip(found, averages, strict=True)
    ]
