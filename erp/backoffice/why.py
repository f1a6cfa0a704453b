"""The page that answers "why is this 47?": a product's stock, and every move behind it."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.core.paginator import Page as Part
from django.core.paginator import Paginator
from django.db.models import F
from django.utils.html import format_html

from erp import forecast
from erp.delivery.models import DeliveryLine
from erp.delivery.services import OPEN
from erp.inventory import explaining
from erp.inventory.explaining import Place
from erp.inventory.models import Backorder, StockLevel
from erp.purchasing.models import PurchaseLine

from . import links
from .actions import button_for
from .pages import Page, Table, words

AT_ONCE = 50
LATEST = 50
SEE_VALUE = "inventory.view_stockvalue"
MOVE_BIN = "inventory.change_stocklevel"
MOVES = "inventory.view_stockmove"


def page(record: Any, *, number: Any, now: datetime, user: Any) -> Page:
    """Return what is known of a product's stock at a moment, with one part of its moves, by number."""
    product = record.product
    places = explaining.places(product)
    moves = Paginator(explaining.moves(product).order_by("-pk"), AT_ONCE).get_page(number)
    tables = [
        warehouses(product, places, user=user),
        set_aside(product),
        promised(product),
        held(product, now=now),
        on_order(product),
        history(moves, on_hand=sum(place.level.on_hand for place in places)),
    ]
    return Page(list(_facts(record, places, now=now)), tables)


def warehouses(product: Any, places: list[Place], *, user: Any) -> Table:
    """Return how a product stands in each warehouse, with what is on its way there from suppliers."""
    levels = [place.level for place in places]
    columns = ["Warehouse", "Bin", "On hand", "Reserved", "Set aside", "Available", "On order"]
    rows = [
        [
            level.warehouse.name,
            level.bin,
            level.on_hand,
            level.reserved,
            level.unavailable,
            level.available,
            forecast.incoming([product.pk], warehouse=level.warehouse).get(product.pk, 0),
        ]
        for level in levels
    ]
    if user.has_perm(SEE_VALUE):
        columns.append("Value")
        rows = [[*row, place.value] for row, place in zip(rows, places, strict=True)]
    if user.has_perm(MOVE_BIN):
        columns.append("")
        rows = [[*row, _move_bin(level)] for row, level in zip(rows, levels, strict=True)]
    return Table("Where it lies", columns, rows, "inventory.view_stocklevel")


def set_aside(product: Any) -> Table:
    """Return the pieces that are here and not sold."""
    columns = ("Warehouse", "Condition", "Pieces")
    return Table("Set aside", columns, explaining.set_aside(product), "inventory.view_stocklevel")


def promised(product: Any) -> Table:
    """Return the open delivery notes that wait for a product or have it reserved, the oldest first."""
    lines = DeliveryLine.objects.filter(product=product, note__state__in=OPEN)
    found = lines.select_related("note__order", "note__warehouse").order_by("note__order", "pk")
    rows = [
        (
            links.to(line.note),
            links.to(line.note.order, line.note.order.number),
            line.note.get_state_display(),
            line.note.warehouse.name,
            line.quantity - line.waits,
            line.waits,
        )
        for line in found[:LATEST]
    ]
    columns = ("Delivery note", "Order", "State", "Warehouse", "Reserved", "Waiting")
    note = f"The first {LATEST}." if len(rows) == LATEST else ""
    return Table("Promised to", columns, rows, "delivery.view_deliverynote", note)


def held(product: Any, *, now: datetime) -> Table:
    """Return what shoppers hold while they pay."""
    rows = [(hold.quantity, hold.until) for hold in explaining.held(product, now=now)]
    return Table("Held at the checkout", ("Pieces", "Until"), rows, "inventory.view_stocklevel")


def on_order(product: Any) -> Table:
    """Return the orders to suppliers of which pieces are still to come."""
    lines = PurchaseLine.objects.filter(product=product, order__state__in=forecast.OPEN)
    found = lines.filter(quantity__gt=F("received")).select_related("order__supplier", "order__warehouse")
    rows = [
        (
            links.to(line.order),
            line.order.supplier.name,
            line.order.warehouse.name,
            line.quantity,
            line.received,
            line.to_come,
            line.order.expected_on,
        )
        for line in found.order_by(F("order__expected_on").asc(nulls_last=True), "pk")
    ]
    columns = ("Purchase order", "Supplier", "For", "Ordered", "Received", "To come", "Expected")
    return Table("On order", columns, rows, "purchasing.view_purchaseorder")


def history(moves: Part, *, on_hand: int) -> Table:
    """Return a part of the moves, the latest first, each with what was there after it."""
    rows = [
        (
            links.to(move, words(move.moved_on)),
            move.get_kind_display(),
            move.warehouse.name,
            move.quantity,
            move.on_hand_after,
            move.balance,
            f"{move.unavailable:+d} {move.get_condition_display()}" if move.unavailable else "",
            move.value,
            links.to_source(move.source_key),
            move.reason,
            move.user,
        )
        for move in moves
    ]
    columns = (
        "Date",
        "Kind",
        "Warehouse",
        "Quantity",
        "There after",
        "Balance",
        "Set aside",
        "Value",
        "Caused by",
        "Reason",
        "By",
    )
    return Table(f"Why is this {on_hand}?", columns, rows, MOVES, _pager(moves))


def _facts(record: Any, places: list[Place], *, now: datetime) -> Iterator[tuple[str, Any]]:
    product = record.product
    yield "Product", links.to(product, product.get_title())
    yield "SKU", record.partner_sku
    yield "Price", record.price
    if record.num_in_stock is None:
        return
    for name, column in (("On hand", "on_hand"), ("Reserved", "reserved"), ("Set aside", "unavailable")):
        yield name, sum(getattr(place.level, column) for place in places)
    waits = Backorder.objects.filter(product=product).first()
    yield "Waited for", waits.waiting if waits else 0
    yield "May wait at most", waits.allowed if waits else 0
    yield "Held at the checkout", sum(hold.quantity for hold in explaining.held(product, now=now))
    yield "On order", forecast.incoming([product.pk]).get(product.pk, 0)
    yield "One more could leave on", forecast.expected_on([product.pk]).get(product.pk)
    yield "Warn at", record.low_stock_threshold


def _move_bin(level: StockLevel) -> Any:
    return button_for(StockLevel._meta, "move_to_bin", [level.pk], label="Bin…")


def _pager(part: Part) -> str:
    """Return links to the parts before and after one."""
    if part.paginator.num_pages == 1:
        return ""
    where = f"Moves {part.start_index()} to {part.end_index()} of {part.paginator.count}, the latest first. "
    to = '<a href="?page={}">{}</a> '
    later = format_html(to, part.previous_page_number(), "Later") if part.has_previous() else ""
    earlier = format_html(to, part.next_page_number(), "Earlier") if part.has_next() else ""
    return format_html("{}{}{}", where, later, earlier)
