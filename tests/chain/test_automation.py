"""Each step of an order runs by itself, by hand or not at all; one that fails is retried and completes."""

from datetime import date

import pytest
from django.db import transaction

from accounting import periods
from accounting.models import Account, JournalEntry, Period
from erp import order_to_cash
from erp.effects import retry
from erp.sales.models import Automation, Step
from tests.books import findings, is_sound
from tests.chain.scenes import TUESDAY, entries, fresh, pay, place, ship, stepped, work
from tests.factories import MONDAY, ProductFactory, sale_line

pytestmark = pytest.mark.django_db

Mode = Automation.Mode
APRIL = MONDAY.replace(month=4)


@pytest.fixture
def lamp():
    return ProductFactory(title="Lamp", stock=(5, "4.00"))


def automate(step, mode, method=""):
    Automation.objects.create(step=step, mode=mode, payment_method=method)


def step(order, name):
    return order.steps.get(name=name)


def causes():
    return [cause for cause, _ in entries()]


@pytest.mark.parametrize("name", ["invoice", "capture", "mail", "ship"])
@pytest.mark.parametrize("mode", [Mode.MANUAL, Mode.OFF])
def test_a_step_that_is_not_automatic_is_left_alone(lamp, name, mode, mailoutbox):
    others = [other for other in Step.Name.values if other != name]
    for other in others:
        automate(other, Mode.AUTOMATIC)
    automate(name, mode)

    order = place(sale_line(lamp), pay="card", email="ada@example.com", invoice_on="order")
    assert stepped(order)[name] == mode
    work()

    # Money that comes in makes the invoice, whoever was to write it.
    billed_by_money = name == "invoice"
    assert stepped(order) == dict.fromkeys(others, "done") | {name: "done" if billed_by_money else mode}
    assert is_sound()


@pytest.mark.parametrize("name", ["capture", "mail", "ship"])
def test_a_step_by_hand_is_done_when_a_person_says_so(lamp, name, mailoutbox):
    automate(name, Mode.MANUAL)
    order = place(sale_line(lamp), pay="card", email="ada@example.com")
    work()
    assert stepped(order)[name] == "manual"

    retry(step(order, name), on=TUESDAY)
    work()

    assert stepped(order)[name] == "done"
    assert is_sound()


def test_an_invoice_by_hand_is_written_when_a_person_says_so(lamp):
    automate("invoice", Mode.MANUAL)
    order = place(sale_line(lamp))
    assert entries() == []

    retry(step(order, "invoice"), on=TUESDAY)

    assert causes() == ["invoice"]
    assert stepped(order)["invoice"] == "done"
    assert is_sound()


def test_goods_shipped_before_a_late_invoice_are_revenue_at_once(lamp):
    automate("invoice", Mode.MANUAL)
    automate("capture", Mode.MANUAL)
    order = place(sale_line(lamp, 2), pay="card", charge="5.95")
    ship(order)

    order_to_cash.invoice(order, on=TUESDAY)

    assert entries()[-1][1] == {
        "RECEIVABLE": "25.95",
        "REVENUE": "-16.81",
        "VAT_PAYABLE": "-4.14",
        "SHIPPING_INCOME": "-5.00",
    }
    assert is_sound()


def test_an_invoice_by_hand_on_shipment_waits_for_the_person(lamp):
    automate("invoice", Mode.MANUAL)
    order = place(sale_line(lamp), pay="card", invoice_on="shipment")
    ship(order)
    work()

    assert causes() == ["delivery"]
    assert stepped(order)["invoice"] == "manual"
    assert is_sound()


def test_a_payment_method_may_have_a_rule_of_its_own(lamp):
    automate("ship", Mode.AUTOMATIC)
    automate("ship", Mode.OFF, "bank")

    assert stepped(place(sale_line(lamp), pay="card"))["ship"] == "waiting"
    assert stepped(place(sale_line(lamp), key="by transfer"))["ship"] == "off"


def test_what_ships_by_itself_ships_once_the_money_is_in(lamp):
    automate("ship", Mode.AUTOMATIC)
    order = place(sale_line(lamp))
    work()
    assert fresh(order).status == "confirmed"

    pay(order)
    work()

    assert fresh(order).status == "shipped"
    assert is_sound()


# Failures


def test_an_account_out_of_use_fails_the_invoice_and_not_the_order(lamp):
    Account.objects.filter(role="VAT_PAYABLE").update(active=False)
    order = place(sale_line(lamp))

    failed = step(order, "invoice")
    assert (failed.state, failed.attempts) == ("failed", 1)
    assert failed.reason == "The chart has no active account for VAT_PAYABLE."
    assert order.delivery_notes.exists()
    assert not order.invoices.exists()
    assert findings() == [f"Order {order.number}: the step 'invoice' failed: {failed.reason}"]

    Account.objects.filter(role="VAT_PAYABLE").update(active=True)
    retry(failed, on=TUESDAY)

    assert stepped(order)["invoice"] == "done"
    assert step(order, "invoice").reason == ""
    assert order.invoices.get().number == "INV-2026-000001"
    assert is_sound()


def lock_until(day):
    with transaction.atomic():
        for period in Period.objects.filter(start__lte=day).order_by("start"):
            periods.lock(period, reason="Declared", by=None)


def test_an_invoice_of_a_month_that_is_closed_is_dated_into_the_next(lamp):
    Account.objects.filter(role="VAT_PAYABLE").update(active=False)
    order = place(sale_line(lamp))
    Account.objects.filter(role="VAT_PAYABLE").update(active=True)
    with transaction.atomic():
        lock_until(MONDAY)

    retry(step(order, "invoice"), on=TUESDAY)

    assert stepped(order)["invoice"] == "done"
    issued = order.invoices.get()
    assert (issued.number, issued.issued_on) == ("INV-2026-000001", date(2026, 4, 1))
    assert JournalEntry.objects.get(source_key=f"invoice:{issued.pk}").date == issued.issued_on
    assert is_sound()


def test_an_invoice_that_fails_on_shipment_lets_the_goods_go(lamp):
    order = place(sale_line(lamp), pay="card", invoice_on="shipment")
    Account.objects.filter(role="VAT_PAYABLE").update(active=False)

    ship(order)

    assert fresh(order).status == "shipped"
    assert stepped(order) == {"invoice": "failed", "capture": "waiting", "ship": "done"}
    assert causes() == ["delivery"]
    Account.objects.filter(role="VAT_PAYABLE").update(active=True)
    retry(step(order, "invoice"), on=TUESDAY)
    work()
    assert stepped(order) == {"invoice": "done", "capture": "done", "ship": "done"}
    assert is_sound()


def test_money_completes_an_invoice_that_had_failed(lamp):
    Account.objects.filter(role="VAT_PAYABLE").update(active=False)
    order = place(sale_line(lamp))
    assert stepped(order)["invoice"] == "failed"
    Account.objects.filter(role="VAT_PAYABLE").update(active=True)

    pay(order)

    assert stepped(order)["invoice"] == "done"
    assert causes() == ["invoice", "payment"]
    assert is_sound()


def test_a_fault_of_the_program_is_named_and_does_not_lose_the_order(lamp, monkeypatch):
    def broken(*args, **kwargs):
        raise ZeroDivisionError("division by zero")

    with monkeypatch.context() as patch:
        patch.setattr("erp.invoicing.invoices.draft", broken)
        order = place(sale_line(lamp))
    assert step(order, "invoice").reason == "ZeroDivisionError: division by zero"

    retry(step(order, "invoice"), on=TUESDAY)
    assert is_sound()
