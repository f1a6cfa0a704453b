"""What happens to a delivery note beside its shipping: its parcel's number, its arrival, its end.

Each is one transaction, like the verbs of `order_to_cash`.
"""

from datetime import date
from typing import Any

from django.db.transaction import atomic

from erp import billing, crediting, filling, order_to_cash, planning
from erp.delivery import services as delivery
from erp.delivery.models import DeliveryNote
from erp.delivery.services import Pieces, Rest
from erp.sales import services as sales


@atomic
def send(
    note: DeliveryNote,
    *,
    on: date,
    quantities: Pieces | None = None,
    rest: Rest = "later",
    parcel: tuple[str, str] = ("", ""),
    by: Any = None,
) -> None:
    """Ship a note with its carrier and tracking number. Raises what `ship` raises."""
    order_to_cash.ship(note, on=on, quantities=quantities, rest=rest, by=by)
    if any(parcel):
        track(note, *parcel)


@atomic
def track(note: DeliveryNote, carrier: str, tracking_number: str) -> None:
    """Note who carries a note, and under which number: until it is delivered. Raises IllegalTransition."""
    delivery.track(note, carrier.strip(), tracking_number.strip())


@atomic
def deliver(note: DeliveryNote, *, on: date, by: Any = None) -> None:
    """Note that the goods have arrived: the day from which a consumer may withdraw is counted.

    Raises IllegalTransition and NotYetThere. That the day is not to come is asked of whoever names it.
    """
    order = sales.hold(note.order_id)
    delivery.deliver(note, on=on)
    sales.note(order, "delivered", f"{note.number} has arrived.", f"delivery:{note.pk}", by=by)


@atomic
def cancel_rest(
    note: DeliveryNote, *, on: date, quantities: Pieces | None = None, reason: str = "", by: Any = None
) -> None:
    """Cancel an open note, or pieces of it by line, while something else of the order leaves or has left.

    What was billed of them is credited and refunded; what was not, never is. Raises NothingElseLeaves,
    NotOnTheNote and IllegalTransition.
    """
    order = sales.hold(note.order_id)
    gone = delivery.cancel_note(note, order=order, quantities=quantities, on=on)
    crediting.credit_unshipped(order, gone, on=on, reason=reason, by=by)
    crediting.credit_charges(order, on=on, reason=reason, by=by)
    planning.rest_is_credited(order, still_owed=billing.owed_by(order))
    if order.status == "partly shipped":
        sales.move_order(order, delivery.status_of(order))
    planning.rest_is_settled(order)
    planning.goods_are_here(order)  # what is cancelled may be all that a note waited for
    filling.ask_for_notes([gone])
