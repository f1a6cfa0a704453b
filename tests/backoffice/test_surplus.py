"""Money that nobody owes, and notices that are strange: shown, and done away with at one click."""

from decimal import Decimal

import pytest

from erp import order_to_cash
from erp.invoicing.models import Payment, PaymentOperation, ProviderEvent
from tests.backoffice.desk import list_url, page_url, press, told, words
from tests.books import is_sound
from tests.chain.scenes import TUESDAY, balances, pay, place, place_pending, tell
from tests.factories import ProductFactory, sale_line

pytestmark = pytest.mark.django_db


@pytest.fixture
def paid_twice():
    lamp = ProductFactory(title="Lamp", stock=(9, "4.00"))
    order = place(sale_line(lamp, 2), key="paid twice", party_key="user:7")
    pay(order)
    pay(order, reference="transfer-2")
    return Payment.objects.get(kind="surplus")


def test_it_is_on_the_first_page_and_in_its_list(office, paid_twice):
    assert "Money that nobody owes" in words(office.get("/admin/"))
    listed = words(office.get(f"{list_url(Payment)}?owed=nobody"))
    assert str(paid_twice) in listed
    assert "1 payment" in listed


def test_it_is_given_back_once(office, paid_twice):
    assert "Give it back" in words(office.get(page_url(paid_twice)))
    first, second = (press(office, "give_back", paid_twice) for _ in range(2))
    assert told(first) == [("success", f"{paid_twice}: 20.00 goes back.")]
    assert told(second)[0][0] == "error"
    assert PaymentOperation.objects.filter(kind="refund").count() == 1
    assert "Give it back" not in words(office.get(page_url(paid_twice)))
    assert is_sound()


def test_it_pays_another_order_of_the_same_customer(office, paid_twice):
    lamp = ProductFactory(title="Lamp", stock=(9, "4.00"))
    other = place(sale_line(lamp, 1), key="another", party_key="user:7")
    stranger = place(sale_line(lamp, 1), key="a stranger's")

    assert "no order with this number" in words(press(office, "use_for", paid_twice, order="nothing"))
    assert told(press(office, "use_for", paid_twice, order=stranger.number))[0][0] == "error"
    assert told(press(office, "use_for", paid_twice, order=other.number)) == [
        ("success", f"10.00 of {paid_twice} pays for order {other.number}.")
    ]

    assert other.delivery_notes.get().state == "ready"
    assert balances()["PREPAYMENTS"] == "-10.00"
    assert is_sound()


def test_more_than_is_owed_is_noted_by_hand_on_the_payments_page(office, paid_twice):
    payment = paid_twice.order.payments.get(kind="order")
    answers = {"amount": "5.00", "reference": "transfer-3", "on": "2026-03-04"}
    response = press(office, "settle", payment, **{f"{payment.pk}-{k}": v for k, v in answers.items()})
    assert told(response) == [("success", f"{payment}: 5.00 taken in. Nobody owes 5.00 of it.")]
    assert sum(row.left for row in Payment.objects.filter(kind="surplus")) == Decimal("25.00")


def test_a_strange_notice_waits_until_somebody_has_looked_into_it(office):
    lamp = ProductFactory(title="Lamp", stock=(9, "4.00"))
    payment = place_pending(sale_line(lamp)).payments.get()
    notice = tell(payment, "captured", amount=Decimal("9.00"))

    assert "Notices of providers to look into" in words(office.get("/admin/"))
    assert "9.00" in words(office.get(f"{list_url(ProviderEvent)}?strange=yes"))
    assert "amount or currency differ" in words(office.get(page_url(payment)))
    press(office, "seen", notice)

    notice.refresh_from_db()
    assert notice.seen_at
    assert "0 notices" in words(office.get(f"{list_url(ProviderEvent)}?strange=yes"))


def test_an_order_whose_payment_is_gone_is_shown(office):
    lamp = ProductFactory(title="Lamp", stock=(9, "4.00"))
    order = place(sale_line(lamp), pay="card")
    tell(order.payments.get(), "voided")
    assert "Orders whose payment is gone" in words(office.get("/admin/"))
    assert order.number in words(office.get(f"{list_url(order)}?money=gone"))
    order_to_cash.cancel(order, on=TUESDAY)
    assert order.number not in words(office.get(f"{list_url(order)}?money=gone"))
