"""Why there are so many of a product: where they lie, for whom they are kept, and every move behind it.

Only what this app knows is told here; what is still to come stands in `erp.forecast`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet, Sum, Window

from accounting.money import ZERO, spread

from .models import Hold, StockLevel, StockMove, StockValue


@dataclass(frozen=True, slots=True)
class Place:
    """How a product stands in one warehouse. `value` is this warehouse's share of the product's worth."""

    level: StockLevel
    value: Decimal


def places(product: Any) -> list[Place]:
    """Return how a product stands in each warehouse in which it ever was, the first to serve first.

    A product has one value, in all warehouses together: it is shared out by pieces, to the cent.
    """
    levels = StockLevel.objects.filter(product=product).select_related("warehouse")
    rows = list(levels.order_by("warehouse__priority", "warehouse__pk"))
    shares = spread(worth(product), [Decimal(level.on_hand) for level in rows]) if rows else []
    return [Place(level, value) for level, value in zip(rows, shares, strict=True)]


def worth(product: Any) -> Decimal:
    """Return what all pieces of a product have cost together."""
    row = StockValue.objects.filter(product=product).first()
    return row.value if row else ZERO


def moves(product: Any) -> QuerySet[StockMove]:
    """Return every move of a product as it happened, each with the `balance` in all warehouses after it.

    The last balance is what is on hand, and the last `value_after` what it is worth.
    """
    running = Window(Sum("quantity"), order_by="id")
    found = StockMove.objects.filter(product=product).annotate(balance=running)
    return found.select_related("warehouse", "user").order_by("pk")


def set_aside(product: Any) -> list[tuple[str, str, int]]:
    """Return the pieces that are on hand and not sold: warehouse, condition, how many."""
    found = StockMove.objects.filter(product=product).exclude(condition="").order_by()
    sums = found.values_list("warehouse__name", "condition").annotate(Sum("unavailable"))
    names = dict(StockMove.Condition.choices)
    return [(place, names.get(which, which), pieces) for place, which, pieces in sorted(sums) if pieces]


def held(product: Any, *, now: datetime) -> Sequence[Hold]:
    """Return what shoppers hold of a product at this moment, the first to end first."""
    return list(Hold.objects.filter(product=product, until__gt=now).order_by("until", "pk"))
