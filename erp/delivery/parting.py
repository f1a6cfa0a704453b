"""Divides a delivery note: some of its pieces go on a note of their own. What is still to come goes first."""

from datetime import date
from typing import Any

from accounting.refusal import Refusal
from erp.documents.bulk import update_rows

from .models import DeliveryLine, DeliveryNote

State = DeliveryNote.State
Pieces = dict[int, int]  # how many, by line


class NotOnTheNote(Refusal):
    """Pieces that do not stand on the delivery note, or none at all."""


def left_over(note: DeliveryNote, lines: list[DeliveryLine], quantities: Pieces | None) -> Pieces:
    """Return the pieces by line that do not leave with the note. Raises NotOnTheNote."""
    if quantities is None:
        return {}
    there = {line.pk: line for line in lines}
    if not quantities or quantities.keys() - there.keys():
        raise NotOnTheNote(f"Only what stands on {note} can leave with it.")
    for key, pieces in quantities.items():
        line = there[key]
        if not 0 < pieces <= line.quantity:
            raise NotOnTheNote(f"Of '{line.title}' {line.quantity} stand on {note}, {pieces} cannot leave.")
    left = {line.pk: line.quantity - quantities.get(line.pk, 0) for line in lines}
    return {key: pieces for key, pieces in left.items() if pieces}


def part(
    note: DeliveryNote,
    lines: list[DeliveryLine],
    gone: Pieces,
    *,
    order: Any,
    state: str,
    on: date,
    warehouse: int | None = None,
) -> DeliveryNote:
    """Put pieces (by line) on a note of their own, and return it: whole lines as they are, of others a part.

    A note that would be ready waits for what is not here.
    """
    late = any(min(line.waits, gone.get(line.pk, 0)) for line in lines)
    rest = DeliveryNote(
        order=order,
        warehouse_id=warehouse or note.warehouse_id,
        number=f"DN-{order.number}-{DeliveryNote.objects.filter(order=order).count() + 1}",
        state=State.WAITING_STOCK if late and state == State.READY else state,
        ship_to=note.ship_to,
        created_on=on,
    )
    DeliveryNote.objects.bulk_create([rest])
    _move(rest, lines, gone)
    return rest


def _move(rest: DeliveryNote, lines: list[DeliveryLine], left: dict[int, int]) -> None:
    whole = [line for line in lines if left.get(line.pk) == line.quantity]
    parts = [line for line in lines if 0 < left.get(line.pk, 0) < line.quantity]
    late = {line.pk: min(line.waits, left[line.pk]) for line in parts}
    DeliveryLine.objects.filter(pk__in=[line.pk for line in whole]).update(note=rest, picked=0)
    DeliveryLine.objects.bulk_create(
        _copy(line, note=rest, quantity=left[line.pk], waits=late[line.pk]) for line in parts
    )
    update_rows(
        DeliveryLine._meta.db_table,
        "quantity = quantity - v.column2, waits = waits - v.column3,"
        " picked = CASE WHEN picked > v.column4 THEN v.column4 ELSE picked END",
        "id = v.column1",
        [
            (line.pk, left[line.pk], late[line.pk], line.here - left[line.pk] + late[line.pk])
            for line in parts
        ],
    )
    for line in whole:
        line.note = rest
    for line in parts:
        line.quantity -= left[line.pk]
        line.waits -= late[line.pk]


def _copy(line: DeliveryLine, *, note: DeliveryNote, quantity: int, waits: int) -> DeliveryLine:
    return DeliveryLine(
        note=note,
        order_line_id=line.order_line_id,
        product_id=line.product_id,
        sku=line.sku,
        title=line.title,
        quantity=quantity,
        waits=waits,
    )
