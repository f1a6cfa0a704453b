"""What is easily left over: the end of a withdrawal, of a part that was cancelled, of a step tried again."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.contrib.auth import get_user_model

from accounting.models import Account
from erp import order_to_cash, parcels, returning
from erp.banking import payouts
from erp.delivery.withdrawals import NoRightOfWithdrawal
from erp.effects import retry
from erp.invoicing.payments import still_to_come
from erp.sales.discounts import DiscountUsedUp
from erp.sales.models import Automation, Step
from tests.banking.papers import TODAY
from tests.banking.reports import report
from tests.books import is_sound
from tests.chain.scenes import (
    FRIDAY,
    TUESDAY,
    approve,
    balances,
    fresh,
    on_shelf,
    place,
    place_pending,
    refused,
    ship,
    shipped_line,
    work,
)
from tests.chain.vouchers import once_a_customer, single_use, taken_off, ten_off
from tests.factories import ProductFactory, sale_line

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 6, 9, 30, tzinfo=UTC)


@pytest.fixture
def lamp():
    return ProductFactory(title="Lamp", price=Decimal("119.00"), stock=(10, "60.00"))


def send_part(order, pieces):
    note = order.delivery_notes.get(state="ready")
    order_to_cash.ship(note, quantities={note.lines.get().pk: pieces}, on=TUESDAY)


def come_back(document, pieces, **dispositions):
    line = document.lines.get()
    returning.receive(document, quantities={line.pk: pieces}, on=FRIDAY)
    returning.inspect(document, dispositions={line.pk: dispositions or {"restocked": pieces}}, on=FRIDAY)
    order_to_cash.close_return(document, on=FRIDAY)


@pytest.mark.parametrize("closed_before", [True, False])
def test_the_rest_is_withdrawn_from_when_what_left_is_on_its_way_back_or_here_again(lamp, closed_before):
    order = place(sale_line(lamp, 3, "119.00"), pay="card", charge="5.95")
    work()
    send_part(order, 1)
    first = returning.withdraw(order, now=NOW, key="w1", quantities={shipped_line(order).pk: 1})
    if closed_before:
        come_back(first.returned, 1)

    second = returning.withdraw(order, now=NOW, key="w2")

    assert second.returned is None
    assert fresh(order).status == "shipped"
    if not closed_before:
        come_back(first.returned, 1)
    work()
    assert order.payments.get().refunded == order.total_incl_tax
    assert on_shelf(lamp) == (10, 0)
    assert is_sound()
    with refused(NoRightOfWithdrawal, "have withdrawn from order"):
        returning.withdraw(order, now=NOW, key="w3")


def test_a_return_of_which_nothing_was_taken_keeps_no_shipping(lamp):
    order = place(sale_line(lamp, 2, "119.00"), pay="card", charge="5.95")
    work()
    send_part(order, 2)
    document = returning.request(order, quantities={shipped_line(order).pk: 2}, on=FRIDAY, key="r1")
    returning.approve(document, on=FRIDAY)
    come_back(document, 1, refused=1)

    come_back(returning.withdraw(order, now=NOW, key="w1").returned, 2)

    assert order.payments.get().refunded == order.total_incl_tax
    assert is_sound()


def test_pieces_cancelled_before_the_payment_came_are_not_billed(lamp):
    order = place_pending(sale_line(lamp, 3, "119.00"))
    note = order.delivery_notes.get()
    parcels.cancel_rest(note, quantities={note.lines.get().pk: 1}, on=TUESDAY)
    approve(order.payments.get())
    work()
    assert order.invoices.get().gross == Decimal("238.00")
    assert balances()["CLEARING"] == "238.00"
    assert is_sound()


def test_what_is_cancelled_and_not_billed_is_not_asked_for(lamp):
    order = place(sale_line(lamp, 3, "119.00"), pay="cod", invoice_on="shipment", charge="5.95")
    note = order.delivery_notes.get()
    parcels.cancel_rest(note, quantities={note.lines.get().pk: 1}, on=TUESDAY)
    assert still_to_come(order.payments.get()) == Decimal("243.95")
    parcels.send(order.delivery_notes.get(state="ready"), on=TUESDAY)
    assert still_to_come(order.payments.get()) == Decimal("243.95") == order.invoices.get().gross
    assert is_sound()


def test_an_invoice_tried_again_after_a_part_has_left_bills_that_part(lamp):
    order = place(sale_line(lamp, 3, "119.00"), pay="card", invoice_on="shipment")
    Account.objects.filter(role="VAT_PAYABLE").update(active=False)
    send_part(order, 1)
    step = Step.objects.get(order=order, name="invoice")
    assert step.state == "failed"
    Account.objects.filter(role="VAT_PAYABLE").update(active=True)

    retry(step, on=TUESDAY)
    work()

    assert order.invoices.get().gross == order.payments.get().captured == Decimal("119.00")
    assert is_sound()


def a_voucher():
    voucher = single_use()
    return voucher.offers.get(), ten_off(voucher)


def an_offer():
    offer = once_a_customer()
    return offer, taken_off(offer)


@pytest.mark.parametrize("limited", [a_voucher, an_offer])
def test_what_was_taken_off_once_may_be_again_when_that_order_is_cancelled(lamp, limited):
    offer, discounts = limited()
    ada = get_user_model().objects.create_user("ada", "ada@example.com")
    wish = {"discounts": discounts, "user": ada}
    line = sale_line(lamp, 1, "119.00", discount="1.00")
    order = place_pending(line, key="first", **wish)
    with pytest.raises(DiscountUsedUp):
        place(line, key="second", **wish)

    order_to_cash.cancel(order, on=TUESDAY)

    assert place(line, key="third", **wish).status == "confirmed"
    offer.refresh_from_db()
    assert (offer.num_applications, offer.num_orders, offer.total_discount) == (1, 1, Decimal("1.00"))
    assert {voucher.num_orders for voucher in offer.vouchers.all()} <= {1}
    assert is_sound()


def test_a_carrier_brings_the_cash_of_each_parcel(lamp):
    order = place(sale_line(lamp, 3, "119.00"), pay="cod", invoice_on="shipment", charge="5.95")
    send_part(order, 1)
    send_part(order, 1)
    ship(order)
    rows = [("charge", f"DN-{order.number}-{place}", "119.00", "0.00") for place in (3, 2)]
    rows.append(("charge", f"DN-{order.number}-1", "124.95", "0.00"))

    booked = payouts.load(report(*rows), provider="cod", name="cod.csv", today=TODAY)

    assert booked.findings == []
    assert order.payments.get().captured == order.total_incl_tax
    assert is_sound()


def test_from_a_whole_order_its_services_are_withdrawn_too(lamp):
    advice = ProductFactory(title="Advice", product_class__name="Service", product_class__track_stock=False)
    order = place(sale_line(lamp, 1, "119.00"), sale_line(advice, 2, "50.00"), pay="card", charge="5.95")
    work()
    ship(order)

    declaration = returning.withdraw(order, now=NOW, key="w1")
    come_back(declaration.returned, 1)

    assert [line["title"] for line in declaration.lines] == ["Lamp", "Advice"]
    assert order.payments.get().refunded == order.total_incl_tax
    assert is_sound()


def test_a_capture_by_hand_takes_no_more_than_is_to_come(lamp):
    Automation.objects.create(payment_method="", step="capture", mode="manual")
    order = place(sale_line(lamp, 3, "119.00"), pay="card", invoice_on="shipment")
    note = order.delivery_notes.get()
    order_to_cash.ship(note, quantities={note.lines.get().pk: 1}, rest="cancel", on=TUESDAY)

    retry(Step.objects.get(order=order, name="capture"), on=TUESDAY)
    work()

    assert order.payments.get().captured == Decimal("119.00")
    assert is_sound()
