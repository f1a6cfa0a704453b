"""A note leaves in parts, its rest later or never; it arrives; each with its refusals and its figures."""

from datetime import timedelta
from decimal import Decimal

import pytest

from erp import order_to_cash, parcels
from erp.delivery.models import DeliveryNote
from erp.delivery.parting import NotOnTheNote
from erp.delivery.services import NothingElseLeaves, NotYetThere
from erp.documents.models import IllegalTransition
from erp.invoicing.invoices import NothingToInvoice
from erp.invoicing.payments import still_to_come
from tests.books import is_sound
from tests.chain.scenes import (
    FRIDAY,
    TUESDAY,
    balances,
    company,
    fresh,
    on_shelf,
    pay,
    place,
    refused,
    ship,
    stepped,
    work,
)
from tests.factories import ProductFactory, sale_line

pytestmark = pytest.mark.django_db


@pytest.fixture
def lamp():
    """It costs us 60.00, and the customer 119.00: 100.00 without VAT."""
    return ProductFactory(title="Lamp", price=Decimal("119.00"), stock=(10, "60.00"))


@pytest.fixture
def shade():
    return ProductFactory(title="Shade", price=Decimal("59.50"), stock=(10, "25.00"))


@pytest.fixture
def order(lamp, shade):
    """Four lamps and two shades for 595.00, with 5.95 for shipping; paid by card."""
    lines = sale_line(lamp, 4, "119.00"), sale_line(shade, 2, "59.50")
    order = place(*lines, pay="card", charge="5.95")
    work()
    return order


def line_of(note, product):
    return note.lines.get(product=product).pk


def notes(order):
    """Return how each note of an order is, and what stands on it."""
    return {
        note.number.rsplit("-", 1)[1]: (
            note.state,
            dict(note.lines.order_by("pk").values_list("title", "quantity")),
        )
        for note in order.delivery_notes.order_by("pk")
    }


def send(order, pieces, **changes):
    """Ship some pieces, by product, of the order's open note."""
    note = order.delivery_notes.get(state="ready")
    quantities = {line_of(note, product): n for product, n in pieces.items()}
    parcels.send(note, on=TUESDAY, quantities=quantities, **changes)
    return note


# The rest leaves later


def test_the_rest_stays_on_a_note_of_its_own_and_leaves_later(order, lamp, shade):
    send(order, {lamp: 3})

    assert notes(order) == {"1": ("shipped", {"Lamp": 3}), "2": ("ready", {"Lamp": 1, "Shade": 2})}
    assert fresh(order).status == "partly shipped"
    assert stepped(order)["ship"] == "manual"
    assert (on_shelf(lamp), on_shelf(shade)) == ((7, 1), (10, 2))
    assert balances()["DEFERRED_REVENUE"] == "-200.00"
    assert (balances()["REVENUE"], balances()["SHIPPING_INCOME"]) == ("-300.00", "-5.00")
    assert balances()["COST_OF_GOODS_SOLD"] == "180.00"
    assert is_sound()

    send(order, {lamp: 1, shade: 1})
    ship(order)

    assert notes(order)["3"] == ("shipped", {"Shade": 1})
    assert fresh(order).status == "shipped"
    assert stepped(order)["ship"] == "done"
    assert "DEFERRED_REVENUE" not in balances()
    assert balances()["REVENUE"] == "-500.00"
    assert is_sound()


def test_all_pieces_named_one_by_one_are_the_whole_note(order, lamp, shade):
    send(order, {lamp: 4, shade: 2}, rest="cancel")
    assert notes(order) == {"1": ("shipped", {"Lamp": 4, "Shade": 2})}
    assert not order.credit_notes.exists()
    assert is_sound()


def test_each_part_is_billed_and_collected_to_the_cent_as_it_leaves(lamp):
    order = place(sale_line(lamp, 3, "33.33", "0.01"), pay="card", charge="5.95", invoice_on="shipment")
    for _ in range(3):
        send(order, {lamp: 1})
        work()
    papers = order.invoices.all()
    assert len(papers) == 3
    assert sum(paper.gross for paper in papers) == order.total_incl_tax
    assert sum(paper.net for paper in papers) == order.total_excl_tax
    assert order.payments.get().captured == order.total_incl_tax
    assert is_sound()


# The rest is cancelled


def test_a_rest_that_is_billed_is_credited_and_refunded(order, lamp, shade):
    send(order, {lamp: 3}, rest="cancel")

    assert notes(order) == {"1": ("shipped", {"Lamp": 3}), "2": ("cancelled", {"Lamp": 1, "Shade": 2})}
    assert fresh(order).status == "shipped"
    assert stepped(order)["ship"] == "done"
    assert (on_shelf(lamp), on_shelf(shade)) == ((7, 0), (10, 0))
    document = order.credit_notes.get()
    assert (document.gross, document.net) == (Decimal("238.00"), Decimal("200.00"))
    assert order.payments.get().refunded == Decimal("238.00")
    assert "DEFERRED_REVENUE" not in balances()
    assert "RETURNS" not in balances()
    assert balances()["REVENUE"] == "-300.00"
    assert is_sound()


def test_a_rest_that_is_not_billed_never_is(lamp, shade):
    lines = sale_line(lamp, 4, "119.00"), sale_line(shade, 2, "59.50")
    order = place(*lines, pay="card", charge="5.95", invoice_on="shipment")
    send(order, {lamp: 3}, rest="cancel")
    work()

    assert order.invoices.get().gross == Decimal("362.95")
    assert order.payments.get().captured == Decimal("362.95")
    assert not order.credit_notes.exists()
    with refused(NothingToInvoice, "is invoiced already"):
        order_to_cash.invoice(order, on=FRIDAY)
    assert is_sound()


def test_an_invoice_made_after_the_rest_is_cancelled_bills_what_is_kept(lamp):
    company(ship_before_payment=True)
    order = place(sale_line(lamp, 4, "119.00"), charge="5.95", invoice_on="payment")
    order.delivery_notes.update(state="ready")
    send(order, {lamp: 1})
    parcels.cancel_rest(order.delivery_notes.get(state="ready"), on=FRIDAY)

    issued = order_to_cash.invoice(order, on=FRIDAY)

    assert issued.gross == Decimal("124.95")
    assert is_sound()


def test_an_unpaid_rest_is_no_longer_owed(lamp):
    company(ship_before_payment=True)
    order = place(sale_line(lamp, 4, "119.00"))
    send(order, {lamp: 1}, rest="cancel")
    assert balances()["RECEIVABLE"] == "119.00"
    pay(order, amount="119.00")
    assert "RECEIVABLE" not in balances()
    assert is_sound()


def test_nobody_is_asked_for_the_money_of_a_rest_that_is_never_billed(lamp):
    company(ship_before_payment=True)
    order = place(sale_line(lamp, 4, "119.00"), charge="5.95", invoice_on="shipment")
    send(order, {lamp: 1}, rest="cancel")
    assert still_to_come(order.payments.get()) == Decimal("124.95")
    pay(order, amount="124.95")
    assert still_to_come(order.payments.get()) == 0
    assert "RECEIVABLE" not in balances()
    assert is_sound()


def test_an_open_note_is_cancelled_after_another_has_left(order, lamp, shade):
    send(order, {lamp: 4})
    rest = order.delivery_notes.get(state="ready")

    parcels.cancel_rest(rest, on=FRIDAY, reason="No longer made")

    assert notes(order)["2"] == ("cancelled", {"Shade": 2})
    assert fresh(order).status == "shipped"
    assert stepped(order)["ship"] == "done"
    document = order.credit_notes.get()
    assert (document.gross, document.reason) == (Decimal("119.00"), "No longer made")
    assert order.events.get(name="rest cancelled").message == f"{rest.number}: No longer made"
    with refused(IllegalTransition, "is cancelled: it cannot become cancelled"):
        parcels.cancel_rest(DeliveryNote.objects.get(pk=rest.pk), on=FRIDAY)
    assert is_sound()


def test_of_two_open_notes_one_is_cancelled_and_the_other_stays(order, lamp):
    send(order, {lamp: 1})
    send(order, {lamp: 1})
    note = order.delivery_notes.get(state="ready")
    parcels.cancel_rest(note, on=FRIDAY)
    assert fresh(order).status == "shipped"
    assert order.credit_notes.get().gross == Decimal("357.00")
    assert is_sound()


def test_without_the_only_note_the_order_is_to_be_cancelled(order):
    with refused(NothingElseLeaves, "cancel the order instead"):
        parcels.cancel_rest(order.delivery_notes.get(), on=FRIDAY)


def test_an_order_of_which_something_was_cancelled_and_nothing_left_is_still_cancelled_whole(lamp):
    """The note that leaves in part waits: only then is nothing shipped, and two notes are open."""
    order = place(sale_line(lamp, 4, "119.00"), pay="card", charge="5.95")
    work()
    send(order, {lamp: 1})
    with refused(IllegalTransition, "cannot become cancelled"):
        order_to_cash.cancel(order, on=FRIDAY)


# Refusals


@pytest.mark.parametrize(
    ("pieces", "sentence"), [(0, "0 cannot leave"), (-1, "-1 cannot"), (5, "4 stand"), (10**9, "4 stand")]
)
def test_no_pieces_leave_that_do_not_stand_on_the_note(order, lamp, pieces, sentence):
    with refused(NotOnTheNote, sentence):
        send(order, {lamp: pieces})


def test_nothing_and_lines_of_other_notes_do_not_leave(order, lamp):
    other = place(sale_line(lamp), pay="card", key="another").delivery_notes.get()
    note = order.delivery_notes.get()
    for quantities in ({}, {0: 1}, {line_of(other, lamp): 1}, {line_of(note, lamp): 1, 0: 1}):
        with refused(NotOnTheNote, f"Only what stands on {note}"):
            order_to_cash.ship(order.delivery_notes.get(), on=TUESDAY, quantities=quantities)


def test_a_part_leaves_once(order, lamp):
    note = order.delivery_notes.get()
    stale = DeliveryNote.objects.get(pk=note.pk)
    quantities = {line_of(note, lamp): 1}
    order_to_cash.ship(note, on=TUESDAY, quantities=quantities)
    for each in (note, stale):
        with refused(IllegalTransition, "."):
            order_to_cash.ship(each, on=TUESDAY, quantities=quantities)


def test_a_part_waits_for_the_money_too(lamp):
    order = place(sale_line(lamp, 4, "119.00"))
    note = order.delivery_notes.get()
    with refused(IllegalTransition, "is waiting for payment"):
        order_to_cash.ship(note, on=TUESDAY, quantities={line_of(note, lamp): 1})


# On its way


def test_a_parcel_has_its_carrier_and_number_until_it_arrives(order, lamp):
    note = send(order, {lamp: 1}, parcel=(" Post ", "AB 1"))
    assert (note.carrier, note.tracking_number) == ("Post", "AB 1")
    parcels.track(note, "Post", "AB 2")
    parcels.deliver(note, on=FRIDAY)
    with refused(IllegalTransition, "its parcel is known"):
        parcels.track(note, "Post", "AB 3")
    assert DeliveryNote.objects.get(pk=note.pk).tracking_number == "AB 2"


def test_goods_arrive_once_and_not_before_they_left(order, lamp):
    note = send(order, {lamp: 1})
    with refused(NotYetThere, "cannot have arrived on"):
        parcels.deliver(note, on=TUESDAY - timedelta(days=1))
    parcels.deliver(note, on=TUESDAY)
    with refused(IllegalTransition, "is delivered: it cannot become delivered"):
        parcels.deliver(note, on=FRIDAY)
    with refused(IllegalTransition, "is ready: it cannot become delivered"):
        parcels.deliver(order.delivery_notes.get(state="ready"), on=FRIDAY)
    assert notes(order)["1"][0] == "delivered"
    assert is_sound()
