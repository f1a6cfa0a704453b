"""Lets the demo's six weeks of business happen, day by day, through the verbs of the chain."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from django.utils import timezone
from oscar.core.loading import get_model

from erp import order_to_cash, parcels, paying, picking, stocktaking
from erp.backoffice.demo import returns
from erp.backoffice.demo.company import CARRIER
from erp.backoffice.demo.people import colleague
from erp.backoffice.demo.selling import sale_for
from erp.delivery.models import DeliveryNote
from erp.documents import outbox
from erp.documents.models import Outbox
from erp.inventory.models import StockMove
from erp.inventory.services import main_warehouse
from erp.invoicing.models import CreditNote, Invoice, Payment
from erp.sales.models import OrderEvent, SaleKey
from erp.sales.pricing import price

Order = get_model("order", "Order")
Product = get_model("catalogue", "Product")

STORY = json.loads((Path(__file__).parent / "orders.json").read_text(encoding="utf-8"))
CARDS = {"placed": "4111111111111111", "declined": "4000000000000002", "pending": "4000000000003220"}

Wish = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Event:
    """Something that is to happen on a day: the verb is its key in the story, and in VERBS."""

    verb: str
    wish: Wish
    on: date


def load(say: Callable[[str], None], *, today: date) -> None:
    """Let happen what has not happened yet, the oldest first."""
    happened = set(_happened())
    missing = [event for event in _events(today) if (event.wish["name"], event.verb) not in happened]
    # Invoice dates ascend with their numbers: what was interrupted goes on after the last one.
    first = max(_last_issued(), default=date.min)
    for done, event in enumerate(missing, start=1):
        say(f"orders, event {done} of {len(missing)}")
        VERBS[event.verb](event.wish, on=max(event.on, first))


def _events(today: date) -> list[Event]:
    """Everything that is to happen. Within a day, what happens first stands first in VERBS."""
    events = [
        Event(verb, wish, today - timedelta(days=wish[verb]))
        for wish in (*STORY["orders"], *STORY["counts"])
        for verb in VERBS
        if verb in wish
    ]
    return sorted(events, key=lambda event: event.on)


def _happened() -> Iterator[tuple[str, str]]:
    """Name and verb of what is already there."""
    names = {
        number: key.removeprefix("demo:")
        for key, number in SaleKey.objects.filter(key__startswith="demo:").values_list("key", "order_number")
    }
    events = OrderEvent.objects.filter(order__number__in=names)
    for number, verb in events.values_list("order__number", "name"):
        yield names[number], verb
    for reference in Payment.objects.filter(
        state=Payment.State.FAILED, reference__startswith="card:demo:"
    ).values_list("reference", flat=True):
        yield reference.removeprefix("card:demo:"), "declined"
    for key in StockMove.objects.filter(source_key__startswith="adjustment:demo:").values_list(
        "source_key", flat=True
    ):
        yield key.removeprefix("adjustment:demo:"), "counted"


def _last_issued() -> Iterator[date]:
    for paper in (Invoice, CreditNote):
        yield from paper.objects.order_by("-issued_on").values_list("issued_on", flat=True)[:1]


def _place(wish: Wish, *, on: date) -> None:
    sale = sale_for(wish, on=on)
    if wish["pay"] == "card":
        sale = replace(
            sale, payment=_authorise(wish, price(sale).gross, CARDS[wish.get("card", "placed")], on=on)
        )
    order = order_to_cash.place(sale, on=on)
    _collect(order, now=sale.placed_at)


def _collect(order: Any, *, now: datetime) -> None:
    """Have a card that is held charged, where that is due."""
    for row in Outbox.objects.filter(order_number=order.number, topic="capture", done_at=None):
        outbox.deliver(row.pk, now=now)


def _authorise(wish: Wish, amount: Any, card: str, *, on: date) -> Payment:
    return paying.start_payment(
        "card", amount, key=f"demo:{wish['name']}", form_data={"card_number": card}, on=on
    )


def _decline(wish: Wish, *, on: date) -> None:
    """A card is refused, so that there is a payment without an order."""
    try:
        _authorise(wish, price(sale_for(wish, on=on)).gross, CARDS["declined"], on=on)
    except paying.PaymentDeclined:
        return


def _pay(wish: Wish, *, on: date) -> None:
    order = _order(wish)
    payment = Payment.objects.get(order=order)
    reference = f"transfer:{order.number}"
    order_to_cash.settle(
        payment, amount=payment.amount, reference=reference, on=on, by=colleague("accountant")
    )


def _pay_twice(wish: Wish, *, on: date) -> None:
    """The customer forgets that it is paid: the money is kept, and shown as what nobody owes."""
    payment = Payment.objects.get(order=_order(wish))
    order_to_cash.settle(
        payment,
        amount=payment.amount,
        reference=f"again:{payment.reference}",
        on=on,
        by=colleague("accountant"),
    )


def _pick(wish: Wish, *, on: date) -> None:
    """Somebody begins at the shelf, and has the first line in hand."""
    note = DeliveryNote.objects.get(order=_order(wish))
    picking.start(note, by=colleague("warehouse"))
    for line in note.lines.order_by("pk")[:1]:
        picking.count(note, quantities={line.pk: line.quantity}, by=colleague("warehouse"))


def _pack(wish: Wish, *, on: date) -> None:
    note = DeliveryNote.objects.get(order=_order(wish))
    pieces = dict(note.lines.values_list("pk", "quantity"))
    picking.count(note, quantities=pieces, by=colleague("warehouse"))
    picking.pack(note, by=colleague("warehouse"))


def _ship(wish: Wish, *, on: date) -> None:
    order = _order(wish)
    for note in DeliveryNote.objects.filter(order=order, state=DeliveryNote.State.READY):
        # Where the story names a part, the rest stays on a note of its own.
        part = {line.pk: wish["part"][line.sku] for line in note.lines.filter(sku__in=wish.get("part", ()))}
        parcel = CARRIER, f"LP{note.pk:08d}"
        parcels.send(note, quantities=part or None, on=on, parcel=parcel, by=colleague("warehouse"))
    _collect(order, now=timezone.make_aware(datetime.combine(on, time(17))))


def _cancel(wish: Wish, *, on: date) -> None:
    order_to_cash.cancel(_order(wish), on=on, reason=wish["reason"], by=colleague("sales"))


def _follow(verb: Callable[..., None], wish: Wish, *, on: date) -> None:
    """Let something happen to an order that was sent."""
    verb(wish, _order(wish), on=on)


def _count(wish: Wish, *, on: date) -> None:
    stocktaking.adjust_stock(
        Product.objects.get(upc=wish["sku"]),
        warehouse=main_warehouse(),
        quantity=wish["quantity"],
        reason=wish["reason"],
        on=on,
        key=f"demo:{wish['name']}",
        by=colleague("warehouse"),
    )


def _order(wish: Wish) -> Any:
    return Order.objects.get(number=SaleKey.objects.get(key=f"demo:{wish['name']}").order_number)


VERBS: dict[str, Callable[..., None]] = {
    "declined": _decline,
    "placed": _place,
    "paid": _pay,
    "surplus": _pay_twice,
    "picking": _pick,
    "packed": _pack,
    "shipped": _ship,
    "cancelled": _cancel,
    **{name: partial(_follow, verb) for name, verb in returns.VERBS.items()},
    "counted": _count,
}
