"""Gives waiting orders the goods that have come, first come first served.

Whatever makes goods free (a receipt, a return, a cancelled order) asks for it by `ask`. It happens after
commit, in a transaction of its own: orders are locked before stock. Until then nobody else can buy what
is waited for, so it may take its time.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.transaction import atomic
from django.utils.timezone import localdate
from oscar.core.loading import get_model

from erp import planning
from erp.delivery import waiting
from erp.delivery.models import DeliveryNote
from erp.documents import outbox
from erp.documents.outbox import effect
from erp.inventory import holds
from erp.inventory.free import with_free
from erp.inventory.models import Backorder
from erp.sales import services as sales

StockRecord = get_model("partner", "StockRecord")


def ask(products: Iterable[int], *, cause: str) -> None:
    """Have those served who wait for products that have become free. `cause` names what freed them."""
    wanted = sorted(set(products))
    if Backorder.objects.filter(product__in=wanted, waiting__gt=0).exists():
        outbox.enqueue([effect(f"fill:{cause}", "fill", products=wanted)])


def ask_for_notes(notes: Iterable[DeliveryNote | None]) -> None:
    """Have those served who wait for what cancelled notes had reserved."""
    for note in notes:
        if note is not None:
            ask(note.lines.values_list("product", flat=True), cause=f"delivery:{note.pk}:cancelled")


@atomic
def fill(products: Iterable[int], *, now: datetime) -> list[DeliveryNote]:
    """Serve those who wait for products, and return the notes that got something."""
    wanted = list(products)
    orders = set(waiting.lines_that_wait(wanted).values_list("note__order", flat=True))
    if not orders:
        return []
    sales.hold_all(orders)
    lines = list(waiting.lines_that_wait(wanted).filter(note__order__in=orders))
    notes = waiting.fill(lines, now=now, on=localdate(now))
    for note in notes:
        order: Any = note.order
        sales.note(order, "goods have come", f"For {note.number}.", f"delivery:{note.pk}")
    for order in {note.order_id: note.order for note in notes}.values():
        planning.goods_are_here(order)
    return notes


def have_filled(payload: dict[str, Any], *, now: datetime) -> None:
    """Serve those who wait, in the background."""
    fill(payload["products"], now=now)


def sweep(now: datetime) -> None:
    """Serve whoever waits for what is free by now, such as pieces that a shopper held and did not buy."""
    holds.forget(now)
    waited_for = StockRecord.objects.filter(product__backorder__waiting__gt=0)
    rows = with_free(waited_for, now=now).filter(unheld__gt=0).order_by("product")
    if products := list(rows.values_list("product", flat=True)):
        fill(products, now=now)
