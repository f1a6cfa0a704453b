"""How far an order is, for its customer: what has happened on which day, and what is still to come."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.timezone import localdate

from accounting.money import ZERO
from erp.delivery import carriers
from erp.delivery.models import DeliveryNote
from erp.invoicing.models import PaymentOperation
from erp.invoicing.payments import still_to_come

Kind = PaymentOperation.Kind
State = DeliveryNote.State


@dataclass(frozen=True, slots=True)
class Stage:
    """Something that happened on a day, or without one is still to come."""

    what: str
    on: date | None
    details: str = ""
    amount: Decimal | None = None
    link: str = ""


# What a parcel that is still here waits for.
HOW_FAR = {
    State.WAITING_PAYMENT: "once it is paid",
    State.WAITING_STOCK: "waiting for goods",
    State.PICKING: "being packed",
    State.PACKED: "packed, about to leave",
}


def timeline(order: Any) -> list[Stage]:
    """Return the stages of an order: those of a day in the order of days, then those to come."""
    stages = list(_stages(order))
    happened = [stage for stage in stages if stage.on]
    return sorted(happened, key=lambda stage: stage.on or date.max) + [s for s in stages if not s.on]


def _stages(order: Any) -> Iterator[Stage]:
    yield Stage("Placed", localdate(order.date_placed))
    yield from _money(order)
    if order.status == "cancelled":
        event = order.events.filter(name="cancelled").order_by("pk").last()
        yield Stage("Cancelled", localdate(event.at) if event else None)
    else:
        yield from _parcels(order)
    for row in order.returns.filter(received_on__isnull=False).order_by("pk"):
        yield Stage("Returned", row.received_on, row.number)
    back = PaymentOperation.objects.filter(payment__order=order, kind=Kind.REFUND)
    for row in back.order_by("pk"):
        yield Stage("Paid back", row.on, amount=row.amount)


def _money(order: Any) -> Iterator[Stage]:
    captures = PaymentOperation.objects.filter(payment__order=order, kind=Kind.CAPTURE)
    taken = list(captures.order_by("pk"))
    # Each way to pay that was tried may still bring all of it, and all of them together no more.
    left = max((still_to_come(payment) for payment in order.payments.exclude(state="voided")), default=ZERO)
    if taken and not left:
        yield Stage("Paid", taken[-1].on)
    else:
        yield from (Stage("Paid in part", row.on, amount=row.amount) for row in taken)
    if left and order.status != "cancelled":
        yield Stage("Paid", None, amount=left)


def _parcels(order: Any) -> Iterator[Stage]:
    notes = list(order.delivery_notes.exclude(state=State.CANCELLED).order_by("pk"))
    links = carriers.links_for(notes)
    for place, note in enumerate(notes, start=1):
        which = f", parcel {place} of {len(notes)}" if len(notes) > 1 else ""
        yield Stage(f"Shipped{which}", note.shipped_on, _details(note), link=links.get(note.pk, ""))
        yield Stage(f"Delivered{which}", note.delivered_on)


def _details(note: DeliveryNote) -> str:
    """Return what the parcel waits for, or who carries it under which number."""
    return HOW_FAR.get(note.state) or " ".join(filter(None, (note.carrier, note.tracking_number)))
