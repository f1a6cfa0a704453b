"""A note is picked, packed and shipped: what each verb does, and what it refuses, changing nothing."""

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test.utils import CaptureQueriesContext

from erp import effects, order_to_cash, parcels, picking, returning
from erp.delivery.audit import what_is_packed_was_picked
from erp.delivery.models import DeliveryLine, DeliveryNote
from erp.delivery.packing import (
    CountedBefore,
    NotAllPicked,
    NotBeingPicked,
    NotReady,
    OneTooMany,
    PickedByAnother,
    WrongPiece,
)
from erp.delivery.parting import NotOnTheNote
from erp.documents.models import IllegalTransition
from tests.books import is_sound
from tests.chain.scenes import FRIDAY, TUESDAY, every_row, fresh, on_shelf, pay, place, refused
from tests.chain.scenes import shipped_line as line_of
from tests.factories import NOON, ProductFactory, sale_line

pytestmark = pytest.mark.django_db

User = get_user_model()


@pytest.fixture
def sam():
    return User.objects.create_user("sam", "sam@example.com", first_name="Sam", last_name="Stack")


@pytest.fixture
def kim():
    return User.objects.create_user("kim", "kim@example.com")


@pytest.fixture
def lamp():
    return ProductFactory(title="Lamp", upc="4006381333931", stock=(9, "60.00"))


@pytest.fixture
def order(lamp):
    """Two lamps and a bowl, paid."""
    bowl = ProductFactory(title="Bowl", upc="BOWL", stock=(9, "25.00"))
    order = place(sale_line(lamp, 2), sale_line(bowl, 1))
    pay(order)
    return order


@pytest.fixture
def note(order):
    return order.delivery_notes.get()


@pytest.fixture
def picked(note, sam):
    """All three are in Sam's hands."""
    picking.start(note, by=sam)
    for code in ("4006381333931", " bowl ", "4006381333931"):
        picking.scan(note, code=code, by=sam)
    return note


def pieces(note):
    return list(note.lines.order_by("pk").values_list("picked", flat=True))


def twice(verb, *args, **kwargs):
    """Take a verb twice; the second time nothing at all may change."""
    verb(*args, **kwargs)
    before = every_row()
    verb(*args, **kwargs)
    assert every_row() == before


def test_a_note_is_picked_by_code_packed_and_shipped(order, note, lamp, sam):
    twice(picking.start, note, by=sam)
    assert (note.state, note.picker) == ("picking", sam)

    assert picking.scan(note, code="4006381333931", by=sam).title == "Lamp"
    picking.scan(note, code="BOWL", by=sam)
    assert pieces(note) == [1, 1]
    with refused(NotAllPicked, "1 of 'Lamp' on .* are still to be picked"):
        picking.pack(note, by=sam)
    picking.scan(note, code="4006381333931", by=sam)
    twice(picking.pack, note, by=sam)

    parcels.send(note, on=TUESDAY, parcel=("Post", "AB1"))
    assert (note.state, on_shelf(lamp), fresh(order).status) == ("shipped", (7, 0), "shipped")
    told = [event.name for event in order.events.filter(source_key=f"delivery:{note.pk}").order_by("pk")]
    assert told == ["picking", "packed", "shipped"]
    assert is_sound()


def test_the_wrong_piece_and_one_too_many_are_refused_in_words(note, sam):
    picking.start(note, by=sam)
    with refused(WrongPiece, "'CHAIR' does not belong on DN-.* Put it back"):
        picking.scan(note, code="CHAIR", by=sam)
    with refused(WrongPiece, "'' does not belong"):
        picking.scan(note, code="  ", by=sam)
    picking.scan(note, code="BOWL", by=sam)
    with refused(OneTooMany, "All 1 of 'Bowl' are picked already"):
        picking.scan(note, code="BOWL", by=sam)


@pytest.mark.parametrize("read", ["036000291452", "0036000291452", "00036000291452"])
def test_a_gtin_is_known_however_many_zeros_the_scanner_puts_before_it(read, sam):
    order = place(sale_line(ProductFactory(upc="036000291452", stock=(9, "1.00"))))
    pay(order)
    note = order.delivery_notes.get()
    picking.start(note, by=sam)
    with refused(WrongPiece, "does not belong"):
        picking.scan(note, code="36000291452", by=sam)
    assert picking.scan(note, code=read, by=sam).picked == 1


def test_a_page_that_is_sent_twice_counts_once(note, sam):
    picking.start(note, by=sam)
    picking.scan(note, code="4006381333931", by=sam, seen=0)
    with refused(CountedBefore, "Nothing was counted"):
        picking.scan(note, code="4006381333931", by=sam, seen=0)
    picking.scan(note, code="4006381333931", by=sam, seen=1)
    assert pieces(note) == [2, 0]


def test_the_second_person_is_told_who_picks(note, sam, kim):
    picking.start(note, by=sam)
    for verb, more in ((picking.start, {}), (picking.scan, {"code": "BOWL"})):
        with refused(PickedByAnother, "Sam Stack is picking DN-"):
            verb(note, by=kim, **more)
    with refused(PickedByAnother, "Sam Stack"):
        picking.count(note, quantities={line_of(note.order).pk: 1}, by=kim)

    picking.put_back(note, by=kim)
    picking.start(note, by=kim)
    assert note.picker == kim


def test_pieces_without_a_code_are_counted(note, sam):
    picking.start(note, by=sam)
    lamps = line_of(note.order)
    twice(picking.count, note, quantities={lamps.pk: 2, line_of(note.order, 1).pk: 1}, by=sam)
    for quantity in (3, -1):
        with refused(NotOnTheNote, "Of 'Lamp' 2 are to be picked"):
            picking.count(note, quantities={lamps.pk: quantity}, by=sam)
    with refused(NotOnTheNote, "Only what stands on"):
        picking.count(note, quantities={-1: 1}, by=sam)
    picking.pack(note, by=sam)
    assert is_sound()


def test_what_was_picked_or_packed_is_put_back_and_picked_anew(picked, sam):
    twice(picking.put_back, picked, by=sam)
    assert (picked.state, picked.picker, pieces(picked)) == ("ready", None, [0, 0])
    picking.start(picked, by=sam)
    picking.count(picked, quantities={line.pk: line.quantity for line in picked.lines.all()}, by=sam)
    picking.pack(picked)
    picking.put_back(picked)
    assert pieces(picked) == [0, 0]
    assert is_sound()


def test_what_was_not_found_leaves_later_on_a_note_of_its_own(order, note, lamp, sam):
    picking.start(note, by=sam)
    with refused(NotAllPicked, "Nothing of DN-.* is picked yet"):
        picking.pack_picked(note, on=TUESDAY, by=sam)
    picking.scan(note, code="4006381333931", by=sam)

    rest = picking.pack_picked(note, on=TUESDAY, by=sam)

    assert picking.pack_picked(note, on=TUESDAY, by=sam) is None
    assert (note.state, rest.state) == ("packed", "ready")
    assert [(line.title, line.quantity, line.picked) for line in rest.lines.order_by("title")] == [
        ("Bowl", 1, 0),
        ("Lamp", 1, 0),
    ]
    assert list(note.lines.values_list("quantity", "picked")) == [(1, 1)]
    order_to_cash.ship(note, on=TUESDAY)
    assert fresh(order).status == "partly shipped"
    assert on_shelf(lamp) == (8, 1)
    assert is_sound()


def test_what_is_half_picked_does_not_leave(note, sam):
    picking.start(note, by=sam)
    with refused(IllegalTransition, "is being picked: it cannot become shipped"):
        order_to_cash.ship(note, on=TUESDAY)


def unpaid(order, sam):
    return place(sale_line(order.lines.first().product), key="unpaid").delivery_notes.get()


def ready(order, sam):
    return order.delivery_notes.get()


def packed(order, sam):
    note = order.delivery_notes.get()
    picking.start(note, by=sam)
    picking.count(note, quantities={line.pk: line.quantity for line in note.lines.all()}, by=sam)
    picking.pack(note)
    return note


def shipped(order, sam):
    order_to_cash.ship(order.delivery_notes.get(), on=TUESDAY)
    return order.delivery_notes.get()


def cancelled(order, sam):
    order_to_cash.cancel(order, on=TUESDAY)
    return order.delivery_notes.get()


@pytest.mark.parametrize("state", [unpaid, ready, packed, shipped, cancelled], ids=lambda made: made.__name__)
def test_nothing_is_scanned_unless_it_is_being_picked(state, order, sam):
    note = state(order, sam)
    with refused(NotBeingPicked, "start picking it first|nothing of it is being picked"):
        picking.scan(note, code="BOWL", by=sam)


@pytest.mark.parametrize("state", [unpaid, packed, shipped, cancelled], ids=lambda made: made.__name__)
def test_only_what_is_ready_is_picked(state, order, sam):
    note = state(order, sam)
    with refused(NotReady, "only what is ready can be picked"):
        picking.start(note, by=sam)


@pytest.mark.parametrize("state", [unpaid, shipped, cancelled], ids=lambda made: made.__name__)
def test_nothing_is_packed_or_put_back_that_nobody_picks(state, order, sam):
    note = state(order, sam)
    with refused(NotBeingPicked, "there is nothing to put back"):
        picking.put_back(note)
    with refused(NotBeingPicked, "start picking it first|nothing of it is being picked"):
        picking.pack(note)


def test_a_customer_cannot_cancel_what_is_in_hand_and_staff_can(order, note, lamp, sam):
    picking.start(note, by=sam)
    with refused(picking.InHand, "being packed"):
        picking.call_off(order, on=TUESDAY, reason="Changed my mind")
    order_to_cash.cancel(order, on=TUESDAY, by=sam)
    assert (fresh(order).status, on_shelf(lamp)) == ("cancelled", (9, 0))
    with refused(NotReady, "only what is ready can be picked"):
        picking.start(note, by=sam)
    assert is_sound()


def test_a_consumers_withdrawal_counts_even_when_the_parcel_is_packed(order, picked, lamp, sam):
    picking.pack(picked, by=sam)
    returning.withdraw(order, now=NOON, key="w")
    picked.refresh_from_db()
    assert (picked.state, fresh(order).status, on_shelf(lamp)) == ("cancelled", "cancelled", (9, 0))
    with refused(NotBeingPicked, "is cancelled: nothing of it is being picked"):
        picking.scan(picked, code="BOWL", by=sam)
    assert is_sound()


def test_a_customer_cancels_what_nobody_has_begun(order, note, lamp):
    picking.call_off(order, on=TUESDAY, reason="Changed my mind")
    assert (fresh(order).status, on_shelf(lamp)) == ("cancelled", (9, 0))


def test_pieces_of_a_packed_note_are_cancelled_and_the_rest_stays_packed(order, picked, sam):
    picking.pack(picked, by=sam)
    parcels.cancel_rest(picked, quantities={line_of(order).pk: 1}, on=FRIDAY)
    picked.refresh_from_db()
    assert (picked.state, pieces(picked)) == ("packed", [1, 1])
    assert is_sound()


def test_the_books_say_what_was_packed_without_being_picked(picked, sam):
    picking.pack(picked, by=sam)
    assert list(what_is_packed_was_picked()) == []
    DeliveryLine.objects.filter(pk=line_of(picked.order).pk).update(picked=1)
    assert list(what_is_packed_was_picked()) == [
        f"{picked} is packed, but 1 of 'Lamp' are not picked.",
    ]


def test_picking_three_lines_and_twenty_takes_the_same_few_statements(sam):
    costs = []
    for number in (3, 20):
        order = place(*[sale_line(ProductFactory(stock=(9, "1.00"))) for _ in range(number)], key=f"{number}")
        pay(order, reference=f"{number}")
        note = order.delivery_notes.get()
        quantities = {line.pk: 1 for line in note.lines.all()}
        with CaptureQueriesContext(connection) as queries:
            picking.start(note, by=sam)
            picking.scan(note, code=note.lines.first().sku, by=sam)
            picking.count(note, quantities=quantities, by=sam)
            picking.pack(note, by=sam)
        costs.append(len(queries))
    assert costs[0] == costs[1] < 40
    assert DeliveryNote.objects.filter(state="packed").count() == 2


def test_what_leaves_by_itself_does_not_leave_out_of_somebodys_hands(order, picked, sam):
    wish = {"order": order.pk}
    effects.ship(wish, now=NOON)
    assert fresh(order).status == "confirmed"
    picking.pack(picked, by=sam)
    effects.ship(wish, now=NOON)
    assert fresh(order).status == "confirmed"
    assert effects.ship_ready(order, on=TUESDAY, by=sam) == 1
    assert fresh(order).status == "shipped"
