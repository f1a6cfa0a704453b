"""Mails about a payment on a provider's page: that it failed, that it is awaited, and that nobody owed it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from erp import order_to_cash
from erp.documents import outbox
from erp.invoicing.mails import KINDS
from erp.invoicing.mails.samples import SAMPLES
from tests.books import is_sound
from tests.chain.scenes import FRIDAY, approve, pay, place, place_pending, work
from tests.factories import ProductFactory, sale_line

pytestmark = pytest.mark.django_db


@pytest.fixture
def lamp():
    return ProductFactory(title="Lamp", stock=(5, "4.00"))


@pytest.fixture
def pending(lamp):
    return place_pending(sale_line(lamp, 2), charge="5.95", email="ada@example.com")


def in_minutes(minutes):
    outbox.run_due(timezone.now() + timedelta(minutes=minutes))


def test_an_order_that_waits_is_reminded_half_way_to_its_end(pending, mailoutbox):
    in_minutes(14)
    assert mailoutbox == []
    in_minutes(16)
    (mail,) = mailoutbox
    assert mail.subject == f"Your order {pending.number} waits for your payment"
    assert "waits for 25.95 EUR" in mail.body
    assert "We keep the goods for you until" in mail.body
    in_minutes(31)
    in_minutes(32)
    assert mailoutbox[-1].subject == f"Your order {pending.number} is cancelled"
    assert is_sound()


def test_one_that_was_paid_meanwhile_is_not_reminded(pending, mailoutbox):
    approve(pending.payments.get())
    in_minutes(16)
    work()
    assert [mail.subject for mail in mailoutbox] == [f"Your order {pending.number}"]


def test_a_payment_that_failed_is_told_with_the_way_to_another(pending, mailoutbox):
    approve(pending.payments.get(), "failed")
    in_minutes(1)
    (mail,) = mailoutbox
    assert mail.subject == f"The payment of your order {pending.number} failed"
    assert "Try again, or pay another way: http" in mail.body
    payment = pending.payments.get()
    facts = KINDS["payment_failed"].facts(payment)
    assert facts.keys() == SAMPLES["payment_failed"].keys()


def test_money_that_nobody_owed_comes_back_with_a_mail(lamp, mailoutbox):
    order = place(sale_line(lamp, 1, "10.00"), email="ada@example.com")
    pay(order, amount="15.00")
    surplus = order.payments.get(kind="surplus")
    mailoutbox.clear()
    order_to_cash.give_back(surplus, on=FRIDAY)
    work()
    assert [mail.subject for mail in mailoutbox if "back" in mail.subject] == [
        f"5.00 EUR back for order {order.number}"
    ]
    assert is_sound()
