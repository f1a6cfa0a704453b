"""What customers read of how far their order is."""

from datetime import date
from decimal import Decimal

import pytest

from erp import order_to_cash, parcels, picking
from erp.delivery.models import DeliveryNote
from shop.customer.timeline import timeline
from tests.chain.scenes import FRIDAY, TUESDAY, pay, place, ship, shipped_line
from tests.factories import MONDAY, ProductFactory, sale_line

from .buying import text

pytestmark = pytest.mark.django_db


@pytest.fixture
def order():
    return place(sale_line(ProductFactory(title="Lamp", stock=(9, "60.00")), 2, "119.00"))


def told(order):
    order.refresh_from_db()
    return [(stage.what, stage.on) for stage in timeline(order)]


def test_a_new_order_says_what_is_still_to_come(order):
    assert told(order) == [("Placed", MONDAY), ("Paid", None), ("Shipped", None), ("Delivered", None)]
    assert timeline(order)[1].amount == Decimal("238.00")


def test_each_thing_that_happens_gets_its_day(order):
    pay(order)
    ship(order)
    note = order.delivery_notes.get()
    DeliveryNote.objects.filter(pk=note.pk).update(carrier="Parcel Post", tracking_number="42")
    parcels.deliver(note, on=FRIDAY)
    order_to_cash.take_back(
        order, quantities={shipped_line(order).pk: 1}, on=date(2026, 3, 10), reason="Too bright"
    )
    days = [("Placed", MONDAY), ("Paid", TUESDAY), ("Shipped", TUESDAY), ("Delivered", FRIDAY)]
    assert told(order)[:4] == days
    assert told(order)[4:] == [("Returned", date(2026, 3, 10)), ("Paid back", date(2026, 3, 10))]
    assert timeline(order)[2].details == "Parcel Post 42"


def test_money_that_comes_in_parts_is_told_in_parts(order):
    pay(order, amount="100.00")
    assert told(order)[:2] == [("Placed", MONDAY), ("Paid in part", TUESDAY)]
    assert next((s.what, s.amount) for s in timeline(order) if not s.on) == ("Paid", Decimal("138.00"))


def test_parcels_are_told_apart(order):
    pay(order)
    (note,) = order.delivery_notes.all()
    order_to_cash.ship(note, on=TUESDAY, quantities={note.lines.get().pk: 1})
    names = [what for what, _ in told(order)]
    assert "Shipped, parcel 1 of 2" in names
    assert "Delivered, parcel 2 of 2" in names


def test_a_cancelled_order_says_so_and_promises_nothing(order):
    pay(order)
    order_to_cash.cancel(order, on=FRIDAY)
    stages = told(order)
    assert {what for what, _ in stages} == {"Placed", "Paid", "Paid back", "Cancelled"}
    assert all(on for _, on in stages)


def test_the_page_of_an_order_shows_them(client, order):
    from erp.invoicing import links

    page = text(client.get(f"/orders/{links.order_token(order)}/"))
    assert 'class="timeline"' in page
    assert "still to come" in page


def test_a_parcel_that_is_still_here_says_what_it_waits_for(order, django_user_model):
    def waits_for():
        order.refresh_from_db()
        return next(stage.details for stage in timeline(order) if stage.what == "Shipped")

    assert waits_for() == "once it is paid"
    pay(order)
    assert waits_for() == ""
    note = order.delivery_notes.get()
    sam = django_user_model.objects.create_user("sam")
    picking.start(note, by=sam)
    assert waits_for() == "being packed"
    picking.count(note, quantities={note.lines.get().pk: 2}, by=sam)
    picking.pack(note, by=sam)
    assert waits_for() == "packed, about to leave"
