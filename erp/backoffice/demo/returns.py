"""What comes back in the demo: arrivals, requests in every state, a withdrawal. The verbs of its story."""

from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any

from django.utils import timezone

from erp import order_to_cash, parcels, returning
from erp.backoffice.demo.people import colleague
from erp.delivery.models import DeliveryLine, DeliveryNote, Return

Wish = dict[str, Any]


def deliver(wish: Wish, order: Any, *, on: date) -> None:
    for note in order.delivery_notes.filter(state=DeliveryNote.State.SHIPPED).order_by("pk"):
        parcels.track(note, "Parcel Post", f"PP{note.pk:09d}")
        parcels.deliver(note, on=on, by=colleague("warehouse"))


def request(wish: Wish, order: Any, *, on: date) -> None:
    """The customer asks for it in the shop."""
    key = f"demo:{wish['name']}"
    returning.request(order, quantities=pieces(wish, order), on=on, key=key, reason=wish["reason"])


def withdraw(wish: Wish, order: Any, *, on: date) -> None:
    now = timezone.make_aware(datetime.combine(on, time(9, 30)))
    returning.withdraw(order, quantities=pieces(wish, order), now=now, key=f"demo:{wish['name']}")


def approve(wish: Wish, order: Any, *, on: date) -> None:
    returning.approve(order.returns.get(), on=on, by=colleague("sales"))


def reject(wish: Wish, order: Any, *, on: date) -> None:
    returning.reject(order.returns.get(), on=on, reason=wish["answer"], by=colleague("sales"))


def give_up(wish: Wish, order: Any, *, on: date) -> None:
    returning.cancel(order.returns.get(), on=on, reason=wish["answer"], by=colleague("sales"))


def receive(wish: Wish, order: Any, *, on: date) -> None:
    document = order.returns.get()
    here = {line.pk: line.quantity for line in document.lines.all()}
    returning.receive(document, quantities=here, on=on, by=colleague("warehouse"))


def inspect(wish: Wish, order: Any, *, on: date) -> None:
    """One piece of each line is damaged, the others go back on the shelf."""
    document = order.returns.get()
    fates = {
        line.pk: {"restocked": line.received - 1, "damaged": 1}
        for line in document.lines.all()
        if line.received
    }
    returning.inspect(document, dispositions=fates, on=on, by=colleague("warehouse"))


def finish(wish: Wish, order: Any, *, on: date) -> None:
    """Close what was inspected; what nobody asked about before is taken back at once."""
    document = order.returns.filter(state=Return.State.RECEIVED).first()
    by = colleague("warehouse")
    if document:
        order_to_cash.close_return(document, on=on, by=by)
    else:
        order_to_cash.take_back(order, quantities=pieces(wish, order), on=on, reason=wish["reason"], by=by)


def pieces(wish: Wish, order: Any) -> dict[int, int]:
    """Return what comes back, by delivery line."""
    lines = DeliveryLine.objects.filter(note__order=order, sku__in=wish["back"])
    return {line.pk: wish["back"][line.sku] for line in lines}


VERBS: dict[str, Callable[..., None]] = {
    "delivered": deliver,
    "return requested": request,
    "withdrawn": withdraw,
    "return approved": approve,
    "return rejected": reject,
    "return cancelled": give_up,
    "return received": receive,
    "return inspected": inspect,
    "returned": finish,
}
