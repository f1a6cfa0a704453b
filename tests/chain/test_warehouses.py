"""An order that two warehouses serve has two notes, and leaves in two parts."""

from decimal import Decimal

import pytest

from erp import order_to_cash, parcels, stocktaking
from erp.inventory.models import StockLevel, Warehouse
from tests.books import is_sound
from tests.chain.scenes import FRIDAY, TUESDAY, balances, entries, fresh, place, stepped, work
from tests.factories import MONDAY, ProductFactory, sale_line

pytestmark = pytest.mark.django_db


@pytest.fixture
def lamp():
    """Two are in the main warehouse, three in another; each costs us 60.00."""
    product = ProductFactory(title="Lamp", price=Decimal("119.00"), stock=(2, "60.00"))
    other = Warehouse.objects.create(code="other", name="Other", priority=20)
    stocktaking.adjust_stock(
        product, warehouse=other, quantity=3, cost=Decimal("180.00"), reason="Found", on=MONDAY, key="other"
    )
    return product


def reserved():
    return dict(StockLevel.objects.values_list("warehouse__code", "reserved"))


def test_the_warehouse_that_serves_first_gives_what_it_has(lamp):
    order = place(sale_line(lamp, 4, "119.00"), pay="card", charge="5.95")

    notes = {note.number: note.lines.get().quantity for note in order.delivery_notes.all()}
    assert notes == {f"DN-{order.number}-1": 2, f"DN-{order.number}-2": 2}
    assert reserved() == {"main": 2, "other": 2}
    assert is_sound()


def test_shipping_income_goes_with_the_first_part(lamp):
    order = place(sale_line(lamp, 4, "119.00"), pay="card", charge="5.95")
    first, second = order.delivery_notes.order_by("pk")

    order_to_cash.ship(first, on=TUESDAY)
    assert fresh(order).status == "partly shipped"
    assert stepped(order)["ship"] == "manual"
    assert balances()["DEFERRED_REVENUE"] == "-200.00"
    assert balances()["SHIPPING_INCOME"] == "-5.00"

    order_to_cash.ship(second, on=TUESDAY)
    assert fresh(order).status == "shipped"
    assert stepped(order)["ship"] == "done"
    assert "DEFERRED_REVENUE" not in balances()
    assert balances()["REVENUE"] == "-400.00"
    assert is_sound()


def test_each_part_is_billed_and_collected_as_it_leaves(lamp):
    order = place(sale_line(lamp, 3, "99.99"), pay="card", charge="5.95", invoice_on="shipment")
    for note in order.delivery_notes.order_by("pk"):
        order_to_cash.ship(note, on=TUESDAY)
        work()

    assert [cause for cause, _ in entries()] == ["delivery", "invoice", "payment"] * 2
    invoices = order.invoices.all()
    assert len(invoices) == 2
    assert sum(invoice.gross for invoice in invoices) == order.total_incl_tax == Decimal("305.92")
    assert sum(invoice.net for invoice in invoices) == order.total_excl_tax
    payment = order.payments.get()
    assert payment.captured == payment.amount
    assert "RECEIVABLE" not in balances()
    assert is_sound()


def test_both_parts_are_collected_even_when_the_queue_was_asleep(lamp):
    order = place(sale_line(lamp, 3, "99.99"), pay="card", invoice_on="shipment")
    for note in order.delivery_notes.order_by("pk"):
        order_to_cash.ship(note, on=TUESDAY)
    work()

    assert order.payments.get().captured == order.total_incl_tax
    assert is_sound()


def test_pieces_of_both_parts_come_back_to_where_they_lay(lamp):
    order = place(sale_line(lamp, 4, "119.00"), pay="card", charge="5.95")
    work()
    for note in order.delivery_notes.order_by("pk"):
        order_to_cash.ship(note, on=TUESDAY)
    lines = [note.lines.get().pk for note in order.delivery_notes.order_by("pk")]

    order_to_cash.take_back(order, quantities={lines[0]: 1, lines[1]: 2}, on=FRIDAY)

    levels = dict(StockLevel.objects.values_list("warehouse__code", "on_hand"))
    assert levels == {"main": 1, "other": 3}
    assert order.credit_notes.get().gross == Decimal("357.00")
    assert is_sound()


def test_a_part_that_left_keeps_the_order_from_being_cancelled_but_not_its_rest(lamp):
    order = place(sale_line(lamp, 4, "119.00"), pay="card")
    work()
    order_to_cash.ship(order.delivery_notes.order_by("pk")[0], on=TUESDAY)

    parcels.cancel_rest(order.delivery_notes.get(state="ready"), on=FRIDAY)

    assert "DEFERRED_REVENUE" not in balances()
    assert "RETURNS" not in balances()
    assert balances()["REVENUE"] == "-200.00"
    assert is_sound()
