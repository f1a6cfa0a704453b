"""Pieces kept for a shopper who is about to pay. A hold ends by itself, whoever is at work or not."""

from datetime import datetime, timedelta

from django.db.transaction import atomic

from . import shelf
from .free import free, require
from .models import Hold


@atomic
def hold(wanted: dict[int, int], *, key: str, now: datetime, minutes: int) -> dict[int, int]:
    """Keep pieces by product for the sale with a key from now on, and nothing else; return what is kept.

    Pieces that are not here, but may be ordered, are not kept. Held again, they are kept for longer. Raises
    OutOfStock where less is left: then everything stays as it was.
    """
    products = sorted(wanted)
    shelf.hold_records(products)
    found = free(products, key=key, now=now)
    for product in products:
        require(product, wanted[product], found[product])
    kept = {product: min(wanted[product], found[product].here) for product in products}
    kept = {product: pieces for product, pieces in kept.items() if pieces}
    end(key, but=kept)
    until = now + timedelta(minutes=minutes)
    Hold.objects.bulk_create(
        [Hold(key=key, product_id=product, quantity=pieces, until=until) for product, pieces in kept.items()],
        update_conflicts=True,
        unique_fields=["key", "product"],
        update_fields=["quantity", "until"],
    )
    return kept


@atomic
def let_go(key: str) -> None:
    """Keep nothing any more for the sale with a key."""
    end(key)


def end(key: str, *, but: dict[int, int] | None = None) -> None:
    """Keep nothing any more for the sale with a key, except of some products. Needs a transaction."""
    rows = Hold.objects.select_for_update().filter(key=key).order_by("product_id")  # one order: no circles
    gone = [row.pk for row in rows if row.product_id not in (but or {})]
    if gone:
        Hold.objects.filter(pk__in=gone).delete()


def forget(now: datetime) -> int:
    """Take away the rows of holds that have ended. They count for nothing: this only saves room."""
    ended = Hold.objects.select_for_update(skip_locked=True).filter(until__lte=now)
    with atomic():
        return Hold.objects.filter(pk__in=[row.pk for row in ended]).delete()[0]
