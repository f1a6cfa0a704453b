"""Stock that changes without a sale: opening stock, adjustments, what is set aside, and stocktakes.

    adjust --> done                            stocktake: start --> count, recount --> post
       |                                                     |
       +--> to be approved --> approve, reject               +--> cancel

Each with its entry, one transaction a verb.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.transaction import atomic

from accounting import periods
from accounting.models import PeriodChange
from accounting.money import ZERO, money
from erp import billing, filling, postings
from erp.delivery import waiting
from erp.delivery.models import DeliveryNote
from erp.documents.services import company
from erp.inventory import corrections, counting
from erp.inventory import services as inventory
from erp.inventory.corrections import CONDITIONS, Correction, NoReason, NotCountable
from erp.inventory.counting import Uncounted
from erp.inventory.models import Adjustment, StockMove, Stocktake, StocktakeLine
from erp.inventory.services import Cause, Piece
from erp.sales import services as sales

__all__ = ["Correction", "NoReason", "NotCountable"]


@atomic
def receive_opening(lines: Iterable[tuple[Any, int, Decimal]], *, on: date, key: str, by: Any = None) -> None:
    """Take in goods that were here before: (product, quantity, cost of them). The same key is one time.

    Raises PeriodLocked: an opening is not late, its day is a slip.
    """
    source_key = f"opening:{key}"
    warehouse = inventory.hold_warehouse(inventory.main_warehouse())
    if StockMove.objects.filter(source_key=source_key).exists():
        return
    periods.require_open(on, PeriodChange.Area.STOCK)
    pieces = [Piece(product.pk, warehouse.pk, quantity, money(cost)) for product, quantity, cost in lines]
    inventory.receive(pieces, cause=Cause("opening", source_key, on, by=by))
    value = inventory.worth(pieces)
    billing.post(postings.opening_stock(source_key, value, on=on), by=by)
    filling.ask((piece.product_id for piece in pieces), cause=source_key)


@atomic
def adjust(wish: Correction, *, on: date, key: str, by: Any = None) -> Adjustment:
    """Correct the stock; what is worth more than the company's limit waits for a second person.

    The same key is the same adjustment. Raises NoReason, NotCountable, OutOfStock.
    """
    inventory.hold_warehouse(wish.warehouse)
    if known := corrections.known(key):
        return known
    adjustment = corrections.write_down(wish, on=on, key=key, by=by)
    limit = company().adjustment_limit
    if limit is None or adjustment.estimate <= limit:
        _carry_out(adjustment, on=on)
    return adjustment


@atomic
def adjust_stock(
    product: Any,
    *,
    warehouse: Any,
    quantity: int,
    reason: str,
    on: date,
    key: str,
    cost: Decimal | None = None,
    by: Any = None,
) -> None:
    """Correct a count by a quantity, up or down, whatever it is worth: for programs, where nobody can ask.

    `cost` is for all pieces found; without it the average. The same key is one time. Raises as `adjust`.
    """
    inventory.hold_warehouse(warehouse)
    if not corrections.known(key):
        wish = Correction(product, warehouse, quantity, reason, cost=cost)
        _carry_out(corrections.write_down(wish, on=on, key=key, by=by), on=on)


@atomic
def approve(adjustment: Adjustment, *, on: date, by: Any) -> None:
    """Carry out what somebody else asked for. Raises SamePerson, OutOfStock and IllegalTransition."""
    corrections.require_second_person(adjustment, by)
    _carry_out(adjustment, on=on, approver=by)


@atomic
def reject(adjustment: Adjustment, *, on: date, reason: str = "", by: Any) -> None:
    """Refuse an adjustment, or take one's own back. Raises IllegalTransition."""
    corrections.reject(adjustment, on=on, reason=reason, by=by)


@atomic
def set_aside(
    product: Any,
    *,
    warehouse: Any,
    quantity: int,
    condition: str,
    reason: str,
    on: date,
    key: str,
    by: Any = None,
) -> None:
    """Keep free pieces from being sold: damaged, or in quarantine. The same key is one time.

    Raises NoReason, NotCountable, OutOfStock.
    """
    piece = Piece(product.pk, warehouse.pk, quantity, condition=condition)
    cause = Cause("set aside", f"aside:{key}", on, reason=reason.strip()[:255], by=by)
    if _is_new(piece, warehouse, cause):
        inventory.set_aside([piece], cause=cause)


@atomic
def free(
    product: Any,
    *,
    warehouse: Any,
    quantity: int,
    condition: str,
    reason: str,
    on: date,
    key: str,
    by: Any = None,
) -> None:
    """Put pieces that were set aside on sale again. The same key is one time. Raises as `set_aside`."""
    piece = Piece(product.pk, warehouse.pk, quantity, condition=condition)
    cause = Cause("set aside", f"aside:{key}", on, reason=reason.strip()[:255], by=by)
    if _is_new(piece, warehouse, cause):
        inventory.set_aside([piece], cause=cause, free=True)
        filling.ask([product.pk], cause=cause.source_key)


def scrap(
    product: Any,
    *,
    warehouse: Any,
    quantity: int,
    reason: str,
    on: date,
    key: str,
    condition: str = "",
    by: Any = None,
) -> Adjustment:
    """Throw pieces away, free ones or those set aside: an adjustment whose cost is written off."""
    code = Adjustment.Code.SCRAPPED
    wish = Correction(product, warehouse, -abs(quantity), reason, code=code, condition=condition)
    return adjust(wish, on=on, key=key, by=by)


@atomic
def start(
    warehouse: Any,
    *,
    on: date,
    products: Collection[int] | None = None,
    note: str = "",
    is_blind: bool = True,
    key: str | None = None,
    by: Any = None,
) -> Stocktake:
    """Begin to count products (by key), or all of a warehouse: what is expected is frozen, sales go on.

    The same key is the same stocktake. Raises NothingToCount and CountedElsewhere.
    """
    return counting.start(warehouse, products=products, on=on, note=note, is_blind=is_blind, key=key, by=by)


@atomic
def add(stocktake: Stocktake, *, products: Collection[int]) -> None:
    """Count products too that were not listed. Raises CountedElsewhere and IllegalTransition."""
    counting.add(stocktake, products)


@atomic
def count(
    stocktake: Stocktake, *, counted: Mapping[int, int], at: datetime | None = None, by: Any = None
) -> None:
    """Take counts (good pieces by line), made just now, or at a moment that has passed.

    Raises NotOnTheStocktake and IllegalTransition.
    """
    counting.count(stocktake, counted=counted, at=at, by=by)


@atomic
def recount(stocktake: Stocktake, *, lines: Collection[int]) -> None:
    """Have lines (by key) counted once more. Raises IllegalTransition."""
    counting.recount(stocktake, lines=lines)


@atomic
def post(
    stocktake: Stocktake,
    *,
    on: date,
    uncounted: Uncounted = "refuse",
    costs: Mapping[int, Decimal] | None = None,
    by: Any = None,
) -> None:
    """Make the stock what was counted, with one entry; orders whose pieces are gone wait for others.

    `costs` (by line, of all pieces found) value products of which nothing is here. Lines not counted are
    refused, or left as they are. Raises NotCounted, CountAgain, PromisedMeanwhile, IllegalTransition.
    """
    lines = counting.close(stocktake, on=on, uncounted=uncounted, by=by)
    if not lines:
        return
    notes = _free_what_is_gone(stocktake, lines)
    posted = counting.move(stocktake, lines, costs=costs or {}, on=on, by=by)
    billing.post(postings.counted(stocktake, posted.gain, posted.loss, on=on), by=by)
    for note in notes:
        told = f"Goods for {note.number} were not found by stocktake {stocktake}."
        sales.note(note.order, "goods are missing", told, f"delivery:{note.pk}", by=by)
    filling.ask([line.product_id for line in lines], cause=f"stocktake:{stocktake.pk}")


@atomic
def cancel(stocktake: Stocktake) -> None:
    """Give up a stocktake: nothing changes. Raises IllegalTransition."""
    counting.cancel(stocktake)


def _free_what_is_gone(stocktake: Stocktake, lines: list[StocktakeLine]) -> list[DeliveryNote]:
    """Lock all that is concerned, orders first, and take back promises of what was not found."""
    place = stocktake.warehouse_id
    gone = {line.product_id: -(line.difference or 0) for line in lines if (line.difference or 0) < 0}
    orders = set(waiting.lines_to_give_up(gone, place).values_list("note__order", flat=True))
    sales.hold_all(orders)
    held = inventory.hold_with_room({(line.product_id, place) for line in lines})
    levels = {line.product_id: held.level(line.product_id, place) for line in lines}
    here = {product: row.on_hand - row.unavailable for product, row in levels.items() if row}
    counting.require_enough(lines, here)
    free = {product: row.available for product, row in levels.items() if row}
    short = {product: pieces - free[product] for product, pieces in gone.items() if pieces > free[product]}
    return waiting.give_up(short, warehouse=place, held=orders)


def _carry_out(adjustment: Adjustment, *, on: date, approver: Any = None) -> None:
    key, why = adjustment.source_key, adjustment.why
    value = corrections.carry_out(adjustment, on=on, approver=approver)
    entry = postings.scrapped if adjustment.code == Adjustment.Code.SCRAPPED else postings.adjusted
    billing.post(entry(key, value, on=on, reason=why), by=adjustment.user)
    if value >= ZERO and adjustment.quantity > 0:
        filling.ask([adjustment.product_id], cause=key)


def _is_new(piece: Piece, warehouse: Any, cause: Cause) -> bool:
    """Return whether a change is to be made that was not made before. Raises NoReason and NotCountable."""
    if not cause.reason or piece.quantity <= 0:
        raise NoReason("To set goods aside, or free them, takes a quantity and a reason.")
    if piece.condition not in CONDITIONS:
        raise NotCountable("Goods are set aside as damaged or in quarantine.")
    inventory.hold_warehouse(warehouse)
    return not StockMove.objects.filter(source_key=cause.source_key).exists()
