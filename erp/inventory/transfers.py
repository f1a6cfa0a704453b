"""Sends goods from one warehouse to another: off one shelf, set aside on their way, onto the other."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from accounting.money import ZERO, minor
from accounting.refusal import Refusal
from erp.documents.bulk import update_rows
from erp.documents.models import IllegalTransition

from . import shelf, valuation
from .models import StockMove, Transfer, TransferLine, Warehouse
from .services import Cause, Piece, hold_with_room, require_free
from .shelf import Change, Shelf

State = Transfer.State
TRANSIT = StockMove.Condition.TRANSIT
MOST_PIECES = 1_000_000


class NothingToSend(Refusal):
    """A transfer without goods, or one that goes nowhere."""


class NotOnTheTransfer(Refusal):
    """Pieces that were not sent cannot arrive."""


class NoReasonGiven(Refusal):
    """Pieces are missing, and nobody says why."""


class ArrivesTooEarly(Refusal):
    """Goods cannot arrive before they left."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """What came of a transfer: which products, and what the missing pieces had cost."""

    products: list[int]
    lost: Decimal


def draft(
    origin: Warehouse,
    destination: Warehouse,
    *,
    quantities: Mapping[int, int],
    on: date,
    note: str = "",
    key: str | None = None,
    by: Any = None,
) -> Transfer:
    """Write down which pieces (by product) are to go. The same key is the same. Raises NothingToSend."""
    if key and (known := Transfer.objects.filter(key=key).first()):
        return known
    if origin == destination or origin.is_transit or destination.is_transit:
        raise NothingToSend("A transfer goes from one warehouse to another.")
    _require_pieces(quantities)
    transfer = Transfer.objects.create(
        origin=origin, destination=destination, created_on=on, note=note, key=key, user=by
    )
    _write_lines(transfer, quantities)
    return transfer


def change(transfer: Transfer, *, quantities: Mapping[int, int]) -> None:
    """Write down other pieces (by product) for a draft. Raises NothingToSend and IllegalTransition."""
    _require_pieces(quantities)
    held = Transfer.objects.select_for_update().get(pk=transfer.pk)
    if held.state != State.DRAFT:
        raise IllegalTransition(f"{held} is {held.get_state_display()}: it cannot be changed.")
    transfer.lines.all().delete()
    _write_lines(transfer, quantities)


def send(transfer: Transfer, *, on: date, by: Any = None) -> None:
    """Take the pieces off the shelf and on their way. Raises OutOfStock and IllegalTransition."""
    transfer.move_to(State.SENT, sent_on=on)
    lines = _lines(transfer)
    transit = Warehouse.objects.get(is_transit=True).pk
    held = hold_with_room({(line.product_id, transit) for line in lines})
    require_free([Piece(line.product_id, transfer.origin_id, line.quantity) for line in lines], held)
    changes = []
    for line in lines:
        cost = _cost(held, line.product_id, line.quantity)
        changes.append(Change(line.product_id, transfer.origin_id, -line.quantity, -cost))
        changes.append(_onto_the_road(line.product_id, transit, line.quantity, cost))
    shelf.write(changes, held, cause=_cause(transfer, on=on, by=by))


def receive(
    transfer: Transfer, *, missing: Mapping[int, int], reasons: Mapping[int, str], on: date, by: Any = None
) -> Arrived:
    """Put what arrived on the shelf; what is missing (pieces by line) is lost, each line with its reason.

    Raises NotOnTheTransfer, NoReasonGiven, ArrivesTooEarly and IllegalTransition.
    """
    lines = _lines(transfer)
    _require_sense(transfer, lines, missing, reasons, on=on)
    transfer.move_to(State.RECEIVED, received_on=on, recipient=by)
    return _unload(transfer, lines, missing, reasons, onto=transfer.destination_id, on=on, by=by)


def cancel(transfer: Transfer, *, on: date, by: Any = None) -> list[int]:
    """Give up a draft, or put what is on its way back where it came from; return the products put back.

    Raises IllegalTransition.
    """
    was_sent = transfer.state == State.SENT
    transfer.move_to(State.CANCELLED)
    if not was_sent:
        return []
    return _unload(transfer, _lines(transfer), {}, {}, onto=transfer.origin_id, on=on, by=by).products


def _unload(
    transfer: Transfer,
    lines: Sequence[TransferLine],
    missing: Mapping[int, int],
    reasons: Mapping[int, str],
    *,
    onto: int,
    on: date,
    by: Any,
) -> Arrived:
    transit = Warehouse.objects.get(is_transit=True).pk
    held = hold_with_room({(line.product_id, onto) for line in lines})
    changes: list[Change] = []
    for line in lines:
        line.received = line.quantity - missing.get(line.pk, 0)
        line.reason = reasons.get(line.pk, "").strip() if line.missing else ""
        line.lost = ZERO
        if line.received:
            cost = _cost(held, line.product_id, line.received)
            changes.append(_onto_the_road(line.product_id, transit, -line.received, -cost))
            changes.append(Change(line.product_id, onto, line.received, cost))
        if line.missing:
            line.lost = _cost(held, line.product_id, line.missing)
            changes.append(_onto_the_road(line.product_id, transit, -line.missing, -line.lost))
    shelf.write(changes, held, cause=_cause(transfer, on=on, by=by))
    if transfer.state == State.RECEIVED:
        _write_arrivals(lines)
    return Arrived([line.product_id for line in lines], sum((line.lost or ZERO for line in lines), ZERO))


def _write_arrivals(lines: Sequence[TransferLine]) -> None:
    TransferLine.objects.bulk_update([line for line in lines if line.missing], ["reason"])
    update_rows(
        TransferLine._meta.db_table,
        "received = v.column2, lost = v.column3",
        "id = v.column1",
        [(line.pk, line.received or 0, minor(line.lost or ZERO)) for line in lines],
    )


def _require_pieces(quantities: Mapping[int, int]) -> None:
    if not quantities:
        raise NothingToSend("A transfer needs at least one product.")
    if not all(0 < pieces <= MOST_PIECES for pieces in quantities.values()):
        raise NothingToSend(f"A transfer takes between 1 and {MOST_PIECES} pieces of a product.")


def _require_sense(
    transfer: Transfer,
    lines: Sequence[TransferLine],
    missing: Mapping[int, int],
    reasons: Mapping[int, str],
    *,
    on: date,
) -> None:
    there = {line.pk: line for line in lines}
    for key, pieces in missing.items():
        if key not in there or not 0 <= pieces <= there[key].quantity:
            raise NotOnTheTransfer(f"Only what was sent with {transfer} can arrive: count again.")
        if pieces and not reasons.get(key, "").strip():
            title = there[key].product.get_title()
            raise NoReasonGiven(f"{pieces} of '{title}' did not arrive: say why.")
    if transfer.sent_on and on < transfer.sent_on:
        raise ArrivesTooEarly(f"{transfer} left on {transfer.sent_on}: it cannot have arrived on {on}.")


def _write_lines(transfer: Transfer, quantities: Mapping[int, int]) -> None:
    TransferLine.objects.bulk_create(
        TransferLine(transfer=transfer, product_id=product, quantity=quantities[product])
        for product in sorted(quantities)
    )


def _lines(transfer: Transfer) -> list[TransferLine]:
    return list(transfer.lines.select_related("product__parent").order_by("product_id"))


def _onto_the_road(product: int, transit: int, quantity: int, cost: Decimal) -> Change:
    return Change(product, transit, quantity, cost, unavailable=quantity, condition=TRANSIT)


def _cost(held: Shelf, product: int, quantity: int) -> Decimal:
    """Return what pieces cost at moving average. A product stands on a transfer once."""
    stock = held.values[product]
    return valuation.cost_of_issue(stock.quantity, stock.value, quantity)


def _cause(transfer: Transfer, *, on: date, by: Any) -> Cause:
    return Cause("transfer", f"transfer:{transfer.pk}", on, reason=transfer.note, by=by)
