"""Overpaid, paid twice, underpaid, paid in cash at the door: each has its entry and its way out."""

from decimal import Decimal
from functools import partial

import pytest

from erp import order_to_cash
from erp.invoicing import providers
from erp.invoicing.models import Payment, PaymentOperation
from erp.invoicing.payments import PaymentGone, ReferenceTaken, WrongAmount, still_to_come
from erp.money_in import NothingOwed, NotTheirs
from tests.books import is_sound
from tests.chain.scenes import (
    FRIDAY,
    TUESDAY,
    balances,
    company,
    entries,
    fresh,
    pay,
    place,
    refused,
    ship,
    work,
)
from tests.chain.threads import split, together
from tests.factories import ProductFactory, sale_line

pytestmark = pytest.mark.django_db


@pytest.fixture
def lamp():
    return ProductFactory(title="Lamp", stock=(50, "4.00"))


@pytest.fixture
def surplus(lamp):
    """Two euros more than was owed."""
    order = place(sale_line(lamp), party_key="user:1")
    pay(order, amount="12.00")
    return Payment.objects.get(kind="surplus")


def test_what_is_overpaid_pays_what_is_owed_and_the_rest_is_kept(surplus):
    assert entries()[-2:] == [
        ("payment", {"BANK": "10.00", "RECEIVABLE": "-10.00"}),
        ("payment", {"BANK": "2.00", "PREPAYMENTS": "-2.00"}),
    ]
    assert (surplus.reference, surplus.left) == ("surplus:transfer-1:surplus", Decimal("2.00"))
    assert surplus.order.delivery_notes.get().state == "ready"
    assert is_sound()


def test_the_same_reference_is_the_same_money_also_in_two_parts(surplus):
    payment = surplus.order.payments.get(kind="order")
    settle = partial(order_to_cash.settle, payment, reference="transfer-1", on=TUESDAY)
    assert settle(amount=Decimal("12.00")).amount == Decimal("10.00")
    with refused(ReferenceTaken, "With the reference 'transfer-1' 12.00 came in already"):
        settle(amount=Decimal("10.00"))
    assert PaymentOperation.objects.count() == 2


def test_what_is_paid_twice_is_kept_whole(lamp):
    order = place(sale_line(lamp))
    pay(order)
    payment = order.payments.get()
    again = order_to_cash.settle(payment, amount=Decimal("10.00"), reference="transfer-2", on=FRIDAY)
    assert again.payment.kind == "surplus"
    assert balances()["PREPAYMENTS"] == "-10.00"
    assert is_sound()


def test_a_transfer_for_a_cancelled_order_is_kept_and_waits_for_somebody(lamp):
    order = place(sale_line(lamp))
    order_to_cash.cancel(order, on=TUESDAY)
    pay(order)
    work()
    assert Payment.objects.get(kind="surplus").left == Decimal("10.00")
    assert fresh(order).status == "cancelled"
    assert is_sound()


def test_what_is_underpaid_stays_open_until_it_is_credited(lamp):
    order = place(sale_line(lamp))
    pay(order, amount="9.00")
    payment = order.payments.get()
    assert still_to_come(payment) == Decimal("1.00")
    assert order.delivery_notes.get().state == "waiting payment"

    line = order.invoices.get().lines.get()
    order_to_cash.credit(order.invoices.get(), amounts={line.pk: Decimal("1.00")}, on=FRIDAY, key="rest")

    assert still_to_come(payment) == 0
    assert order.delivery_notes.get().state == "ready"
    assert is_sound()


def test_it_is_given_back_in_parts_and_never_more_than_is_left(surplus):
    order_to_cash.give_back(surplus, amount=Decimal("0.50"), on=FRIDAY)
    for amount in ("1.51", "0.00", "-1.00", "0.001"):
        with refused(WrongAmount, "cannot be refunded: 1.50 of payment"):
            order_to_cash.give_back(surplus, amount=Decimal(amount), on=FRIDAY)
    order_to_cash.give_back(surplus, on=FRIDAY)
    with refused(WrongAmount, "Nothing is left"):
        order_to_cash.give_back(surplus, on=FRIDAY)
    assert "PREPAYMENTS" not in balances()
    assert balances()["BANK"] == "10.00"
    assert is_sound()


def test_money_that_pays_for_an_order_is_not_given_back_like_that(lamp):
    payment = pay(place(sale_line(lamp))).payment
    with refused(PaymentGone, "credit its invoice to give it back"):
        order_to_cash.give_back(payment, on=FRIDAY)


def test_it_pays_another_order_as_far_as_it_goes(lamp, surplus):
    other = place(sale_line(lamp), key="other", party_key="user:1")
    operation = order_to_cash.use_for(surplus, other, on=FRIDAY)

    assert operation.amount == Decimal("2.00")
    assert entries()[-1] == ("payment", {"PREPAYMENTS": "2.00", "RECEIVABLE": "-2.00"})
    bank = other.payments.get(state="started")
    assert still_to_come(bank) == Decimal("8.00")
    order_to_cash.settle(bank, amount=Decimal("8.00"), reference="rest", on=FRIDAY)
    assert other.delivery_notes.get().state == "ready"
    with refused(WrongAmount, "Nothing is left"):
        order_to_cash.use_for(surplus, other, on=FRIDAY)
    assert is_sound()


def test_an_order_paid_from_it_gives_it_back_where_it_came_from(lamp, surplus):
    other = place(sale_line(lamp), key="other", party_key="user:1", invoice_on="payment")
    order_to_cash.use_for(surplus, other, on=FRIDAY)
    order_to_cash.cancel(other, on=FRIDAY)
    work()
    assert balances()["BANK"] == "10.00"
    assert "PREPAYMENTS" not in balances()
    assert is_sound()


def test_it_pays_nobody_elses_order_and_none_that_is_paid(lamp, surplus):
    strangers = place(sale_line(lamp), key="strangers")
    with refused(NotTheirs, "another customer's"):
        order_to_cash.use_for(surplus, strangers, on=FRIDAY)
    with refused(NothingOwed, "Nothing is owed"):
        order_to_cash.use_for(surplus, surplus.order, on=FRIDAY)


# Cash on delivery


def test_goods_paid_at_the_door_leave_at_once_and_are_settled_when_the_carrier_pays(lamp):
    order = place(sale_line(lamp), pay="cod")
    assert order.delivery_notes.get().state == "ready"
    ship(order)
    assert balances()["RECEIVABLE"] == "10.00"

    pay(order)

    assert balances()["CASH_CLEARING"] == "10.00"
    assert "RECEIVABLE" not in balances()
    assert is_sound()


def test_nobody_pays_at_the_door_where_goods_leave_once_they_are_paid(lamp):
    company(invoice_on="payment")
    with refused(providers.NotOffered, "goods leave once they are paid"):
        place(sale_line(lamp), pay="cod")


# At once


@pytest.mark.django_db(transaction=True)
def test_of_many_who_give_it_back_at_once_one_does(surplus):
    done, errors = split(together([partial(order_to_cash.give_back, surplus, on=FRIDAY)] * 6))
    assert len(done) == 1
    assert {type(error) for error in errors} == {WrongAmount}
    assert balances()["BANK"] == "10.00"
    assert is_sound()


@pytest.mark.django_db(transaction=True)
def test_it_is_given_back_or_used_but_not_both(lamp, surplus):
    other = place(sale_line(lamp), key="other", party_key="user:1")
    give = partial(order_to_cash.give_back, surplus, on=FRIDAY)
    use = partial(order_to_cash.use_for, surplus, other, on=FRIDAY)
    done, _ = split(together([give, use] * 3))
    assert len(done) == 1
    assert Payment.objects.get(pk=surplus.pk).left == 0
    assert is_sound()
