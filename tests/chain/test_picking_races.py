"""Two who pick one note, a picker and a customer who cancels, a double scan, and a database that fails."""

from functools import partial
from itertools import count

import pytest
from django.contrib.auth import get_user_model

from erp import picking
from erp.delivery.models import DeliveryNote
from erp.delivery.packing import CountedBefore, NotReady, PickedByAnother
from tests.books import is_sound
from tests.chain.scenes import TUESDAY, every_row, fresh, pay, place
from tests.chain.test_faults import fails_once
from tests.chain.threads import split, together
from tests.factories import ProductFactory, sale_line

pytestmark = pytest.mark.django_db(transaction=True)

User = get_user_model()


@pytest.fixture
def pickers():
    return [User.objects.create_user(f"picker{n}", f"picker{n}@example.com") for n in range(4)]


@pytest.fixture
def order():
    lamp = ProductFactory(title="Lamp", upc="LAMP", stock=(9, "4.00"))
    order = place(sale_line(lamp, 5))
    pay(order)
    return order


def kinds(errors):
    return {type(error) for error in errors}


def test_of_four_who_begin_to_pick_a_note_one_picks_and_the_others_hear_who(order, pickers):
    notes = [order.delivery_notes.get() for _ in pickers]
    starts = [partial(picking.start, note, by=who) for note, who in zip(notes, pickers, strict=True)]

    begun, errors = split(together(starts))

    assert (len(begun), kinds(errors)) == (1, {PickedByAnother})
    picker = DeliveryNote.objects.get().picker
    assert {str(error) for error in errors} == {f"{picker.username} is picking {notes[0]}."}
    assert order.events.filter(name="picking").count() == 1


def test_a_parcel_is_picked_or_its_order_cancelled_and_never_both(order, pickers):
    note = order.delivery_notes.get()
    actions = [
        partial(picking.start, note, by=pickers[0]),
        partial(picking.call_off, order, on=TUESDAY, reason="Changed my mind"),
    ]

    done, errors = split(together(actions))

    note = DeliveryNote.objects.get()
    assert len(done) == 1
    if note.state == "picking":
        assert (kinds(errors), fresh(order).status) == ({picking.InHand}, "confirmed")
    else:
        assert (kinds(errors), fresh(order).status, note.state) == ({NotReady}, "cancelled", "cancelled")
    assert is_sound()


def test_a_scan_that_is_sent_four_times_at_once_counts_one_piece(order, pickers):
    note = order.delivery_notes.get()
    picking.start(note, by=pickers[0])
    copies = [order.delivery_notes.get() for _ in range(4)]

    done, errors = split(
        together(partial(picking.scan, n, code="LAMP", by=pickers[0], seen=0) for n in copies)
    )

    assert (len(done), kinds(errors)) == (1, {CountedBefore})
    assert note.lines.get().picked == 1


def test_packing_in_part_that_breaks_off_has_not_begun(order, pickers):
    note = order.delivery_notes.get()
    picking.start(note, by=pickers[0])
    picking.count(note, quantities={note.lines.get().pk: 2}, by=pickers[0])
    before = every_row()

    def pack():
        picking.pack_picked(order.delivery_notes.get(), on=TUESDAY, by=pickers[0])

    for boundary in count():
        was_hit = fails_once(pack, boundary)
        if every_row() != before:
            break
        assert was_hit
    assert boundary > 8
    assert sorted(order.delivery_notes.values_list("state", flat=True)) == ["packed", "ready"]
    assert is_sound()
