"""When something was counted last, and what is to be counted again."""

from datetime import date, timedelta
from typing import Any

from django.db.models import Max, Min, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from .models import StockLevel, StockMove, Stocktake, StocktakeLine, Warehouse


def with_last_count(levels: QuerySet[StockLevel]) -> QuerySet[Any]:
    """Add to levels the day of their last count, `counted_on`, and the day since when none was, `since`."""
    lines = StocktakeLine.objects.filter(
        product=OuterRef("product"),
        warehouse=OuterRef("warehouse"),
        counted__isnull=False,
        stocktake__state=Stocktake.State.POSTED,
    )
    moves = StockMove.objects.filter(product=OuterRef("product"), warehouse=OuterRef("warehouse"))
    counted = lines.order_by().values("product").annotate(on=Max("stocktake__started_on")).values("on")
    first = moves.order_by().values("product").annotate(on=Min("moved_on")).values("on")
    rows = levels.annotate(counted_on=Subquery(counted))
    return rows.annotate(since=Coalesce("counted_on", Subquery(first)))


def due(levels: QuerySet[StockLevel], *, today: date) -> QuerySet[Any]:
    """Return those levels with goods that were not counted for longer than their warehouse wants."""
    late = Q(pk__in=())
    for warehouse in Warehouse.objects.filter(is_transit=False, count_days__gt=0):
        late |= Q(warehouse=warehouse, since__lte=today - timedelta(days=warehouse.count_days))
    return with_last_count(levels).filter(late, on_hand__gt=0)


def next_due(warehouse: Warehouse) -> date | None:
    """Return the day on which something in a warehouse is to be counted again, if ever."""
    if warehouse.is_transit or not warehouse.count_days:
        return None
    levels = StockLevel.objects.filter(warehouse=warehouse, on_hand__gt=0)
    since = with_last_count(levels).aggregate(first=Min("since"))["first"]
    return since and since + timedelta(days=warehouse.count_days)
