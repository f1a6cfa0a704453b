"""Writes returns: asked for, answered, received, inspected, closed. Papers and money are the chain's.

A piece that is asked for is counted on its delivery line, so that never more comes back than was shipped.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from accounting.refusal import Refusal
from erp.documents.bulk import update_rows
from erp.documents.models import IllegalTransition

from .models import DeliveryLine, Return, ReturnLine
from .services import Pieces

State = Return.State
OPEN = (State.REQUESTED, State.APPROVED, State.RECEIVED)
Dispositions = dict[int, dict[str, int]]  # by return line: how many are restocked, damaged, scrapped, refused


class NothingToReturn(Refusal):
    """More is to come back than was shipped and is still with the customer."""


class NotOnTheReturn(Refusal):
    """Pieces that do not stand on the return, or more than were asked for or received."""


def known(key: str) -> Return | None:
    """Return the return that a key has asked for already."""
    return Return.objects.filter(key=key).first() if key else None


def ask(
    order: Any, quantities: Pieces, *, on: date, key: str = "", reason: str = "", by: Any = None
) -> Return:
    """Write down that shipped pieces (by delivery line) are to come back. Raises NothingToReturn."""
    lines = _returnable(order, quantities)
    document = _write(order, on=on, key=key, reason=reason, by=by, state=State.REQUESTED)
    _write_lines(document, [(line, quantities[line.pk], 0) for line in lines])
    return document


def take_in(
    order: Any, quantities: Pieces, *, on: date, key: str = "", reason: str = "", by: Any = None
) -> Return:
    """Write down that shipped pieces are here and go back on the shelf. Raises NothingToReturn."""
    lines = _returnable(order, quantities)
    document = _write(order, on=on, key=key, reason=reason, by=by, state=State.RECEIVED, received_on=on)
    _write_lines(document, [(line, quantities[line.pk], quantities[line.pk]) for line in lines])
    return document


def hold(document: Return) -> Return:
    """Lock a return, after its order as every verb does, and read it afresh."""
    return Return.objects.select_for_update(of=("self",)).get(pk=document.pk)


def answer(document: Return, state: str, *, words: str = "") -> None:
    """Approve a return, reject or cancel it: then its pieces are no longer asked for."""
    lines = lines_of(document)
    document.move_to(state, answer=words[:255])
    if state != State.APPROVED:
        count([(line.delivery_line_id, -line.quantity, 0) for line in lines if line.delivery_line_id])


def receive(document: Return, quantities: Pieces, *, on: date) -> None:
    """Count pieces that came in, by return line. Raises NotOnTheReturn and IllegalTransition."""
    lines = {line.pk: line for line in lines_of(document)}
    _require(document, quantities, lines)
    for key, pieces in quantities.items():
        left = lines[key].quantity - lines[key].received
        if not 0 < pieces <= left:
            raise NotOnTheReturn(f"Of '{lines[key].product.get_title()}' {left} are to come, not {pieces}.")
    if document.state == State.APPROVED:
        document.move_to(State.RECEIVED, received_on=on)
    elif not Return.objects.filter(pk=document.pk, state=State.RECEIVED).update(received_on=on):
        raise IllegalTransition(f"{document} is {document.get_state_display()}: nothing of it is received.")
    update_rows(
        ReturnLine._meta.db_table,
        "received = received + v.column2",
        "id = v.column1",
        list(quantities.items()),
    )


def inspect(document: Return, dispositions: Dispositions) -> None:
    """Say what becomes of received pieces, by return line; the last word counts. Raises NotOnTheReturn."""
    lines = {line.pk: line for line in lines_of(document)}
    _require(document, dispositions, lines)
    if document.state != State.RECEIVED:
        raise IllegalTransition(f"{document} is {document.get_state_display()}: there is nothing to inspect.")
    rows = []
    for key, decided in dispositions.items():
        pieces = [decided.get(name, 0) for name in ReturnLine.DISPOSITIONS]
        line = lines[key]
        if min(pieces) < 0 or sum(pieces) > line.received:
            raise NotOnTheReturn(
                f"Of '{line.product.get_title()}' {line.received} came in, not {sum(pieces)}."
            )
        rows.append((key, *pieces))
    update_rows(
        ReturnLine._meta.db_table,
        "restocked = v.column2, damaged = v.column3, scrapped = v.column4, refused = v.column5",
        "id = v.column1",
        rows,
    )


def _write(order: Any, *, on: date, key: str, reason: str, by: Any, **state: Any) -> Return:
    return Return.objects.create(
        order=order,
        number=f"RT-{order.number}-{Return.objects.filter(order=order).count() + 1}",
        requested_on=on,
        reason=reason[:255],
        key=key or None,
        user=by,
        **state,
    )


def _write_lines(document: Return, parts: Sequence[tuple[DeliveryLine, int, int]]) -> None:
    """Write lines of pieces asked for, and of them restocked already."""
    ReturnLine.objects.bulk_create(
        ReturnLine(
            returned=document,
            delivery_line=line,
            product_id=line.product_id,
            quantity=asked,
            received=restocked,
            restocked=restocked,
        )
        for line, asked, restocked in parts
    )
    count([(line.pk, asked, 0) for line, asked, _ in parts])


def lines_of(document: Return) -> list[ReturnLine]:
    """Lock the lines of a return, in the order in which stock is locked."""
    rows = ReturnLine.objects.select_for_update(of=("self",)).filter(returned=document)
    return list(rows.select_related("delivery_line__note", "product__parent").order_by("product_id", "pk"))


def _require(document: Return, chosen: Iterable[int], lines: dict[int, ReturnLine]) -> None:
    wanted = set(chosen)
    if not wanted or wanted - lines.keys():
        raise NotOnTheReturn(f"Only what stands on {document} can be received and inspected.")


def count(changes: list[tuple[int, int, int]]) -> None:
    """Count pieces on delivery lines: (line, more asked for, more returned)."""
    update_rows(
        DeliveryLine._meta.db_table,
        "asked = asked + v.column2, returned = returned + v.column3",
        "id = v.column1",
        changes,
    )


def _returnable(order: Any, quantities: Pieces) -> list[DeliveryLine]:
    rows = DeliveryLine.objects.select_for_update(of=("self",)).select_related("note")
    found = rows.filter(pk__in=quantities, note__order=order, note__shipped_on__isnull=False)
    lines = list(found.order_by("product_id", "pk"))
    if not lines or len(lines) != len(quantities):
        raise NothingToReturn("Only what was shipped with this order can come back.")
    for line in lines:
        left = line.can_come_back
        if not 0 < quantities[line.pk] <= left:
            raise NothingToReturn(f"Of '{line.title}' {left} can come back, not {quantities[line.pk]}.")
    return lines
