"""What is to come: pieces on order by product and warehouse, and the day on which a wish can be served.

It is what suppliers have promised, no more: a day that has passed is returned as it stands.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import F, QuerySet, Sum

from erp.delivery import waiting
from erp.delivery.models import DeliveryLine
from erp.inventory.models import Backorder, Warehouse
from erp.purchasing.models import PurchaseLine, PurchaseOrder

State = PurchaseOrder.State
OPEN = (State.ORDERED, State.PARTLY_RECEIVED)

Arrivals = list[tuple[date | None, int]]  # pieces by day, the first first; those without a day come last


@dataclass(frozen=True, slots=True)
class Wait:
    """Pieces of an order line that are not here yet, and the day on which the last is to come, if known."""

    pieces: int
    until: date | None


@dataclass(frozen=True, slots=True)
class Queue:
    """What of a product is to come, and how many pieces of it are waited for already."""

    arrivals: Arrivals
    waiting: int

    def day_of(self, pieces: int) -> date | None:
        """Return the day on which the last of pieces ordered now could leave, where it is known."""
        return _day_of(self.arrivals, self.waiting + pieces)


def incoming(products: Iterable[int], *, warehouse: Warehouse | None = None) -> dict[int, int]:
    """Return how many pieces of products are on order and have not come; what has none is left out."""
    lines = _open_lines(products)
    if warehouse is not None:
        lines = lines.filter(order__warehouse=warehouse)
    rows = lines.order_by().values_list("product").annotate(total=Sum(F("quantity") - F("received")))
    return dict(rows)


def expected_on(products: Iterable[int] | Mapping[int, int]) -> dict[int, date]:
    """Return the day on which pieces ordered now could leave, where it is known.

    A mapping says how many pieces are wanted that are not here, else it is one. Those who wait already are
    served first.
    """
    wanted = dict(products) if isinstance(products, Mapping) else dict.fromkeys(products, 1)
    days = {product: queue.day_of(wanted[product]) for product, queue in queues(wanted).items()}
    return {product: day for product, day in days.items() if day}


def queues(products: Iterable[int]) -> dict[int, Queue]:
    """Return what is to come of products, and who waits for it already; of the others nothing is on order."""
    arrivals = _arrivals(products)
    rows = Backorder.objects.filter(product__in=arrivals)
    before = dict(rows.values_list("product_id", "waiting"))
    return {product: Queue(found, before.get(product, 0)) for product, found in arrivals.items()}


def expected_for(order: Any) -> dict[int, date]:
    """Return for lines of an order that wait, by key, the day on which the last of their pieces is to come.

    A line is left out where the day is not known.
    """
    return {line: wait.until for line, wait in waits_of(order).items() if wait.until}


def waits_of(order: Any) -> dict[int, Wait]:
    """Return for lines of an order that wait, by key, for how many pieces and until when.

    Whoever ordered first is served first.
    """
    own = DeliveryLine.objects.filter(note__order=order, waits__gt=0, note__state__in=waiting.OPEN)
    products = sorted(set(own.values_list("product_id", flat=True)))
    if not products:
        return {}
    arrivals = _arrivals(products)
    served: dict[int, int] = defaultdict(int)
    waits: dict[int, Wait] = {}
    for line in waiting.lines_that_wait(products):
        served[line.product_id] += line.waits
        if line.note.order_id == order.pk:
            before = waits.get(line.order_line_id, Wait(0, None)).pieces
            until = _day_of(arrivals.get(line.product_id, []), served[line.product_id])
            waits[line.order_line_id] = Wait(before + line.waits, until)
    return waits


def late(on: date) -> QuerySet[PurchaseOrder]:
    """Return the orders whose goods should have come before a day."""
    return PurchaseOrder.objects.filter(state__in=OPEN, expected_on__lt=on)


def _open_lines(products: Iterable[int]) -> QuerySet[PurchaseLine]:
    lines = PurchaseLine.objects.filter(product__in=list(products), order__state__in=OPEN)
    return lines.filter(quantity__gt=F("received"))


def _arrivals(products: Iterable[int]) -> dict[int, Arrivals]:
    by_day = F("order__expected_on").asc(nulls_last=True)
    lines = _open_lines(products).select_related("order").order_by("product_id", by_day, "pk")
    arrivals: dict[int, Arrivals] = {}
    for line in lines:
        arrivals.setdefault(line.product_id, []).append((line.order.expected_on, line.to_come))
    return arrivals


def _day_of(arrivals: Arrivals, place: int) -> date | None:
    """Return the day on which the piece at a place in the queue comes, or None where nobody has said."""
    for day, pieces in arrivals:
        place -= pieces
        if place <= 0:
            return day
    return None
