"""Do delivery notes, orders and stock agree? Each check yields a sentence for what is wrong."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce
from oscar.core.loading import get_model

from accounting.finding import Finding
from accounting.money import ZERO
from erp.inventory.models import Backorder, StockLevel, StockMove
from erp.inventory.valuation import cost_of_return

from .models import DeliveryLine, DeliveryNote, Return, ReturnLine
from .returns import OPEN as RETURNING
from .services import OPEN

OrderLine = get_model("order", "Line")


def reserved_is_what_open_notes_promise() -> Iterator[str]:
    """6 What is reserved in a warehouse stands on its open delivery notes."""
    lines: Any = DeliveryLine.objects.filter(note__state__in=OPEN).order_by()
    rows = lines.values_list("product", "note__warehouse").annotate(here=Sum(F("quantity") - F("waits")))
    promised = {(product, warehouse): pieces for product, warehouse, pieces in rows.iterator()}
    levels = StockLevel.objects.order_by("pk").values_list("pk", "product", "warehouse", "reserved")
    for key, product, warehouse, reserved in levels.iterator():
        if reserved != promised.get((product, warehouse), 0):
            level = StockLevel.objects.select_related("product", "warehouse").get(pk=key)
            said = f"{reserved} reserved, open notes promise {promised.get((product, warehouse), 0)}"
            yield f"{level.product} in {level.warehouse}: {said}."


def waited_for_is_what_open_notes_wait_for() -> Iterator[str]:
    """6 What is counted as waited for stands on open delivery notes."""
    lines = DeliveryLine.objects.filter(waits__gt=0).order_by()
    wanted = dict(lines.filter(note__state__in=OPEN).values_list("product").annotate(Sum("waits")))
    counted = dict(Backorder.objects.filter(waiting__gt=0).values_list("product", "waiting"))
    for product in sorted(wanted.keys() | counted.keys()):
        if wanted.get(product, 0) != counted.get(product, 0):
            said = f"{counted.get(product, 0)} counted, open notes wait for {wanted.get(product, 0)}"
            yield f"Product {product}: {said}."


def notes_wait_as_their_lines_do() -> Iterator[str]:
    """10 A note waits for goods while pieces of it are to come, and is ready when none are."""
    short = Exists(DeliveryLine.objects.filter(note=OuterRef("pk"), waits__gt=0))
    unpaid = DeliveryNote.State.WAITING_PAYMENT
    notes = DeliveryNote.objects.filter(state__in=OPEN).exclude(state=unpaid).annotate(is_short=short)
    wrong = notes.exclude(Q(is_short=True, state=DeliveryNote.State.WAITING_STOCK)).exclude(
        Q(is_short=False) & ~Q(state=DeliveryNote.State.WAITING_STOCK)
    )
    for note in wrong.order_by("pk"):
        yield Finding(
            f"{note} is {note.get_state_display()}, but its lines {'wait' if note.is_short else 'do not'}.",
            about=note,
        )


def what_is_packed_was_picked() -> Iterator[str]:
    """10 All that stands on a packed note was taken from the shelf."""
    short = DeliveryLine.objects.filter(note__state=DeliveryNote.State.PACKED, picked__lt=F("quantity"))
    for line in short.select_related("note").order_by("pk"):
        yield Finding(
            f"{line.note} is packed, but {line.quantity - line.picked} of '{line.title}' are not picked.",
            about=line.note,
        )


def notes_deliver_what_was_ordered() -> Iterator[str]:
    """10 The notes of an order deliver each of its lines, not more and not less."""
    lines = DeliveryLine.objects.order_by().values_list("order_line")
    noted = dict(lines.annotate(Sum("quantity")).iterator())
    ordered = OrderLine.objects.filter(num_allocated__gt=0).order_by("pk")
    rows = ordered.values_list("pk", "order__number", "title", "quantity")
    for key, number, title, quantity in rows.iterator():
        if noted.get(key, 0) != quantity:
            said = f"{quantity} of '{title}' ordered, its notes deliver {noted.get(key, 0)}"
            yield f"Order {number}: {said}."
    gone = DeliveryLine.objects.exclude(note__state=DeliveryNote.State.CANCELLED)
    gone = gone.filter(order_line__order__status="cancelled").order_by("order_line")
    named = gone.values_list("order_line", "order_line__order__number", "order_line__title")
    for _, number, title, kept in named.annotate(Sum("quantity")):
        yield f"Order {number} is cancelled, but {kept} of '{title}' are to go out."


def returned_is_what_came_back() -> Iterator[str]:
    """10 What is counted as returned, and as asked for, stands on closed returns and on open ones."""
    back = ReturnLine.objects.filter(delivery_line=OuterRef("pk")).order_by().values("delivery_line")
    accepted = Sum(F("restocked") + F("damaged") + F("scrapped"))
    closed = back.filter(returned__state=Return.State.CLOSED).annotate(total=accepted).values("total")
    still_open = back.filter(returned__state__in=RETURNING).annotate(total=Sum("quantity")).values("total")
    counted = Q(returned__gt=0) | Q(asked__gt=0) | Q(pk__in=ReturnLine.objects.values("delivery_line"))
    lines = (
        DeliveryLine.objects.filter(counted)
        .annotate(back=Coalesce(Subquery(closed), 0), wanted=Coalesce(Subquery(still_open), 0))
        .exclude(returned=F("back"), asked=F("wanted"))
    )
    for line in lines.select_related("note").order_by("pk"):
        said = f"{line.returned} of '{line.title}' counted as returned and {line.asked} as asked for"
        yield Finding(f"{line.note}: {said}, returns name {line.back} and {line.wanted}.", about=line.note)


def returns_cost_what_left() -> Iterator[str]:
    """9 What came back of a delivered line is worth its share of what the line had cost, to the cent."""
    lines = DeliveryLine.objects.filter(returned__gt=0).select_related("note")
    sums = lines.annotate(back=Sum(F("return_lines__cost") + F("return_lines__lost")))
    for line in sums.order_by("pk"):
        share = cost_of_return(line.cost or ZERO, line.quantity, 0, line.returned)
        if line.back != share:
            yield Finding(
                f"{line.note}: {line.returned} of '{line.title}' cost {share}, returns say {line.back}.",
                about=line.note,
            )


def restocked_is_on_the_shelf() -> Iterator[str]:
    """6 What a return keeps, good or damaged, is what it moved in stock."""
    closed = Return.objects.filter(state=Return.State.CLOSED)
    kept = Sum(F("lines__restocked") + F("lines__damaged"))
    rows = dict(closed.values_list("number").annotate(kept=kept))
    keys = {f"return:{pk}": number for pk, number in closed.values_list("pk", "number")}
    moves = StockMove.objects.filter(source_key__startswith="return:").order_by().values_list("source_key")
    moved = {keys.get(key, key): pieces for key, pieces in moves.annotate(Sum("quantity"))}
    for number in sorted(rows.keys() | moved.keys()):
        if (rows.get(number) or 0) != moved.get(number, 0):
            yield f"{number}: {rows.get(number) or 0} pieces kept, {moved.get(number, 0)} moved."


def orders_are_as_shipped_as_their_notes() -> Iterator[str]:
    """10 An order is shipped when its notes are."""
    notes = DeliveryNote.objects.all()
    states = {
        "shipped": notes.filter(state__in=OPEN),
        "confirmed": notes.filter(shipped_on__isnull=False),
    }
    for status, wrong in states.items():
        for note in wrong.filter(order__status=status).select_related("order").order_by("pk"):
            yield f"Order {note.order.number} is {status}, but {note} is {note.get_state_display()}."


def what_left_cost_what_was_moved() -> Iterator[str]:
    """6 What left on a delivery note cost what its stock moves took off the shelf."""
    lines = DeliveryLine.objects.filter(note__shipped_on__isnull=False).order_by()
    costs = lines.values_list("note", "product").annotate(Sum("cost"))
    said = {(f"delivery:{note}", product): cost or ZERO for note, product, cost in costs.iterator()}
    moves = StockMove.objects.filter(source_key__startswith="delivery:").order_by()
    for key, product, value in moves.values_list("source_key", "product").annotate(Sum("value")).iterator():
        cost = said.pop((key, product), None)
        if cost != -value:
            yield Finding(f"{key}: product {product} cost {cost}, moved were {-value}.", about=key)
    for (key, product), cost in said.items():
        if cost:
            yield Finding(f"{key}: product {product} cost {cost}, nothing was moved.", about=key)


def shipped_lines_have_a_cost() -> Iterator[str]:
    """9 Whatever left the house has its date and its cost."""
    shipped = Q(note__shipped_on__isnull=False)
    for line in DeliveryLine.objects.filter(shipped, cost=None).select_related("note").order_by("pk"):
        yield Finding(f"{line.note}: '{line.title}' was shipped without a cost.", about=line.note)


CHECKS = [
    reserved_is_what_open_notes_promise,
    waited_for_is_what_open_notes_wait_for,
    notes_wait_as_their_lines_do,
    what_is_packed_was_picked,
    notes_deliver_what_was_ordered,
    returned_is_what_came_back,
    returns_cost_what_left,
    restocked_is_on_the_shelf,
    orders_are_as_shipped_as_their_notes,
    what_left_cost_what_was_moved,
    shipped_lines_have_a_cost,
]
