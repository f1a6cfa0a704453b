"""Pressed twice, reloaded, or sent by ten at once: one order, and everybody sees its thank-you page."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connections
from django.test import Client
from oscar.core.loading import get_model

from erp.invoicing.models import Payment
from shop.checkout import purchase

from .buying import CARD, answer, look, press, product, put, text

Order = get_model("order", "Order")
StockRecord = get_model("partner", "StockRecord")


@pytest.mark.django_db
def test_a_double_click_and_a_reload_see_the_same_order(client, standard):
    put(client, product(price="100.00"))
    answer(client)
    form = look(client)
    answers = [press(client, form) for _ in range(3)]
    order = Order.objects.get()
    for response in answers:
        assert order.number in text(client.get(response.url))
    assert StockRecord.objects.get().num_allocated == 1


@pytest.mark.django_db
def test_money_held_for_a_basket_that_another_window_buys_first_is_let_go(client, standard, monkeypatch):
    put(client, product(price="100.00"))
    answer(client, payment="card")
    faster, slower = (look(client) | {"card_number": CARD} for _ in range(2))
    hold_money = purchase._with_payment

    def hold_money_slowly(*asked):
        sale = hold_money(*asked)
        monkeypatch.setattr(purchase, "_with_payment", hold_money)
        press(client, faster)
        return sale

    monkeypatch.setattr(purchase, "_with_payment", hold_money_slowly)
    response = press(client, slower)

    order = Order.objects.get()
    assert order.number in text(client.get(response.url))
    states = dict(Payment.objects.values_list("state", "order"))
    assert states == {"authorised": order.pk, "voided": None}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("payment", ["bank", "card"])
def test_ten_identical_submits_at_once_are_one_order(standard, payment):
    client = Client()
    put(client, product(price="100.00"), 2)
    answer(client, payment=payment)
    form = look(client) | {"card_number": CARD}
    start = Barrier(10)

    def submit(_):
        twin = Client()
        twin.cookies = client.cookies.copy()
        start.wait()
        try:
            response = press(twin, form)
            return response.status_code, text(twin.get(response.url))
        finally:
            connections.close_all()

    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(submit, range(10)))
    order = Order.objects.get()
    assert [status for status, _ in answers] == [302] * 10
    assert all("Thank you!" in page and order.number in page for _, page in answers)
    assert StockRecord.objects.get().num_allocated == 2
    assert Payment.objects.count() == 1
