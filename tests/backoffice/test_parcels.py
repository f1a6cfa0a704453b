"""Parcels and returns at their desks, and arrivals from a carrier's file."""

from datetime import timedelta
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils.timezone import localdate

from erp import order_to_cash, parcels, returning
from erp.delivery.models import DeliveryNote, Return
from erp.invoicing.models import CreditNote
from tests.backoffice.desk import page_url, press, told, words
from tests.books import is_sound
from tests.chain.scenes import company, fresh, pay, place, ship, shipped_line
from tests.factories import MONDAY, sale_line

pytestmark = pytest.mark.django_db


@pytest.fixture
def note(ordered):
    """Two lamps and a bowl, paid and ready."""
    pay(ordered)
    return ordered.delivery_notes.get()


def row(note, title):
    return f"row_{note.lines.get(title=title).pk}"


class TestShip:
    def test_some_pieces_leave_in_a_parcel_and_the_rest_later(self, office, ordered, note):
        asked = words(press(office, "ship_part", note))
        assert 'value="2"' in asked
        answers = {
            row(note, "Lamp"): "1",
            "rest": "later",
            "carrier": "Post",
            "tracking_number": "AB1",
            "key": "k",
        }

        response = press(office, "ship_part", note, **answers)

        assert told(response) == [("success", f"{note} has left.")]
        sent = DeliveryNote.objects.get(pk=note.pk)
        assert (sent.state, sent.carrier, sent.tracking_number) == ("shipped", "Post", "AB1")
        assert fresh(ordered).status == "partly shipped"
        page = words(office.get(page_url(sent)))
        assert "AB1" in page
        assert "Delivered…" in page
        assert told(press(office, "ship_part", note, **answers))[0][0] == "error"
        assert is_sound()

    def test_the_rest_is_cancelled_credited_and_refunded(self, office, ordered, note):
        answers = {row(note, "Lamp"): "2", "rest": "cancel", "key": "k"}
        press(office, "ship_part", note, **answers)
        assert fresh(ordered).status == "shipped"
        assert CreditNote.objects.get().gross == Decimal("59.50")
        assert is_sound()

    def test_nothing_and_too_much_are_asked_again(self, office, note):
        nothing = press(office, "ship_part", note, rest="later", key="k")
        too_much = press(office, "ship_part", note, rest="later", key="k", **{row(note, "Lamp"): "3"})
        assert "Choose at least one piece." in words(nothing)
        assert "less than or equal to 2" in words(too_much)

    def test_pieces_are_cancelled_before_anything_leaves(self, office, ordered, note):
        answers = {row(note, "Bowl"): "1", "key": "k", "reason": "Broken"}
        assert told(press(office, "cancel_pieces", note, **answers))[0][0] == "success"
        assert CreditNote.objects.get().reason == "Broken"
        assert fresh(ordered).status == "confirmed"
        assert is_sound()


class TestArrival:
    def test_a_parcel_gets_its_number_and_arrives_on_a_day_that_was(self, office, note):
        order_to_cash.ship(note, on=MONDAY)
        press(office, "track", note, carrier="Post", tracking_number="AB2")
        future = localdate() + timedelta(days=1)
        assert "still to come" in words(press(office, "deliver", note, on=future))
        assert told(press(office, "deliver", note, on=MONDAY)) == [("success", f"{note} has arrived.")]
        arrived = DeliveryNote.objects.get()
        assert (arrived.state, arrived.tracking_number) == ("delivered", "AB2")

    def run(self, text, tmp_path):
        file = tmp_path / "arrived.csv"
        file.write_text(text, encoding="utf-8")
        out, err = StringIO(), StringIO()
        try:
            call_command("deliveries", str(file), stdout=out, stderr=err)
        except CommandError as error:
            err.write(f"failed: {error}")
        return out.getvalue(), err.getvalue()

    @pytest.fixture
    def parcel(self, note):
        parcels.send(note, on=MONDAY, parcel=("Post", "AB1"))
        return note

    def test_a_carriers_file_notes_arrivals_once(self, parcel, tmp_path):
        text = "tracking_number,delivered_on\nAB1,2026-03-04\n"
        assert self.run(text, tmp_path) == ("1 parcels arrived, 0 were known, 0 rows are wrong.\n", "")
        assert self.run(text, tmp_path) == ("0 parcels arrived, 1 were known, 0 rows are wrong.\n", "")
        assert DeliveryNote.objects.get().delivered_on.isoformat() == "2026-03-04"

    def test_wrong_rows_are_told_by_line_and_the_others_taken(self, parcel, tmp_path):
        rows = [
            "XX,2026-03-04",
            "AB1,4.3.2026",
            "AB1,2999-01-01",
            "AB1,2026-02-01",
            "AB1,2026-03-04",
            "AB1,2026-03-05",
        ]
        out, err = self.run("\n".join(["tracking_number,delivered_on", *rows]), tmp_path)
        assert out == "1 parcels arrived, 0 were known, 5 rows are wrong.\n"
        for line, sentence in (
            (2, "No parcel of ours has the number 'XX'"),
            (3, "'4.3.2026' is no day"),
            (4, "2999-01-01 is still to come"),
            (5, "cannot have arrived on 2026-02-01"),
            (7, "arrived on 2026-03-04 already"),
        ):
            assert f"line {line}: " in err
            assert sentence in err
        assert "failed: Some rows are wrong" in err

    def test_a_file_without_the_columns_is_refused(self, parcel, tmp_path):
        assert "no column delivered_on" in self.run("tracking_number\nAB1\n", tmp_path)[1]


class TestReturns:
    @pytest.fixture
    def document(self, ordered, note):
        order_to_cash.ship(note, on=MONDAY)
        line = note.lines.get(title="Lamp")
        return returning.request(ordered, quantities={line.pk: 2}, on=MONDAY, key="r", reason="Too bright")

    def test_a_return_goes_from_desk_to_desk(self, office, document):
        home = words(office.get("/admin/"))
        assert "Returns to approve" in home
        line = document.lines.get().pk
        assert "Reject…" in words(office.get(page_url(document)))
        assert told(press(office, "approve", document))[0][0] == "success"
        assert "of 2" in words(press(office, "receive", document))
        for _ in range(2):  # sent twice it is received once
            press(office, "receive", document, **{f"row_{line}": "1"})
        assert document.lines.get().received == 1
        assert told(press(office, "receive", document, **{f"row_{line}": "2"}))[0][0] == "success"
        assert told(press(office, "close", document))[0] == (
            "error",
            f"{document}: 'Lamp' is not inspected yet.",
        )
        asked = words(press(office, "inspect", document))
        assert "back on the shelf" in asked
        answers = {f"restocked_{line}": "1", f"damaged_{line}": "1"}
        assert told(press(office, "inspect", document, **answers))[0][0] == "success"
        assert told(press(office, "close", document))[0][0] == "success"
        assert told(press(office, "close", document))[0][0] == "error"
        assert CreditNote.objects.get().gross == Decimal("238.00")
        assert "CN-" in words(office.get(page_url(Return.objects.get())))
        assert is_sound()

    def test_a_request_is_rejected_with_a_reason(self, office, document):
        press(office, "reject", document, reason="Worn")
        assert Return.objects.get().answer == "Worn"
        assert told(press(office, "approve", document))[0][0] == "error"

    def test_more_than_was_received_is_not_inspected(self, office, document):
        returning.approve(document, on=MONDAY)
        line = document.lines.get().pk
        returning.receive(document, quantities={line: 1}, on=MONDAY)
        answers = {f"restocked_{line}": "1", f"refused_{line}": "1"}
        assert "1 came in, not 2" in told(press(office, "inspect", document, **answers))[0][1]

    def test_whoever_may_not_answer_sees_no_button(self, as_role, document):
        assert "Approve" not in words(as_role("accountant").get(page_url(document)))
        assert "Approve" in words(as_role("sales").get(page_url(document)))


def test_an_amount_off_a_line_is_credited_once_a_form(office, lamp):
    company(ship_before_payment=True)
    order = place(sale_line(lamp, 2, "119.00"), charge="5.95")
    ship(order)
    invoice = order.invoices.get()
    answers = {f"amount_{invoice.lines.get(kind='goods').pk}": "19.00", "key": "f1", "reason": "Scratched"}
    answers |= {f"row_{invoice.lines.get(kind='shipping').pk}": "1"}

    first, second = (press(office, "credit", invoice, **answers) for _ in range(2))

    assert told(first) == told(second)
    assert told(first)[0][0] == "success"
    assert CreditNote.objects.get().gross == Decimal("24.95")
    assert shipped_line(order).returned == 0
    assert is_sound()
