"""Delivery notes that wait for goods: who is served next, and what becomes of a note when they come."""

from collections.abc import Container, Iterable
from datetime import date, datetime
from typing import Any

from django.db.models import Case, F, QuerySet, When

from accounting.refusal import Refusal
from erp.documents.bulk import update_rows
from erp.inventory import promising
from erp.inventory.promising import Wish
from erp.inventory.services import Piece

from .models import DeliveryLine, DeliveryNote
from .parting import part
from .services import OPEN, have_all

State = DeliveryNote.State


def lines_that_wait(products: Iterable[int]) -> QuerySet[DeliveryLine]:
    """Return the lines that wait for pieces of products: the order that was placed first comes first."""
    lines = DeliveryLine.objects.filter(product__in=list(products), waits__gt=0, note__state__in=OPEN)
    return lines.select_related("note__order").order_by("note__order_id", "note_id", "pk")


def fill(lines: list[DeliveryLine], *, now: datetime, on: date) -> list[DeliveryNote]:
    """Give lines what has come, the first first; return the notes that got something.

    What comes into another warehouse than a note's leaves from there on a note of its own.
    """
    wishes = [Wish(line.product_id, line.note.warehouse_id, line.waits) for line in lines]
    grants = promising.grant(wishes, now=now) if wishes else []
    here, notes = [], {}
    for line, given in zip(lines, grants, strict=True):
        note = line.note
        for warehouse, pieces in given.items():
            notes[note.pk] = note
            if warehouse == note.warehouse_id or _moves_whole(note, line, pieces, warehouse):
                here.append((line.pk, pieces))
                line.waits -= pieces
            else:
                other = _from_elsewhere(note, line, pieces, warehouse=warehouse, on=on)
                notes[other.pk] = other
    update_rows(DeliveryLine._meta.db_table, "waits = waits - v.column2", "id = v.column1", here)
    have_all(notes)
    return list(notes.values())


class PromisedMeanwhile(Refusal):
    """An order came in while promises were taken back."""


def lines_to_give_up(products: Iterable[int], warehouse: int) -> QuerySet[DeliveryLine]:
    """Return the lines that are promised pieces of a warehouse, in the order in which they lose them.

    The youngest order comes first; whose goods are picked already, or even packed, comes later.
    """
    lines = DeliveryLine.objects.filter(product__in=list(products), note__warehouse=warehouse)
    far = Case(When(note__state=State.PACKED, then=2), When(note__state=State.PICKING, then=1), default=0)
    here = lines.filter(note__state__in=OPEN, quantity__gt=F("waits")).annotate(far=far)
    return here.select_related("note__order").order_by("far", "-note__order_id", "-note_id", "-pk")


def give_up(short: dict[int, int], *, warehouse: int, held: Container[int | None]) -> list[DeliveryNote]:
    """Take back promises of pieces (by product) that are gone, and return the notes that wait for them now.

    `held` are the orders that are locked. Raises PromisedMeanwhile.
    """
    left, late, notes = dict(short), [], {}
    for line in lines_to_give_up(short, warehouse) if short else []:
        if pieces := min(line.here, left[line.product_id]):
            left[line.product_id] -= pieces
            late.append((line, pieces))
            notes[line.note_id] = line.note
    if any(left.values()) or any(note.order_id not in held for note in notes.values()):
        raise PromisedMeanwhile("Orders came in meanwhile: post it once more.")
    promising.let_wait([Piece(line.product_id, warehouse, pieces) for line, pieces in late])
    DeliveryLine.objects.filter(note__in=notes, picked__gt=0).update(picked=0)
    update_rows(
        DeliveryLine._meta.db_table,
        "waits = waits + v.column2",
        "id = v.column1",
        [(line.pk, pieces) for line, pieces in late],
    )
    could_leave = DeliveryNote.objects.filter(pk__in=notes).exclude(state=State.WAITING_PAYMENT)
    could_leave.update(state=State.WAITING_STOCK, picker=None)
    return list(notes.values())


def _moves_whole(note: DeliveryNote, line: DeliveryLine, pieces: int, warehouse: int) -> bool:
    """Let a note that is this line alone, all of it granted elsewhere, leave from there."""
    if pieces < line.quantity or note.lines.count() > 1:
        return False
    DeliveryNote.objects.filter(pk=note.pk).update(warehouse=warehouse)
    note.warehouse_id = warehouse
    return True


def _from_elsewhere(
    note: DeliveryNote, line: DeliveryLine, pieces: int, *, warehouse: int, on: date
) -> DeliveryNote:
    order: Any = note.order
    state = State.WAITING_PAYMENT if note.state == State.WAITING_PAYMENT else State.READY
    other = part(note, [line], {line.pk: pieces}, order=order, state=state, on=on, warehouse=warehouse)
    other.lines.update(waits=0)
    if state == State.READY:
        DeliveryNote.objects.filter(pk=other.pk).update(state=State.READY)
        other.state = State.READY
    return other
