"""Money that is held before there is an order: once, and never for nothing."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from erp import order_to_cash, paying
from erp.documents import outbox
from erp.invoicing.models import Payment
from erp.invoicing.providers.card import APPROVED, DECLINED
from tests.factories import MONDAY, ProductFactory, sale, sale_line

pytestmark = pytest.mark.django_db

State = Payment.State


def start(number=APPROVED, key="b1", amount="10.00"):
    return paying.start_payment(
        "card", Decimal(amount), key=key, form_data={"card_number": number}, on=MONDAY
    )


def test_asking_twice_holds_the_money_once():
    assert start() == start()
    assert Payment.objects.get().operations.count() == 1


def test_a_declined_card_leaves_a_failed_payment_and_a_sentence():
    with pytest.raises(paying.PaymentDeclined, match="declined"):
        start(DECLINED)
    assert Payment.objects.get().state == State.FAILED
    with pytest.raises(paying.PaymentDeclined):
        start(APPROVED)
    assert start(APPROVED, key="b1-second-try").state == State.AUTHORISED


def test_money_that_no_order_claimed_is_given_up_after_an_hour():
    payment = start()
    outbox.run_due(timezone.now() + timedelta(minutes=59))
    payment.refresh_from_db()
    assert payment.state == State.AUTHORISED

    outbox.run_due(timezone.now() + timedelta(minutes=61))
    payment.refresh_from_db()
    assert payment.state == State.VOIDED


def test_money_of_an_order_is_kept():
    product = ProductFactory(stock=(1, "4.00"))
    payment = start()
    order_to_cash.place(sale(sale_line(product), payment_method="card", payment=payment), on=MONDAY)

    outbox.run_due(timezone.now() + timedelta(minutes=61))

    payment.refresh_from_db()
    assert payment.state == State.CAPTURED
    assert payment.order.invoices.count() == 1


def test_an_authorised_payment_of_another_amount_or_order_is_refused():
    product = ProductFactory(stock=(5, "4.00"))
    payment = start(amount="9.99")
    with pytest.raises(paying.payments.WrongAmount):
        order_to_cash.place(sale(sale_line(product), payment_method="card", payment=payment), on=MONDAY)

    payment = start(key="b2")
    order_to_cash.place(sale(sale_line(product), payment_method="card", payment=payment), on=MONDAY)
    with pytest.raises(paying.payments.PaymentGone):
        order_to_cash.place(
            sale(sale_line(product), key="other", payment_method="card", payment=payment), on=MONDAY
        )
