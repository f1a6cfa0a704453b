"""Buttons and list actions call the chain, and tell of each row how it went."""

from decimal import Decimal

import pytest

from erp import order_to_cash, stocktaking
from erp.delivery.models import DeliveryNote, Return
from erp.inventory.models import StockLevel, StockMove, Warehouse
from erp.invoicing.models import CreditNote, Payment
from erp.sales.models import Automation, Step
from tests.backoffice.desk import page_url, press, told, words
from tests.books import is_sound
from tests.chain.scenes import company, fresh, pay, place, ship, stepped
from tests.factories import MONDAY, sale_line

pytestmark = pytest.mark.django_db


def test_of_two_notes_shipped_together_each_tells_its_own_fate(office, lamp):
    company(ship_before_payment=True)
    gone = place(sale_line(lamp, 1, "119.00"), key="a").delivery_notes.get()
    ready = place(sale_line(lamp, 1, "119.00"), key="b").delivery_notes.get()
    order_to_cash.ship(gone, on=MONDAY)

    response = press(office, "ship", gone, ready)

    assert told(response) == [
        ("error", f"{gone} is shipped: it cannot become shipped."),
        ("success", f"{ready} has left."),
    ]
    assert is_sound()


def test_an_order_ships_what_is_ready_and_says_so_where_nothing_is(office, ordered):
    assert told(press(office, "ship", ordered)) == [("warning", "No delivery note is ready to be shipped.")]
    pay(ordered)

    response = press(office, "ship", ordered)

    assert [level for level, _ in told(response)] == ["success"]
    assert fresh(ordered).status == "shipped"


def test_a_button_on_a_page_leads_back_to_the_page_and_nowhere_else(office, ordered):
    pay(ordered)
    note = ordered.delivery_notes.get()
    fields = {"action": "ship", "_selected_action": note.pk}
    url = page_url(note).rsplit("/", 3)[0] + "/"

    response = office.post(url, {**fields, "_back": page_url(note)})
    elsewhere = office.post(url, {**fields, "_back": "https://evil.example/"})

    assert response.url == page_url(note)
    assert elsewhere.url.startswith(url)


class TestMoneyCameIn:
    def test_it_is_asked_for_with_what_is_open(self, office, ordered):
        asked = press(office, "settle", ordered.payments.get())
        assert 'value="297.50"' in words(asked)
        assert Payment.objects.get().captured == 0

    def test_it_is_taken_in_once_however_often_it_is_sent(self, office, ordered):
        payment = ordered.payments.get()
        answers = self.answers(payment, "297.50", "Statement 7, line 3")

        first, second = (press(office, "settle", payment, **answers) for _ in range(2))

        assert told(first) == told(second) == [("success", f"{payment}: 297.50 taken in.")]
        assert Payment.objects.get().captured == Decimal("297.50")
        assert stepped(ordered)["invoice"] == "done"
        assert is_sound()

    def test_several_are_taken_in_each_by_itself(self, office, lamp):
        payments = [place(sale_line(lamp, 1, "119.00"), key=key).payments.get() for key in "ab"]
        answers = self.answers(payments[0], "120.00", "1") | self.answers(payments[1], "119.00", "2")

        response = press(office, "settle", *payments, **answers)

        assert told(response) == [
            ("success", f"{payments[0]}: 120.00 taken in. Nobody owes 1.00 of it."),
            ("success", f"{payments[1]}: 119.00 taken in."),
        ]
        assert is_sound()

    def test_a_reference_of_other_money_is_refused_in_words(self, office, lamp):
        payments = [place(sale_line(lamp, 1, "119.00"), key=key).payments.get() for key in "ab"]
        answers = self.answers(payments[0], "119.00", "1") | self.answers(payments[1], "119.00", "1")

        response = press(office, "settle", *payments, **answers)

        assert [level for level, _ in told(response)] == ["success", "error"]
        assert "stands for other money already" in told(response)[1][1]
        assert is_sound()

    def test_money_of_a_day_to_come_is_asked_for_again(self, office, ordered):
        payment = ordered.payments.get()
        answers = self.answers(payment, "297.50", "1") | {f"{payment.pk}-on": "2099-01-01"}
        assert "That day is still to come." in words(press(office, "settle", payment, **answers))

    @staticmethod
    def answers(payment, amount, reference):
        named = {"amount": amount, "reference": reference, "on": "2026-03-04"}
        return {f"{payment.pk}-{name}": value for name, value in named.items()}


class TestCredit:
    def test_pieces_of_a_line_are_credited_once_a_form(self, office, ordered):
        pay(ordered)
        ship(ordered)
        invoice = ordered.invoices.get()
        answers = {f"row_{invoice.lines.get(title='Lamp').pk}": "1", "key": "f1", "reason": "Scratched"}

        first, second = (press(office, "credit", invoice, **answers) for _ in range(2))

        assert told(first) == told(second)
        assert told(first)[0][0] == "success"
        assert CreditNote.objects.get().gross == Decimal("119.00")
        assert is_sound()

    def test_nothing_chosen_or_too_much_is_asked_again(self, office, ordered):
        invoice = ordered.invoices.get()
        line = invoice.lines.get(title="Lamp")
        nothing = press(office, "credit", invoice, key="f1")
        too_much = press(office, "credit", invoice, key="f1", **{f"row_{line.pk}": "3"})

        assert "Choose at least one piece, or name an amount." in words(nothing)
        assert "less than or equal to 2" in words(too_much)
        assert not CreditNote.objects.exists()


def test_an_order_is_cancelled_with_a_reason_and_only_once(office, ordered):
    assert "Cancel" in words(press(office, "cancel", ordered))

    first, second = (press(office, "cancel", ordered, reason="Changed her mind") for _ in range(2))

    assert told(first) == [("success", f"Order {ordered.number} is cancelled.")]
    assert told(second)[0][0] == "error"
    assert ordered.events.get(name="cancelled").message == "Changed her mind"
    assert is_sound()


@pytest.mark.parametrize("place_of_the_button", ["order", "note"])
def test_shipped_goods_are_taken_back_once_a_form(office, ordered, place_of_the_button):
    pay(ordered)
    ship(ordered)
    note = DeliveryNote.objects.get()
    row = ordered if place_of_the_button == "order" else note
    answers = {f"row_{note.lines.get(title='Lamp').pk}": "2", "key": "f1", "reason": "Too bright"}

    first, second = (press(office, "take_back", row, **answers) for _ in range(2))

    assert told(first) == told(second)
    assert told(first)[0][0] == "success"
    assert Return.objects.get().lines.get().quantity == 2
    assert is_sound()


def test_a_manual_step_is_taken_by_its_button_and_refused_when_done(office, ordered):
    Automation.objects.create(step="invoice", mode="manual")
    order = place(sale_line(ordered.lines.first().product, 1, "119.00"), key="by hand")
    step = Step.objects.get(order=order, name="invoice")

    assert told(press(office, "retry", step))[0][0] == "success"
    assert order.invoices.count() == 1
    assert told(press(office, "retry", step))[0][0] == "error"


def test_an_order_left_unbilled_is_billed(office, lamp):
    Automation.objects.create(step="invoice", mode="manual")
    order = place(sale_line(lamp, 1, "119.00"))
    assert told(press(office, "invoice", order)) == [
        ("success", f"{order.invoices.get()} over 119.00 is issued.")
    ]
    assert "invoiced already" in told(press(office, "invoice", order))[0][1]


class TestAdjustStock:
    def answers(self, **changes):
        warehouse = Warehouse.objects.get(is_transit=False).pk
        return {
            "warehouse": warehouse,
            "quantity": "-2",
            "reason": "Broken",
            "key": "f1",
            "code": "damaged",
        } | changes

    def test_a_loss_is_posted_once_a_form(self, office, lamp):
        record = lamp.stockrecords.get()
        for _ in range(2):
            response = press(office, "adjust", record, **self.answers())
        assert told(response)[0][0] == "success"
        assert StockLevel.objects.get().on_hand == 7
        move = StockMove.objects.get(kind="adjustment")
        assert (move.reason, move.value, move.user.username) == (
            "Broken or spoiled: Broken",
            Decimal("-120.00"),
            "administrator",
        )
        assert is_sound()

    def test_a_gain_takes_the_cost_it_is_given(self, office, lamp):
        press(office, "adjust", lamp.stockrecords.get(), **self.answers(quantity="3", cost="90.00"))
        assert StockMove.objects.get(kind="adjustment").value == Decimal("90.00")
        assert is_sound()

    def test_it_needs_a_reason(self, office, lamp):
        response = press(office, "adjust", lamp.stockrecords.get(), **self.answers(reason=" "))
        assert "This field is required." in words(response)
        assert StockLevel.objects.get().on_hand == 9

    def test_what_is_promised_cannot_be_lost(self, office, lamp, ordered):
        response = press(office, "adjust", lamp.stockrecords.get(), **self.answers(quantity="-8"))
        assert told(response)[0][0] == "error"
        assert "Only 7 of 'Lamp' can be taken off" in told(response)[0][1]


def test_what_is_no_refusal_is_not_swallowed(office, lamp, monkeypatch):
    def fail(*args, **kwargs):
        raise ZeroDivisionError

    monkeypatch.setattr(stocktaking, "adjust", fail)
    answers = TestAdjustStock().answers()
    with pytest.raises(ZeroDivisionError):
        press(office, "adjust", lamp.stockrecords.get(), **answers)
