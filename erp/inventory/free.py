"""What of a product a sale can get: at once, and beyond that. Shop and chain read it here and nowhere else.

Shoppers at the checkout keep what they hold. What is free besides belongs to those who wait already, and
only the rest to whoever comes.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F, IntegerField, OuterRef, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce, Greatest, Least
from oscar.core.loading import get_model

from .models import Hold
from .services import OutOfStock, title

StockRecord = get_model("partner", "StockRecord")


@dataclass(frozen=True, slots=True)
class Free:
    """Pieces of a product that are here for a sale, and that may be ordered beyond them.

    `unheld` are those here that no other shopper holds: who waits gets them.
    """

    here: int
    later: int
    unheld: int

    @property
    def most(self) -> int:
        return self.here + self.later


def free(products: Iterable[int], *, key: str = "", now: datetime | None) -> dict[int, Free]:
    """Return what the sale with a key can get of products. With no moment nobody's hold counts.

    It cannot change while their stock records are locked.
    """
    rows = with_free(StockRecord.objects.filter(product__in=list(products)), key=key, now=now)
    return {
        product: Free(*found) for product, *found in rows.values_list("product", "here", "later", "unheld")
    }


def with_free(records: QuerySet, *, key: Any = "", now: datetime | None) -> QuerySet:
    """Add `here`, `later` and `unheld` of `Free` to stock records, for the sale with a key."""
    holds = Hold.objects.filter(product=OuterRef("product"), until__gt=now) if now else Hold.objects.none()
    stock = Coalesce("num_in_stock", 0) - Coalesce("num_allocated", 0)
    return records.alias(
        waiting=Coalesce("product__backorder__waiting", 0),
        allowed=Coalesce("product__backorder__allowed", 0),
        own=_pieces(holds.filter(key=key)),
    ).annotate(
        unheld=stock - _pieces(holds.exclude(key=key)),
        here=Greatest(F("unheld") - F("waiting"), Least(F("own"), F("unheld")), Value(0)),
        later=Greatest(F("allowed") - F("waiting"), Value(0)),
    )


def require(product: int, quantity: int, found: Free) -> None:
    """Raise OutOfStock where a sale wants more than it can get."""
    if quantity > found.most:
        name, most = title(product), found.most
        raise OutOfStock(
            f"Only {most} of {name} {'is' if most == 1 else 'are'} left." if most else f"{name} is sold out."
        )


def _pieces(holds: QuerySet) -> Coalesce:
    total = holds.order_by().values("product").annotate(total=Sum("quantity")).values("total")
    return Coalesce(Subquery(total[:1], output_field=IntegerField()), 0)
