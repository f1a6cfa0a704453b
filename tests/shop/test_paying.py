"""Paying on the provider's page: the way there and back, the notices, and what can be done when it fails."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone
from oscar.core.loading import get_model

from erp.documents import outbox
from erp.documents.models import Company
from erp.invoicing import providers
from erp.invoicing.models import Payment, ProviderEvent
from erp.invoicing.providers import card
from shop.checkout import payment_views
from tests.books import is_sound
from tests.chain.scenes import every_row, work

from . import buying
from .buying import answer, buy, look, press, product, put, text

pytestmark = pytest.mark.django_db
Order = get_model("order", "Order")
REDIRECT, LATE, TIME_OUT = "4000 0000 0000 3220", "4000 0000 0000 3063", "4000 0000 0000 0119"


@pytest.fixture
def away(client, standard):
    """A customer on the way to the card's page; return the page of ours that sends her there."""
    response = buy(client, product(price="100.00"), payment="card", card_number=REDIRECT)
    return client.get(response.url)


def sandbox_of(page):
    """Return the address that a page leads on to."""
    return re.search(r'content="0; url=([^"]+)"', page.content.decode())[1]


def follow(client, url, **data):
    """Press a button of the card's page and come back."""
    return client.get(client.post(url, data).url, follow=True)


def test_a_customer_is_sent_on_by_a_page_of_ours(client, away):
    order = Order.objects.get()
    assert order.status == "pending payment"
    assert "Continue to the payment" in text(away)
    assert "€105.95" in text(client.get(sandbox_of(away)))
    assert mail.outbox == []


def test_an_approved_payment_leads_to_the_thanks(client, away):
    thanks = follow(client, sandbox_of(away), choice="approve")
    assert "Thank you!" in text(thanks)
    assert "Your card pays for it" in text(thanks)
    assert Order.objects.get().status == "confirmed"
    work()
    assert Payment.objects.get().state == "captured"
    assert is_sound()


def test_a_declined_payment_leads_to_the_order_which_can_be_paid_again(client, away):
    page = follow(client, sandbox_of(away), choice="decline")
    assert "This order waits for its payment" in text(page)
    order, form = Order.objects.get(), pay_form(page)
    assert order.status == "pending payment"

    refused = client.post(form.pop("url"), form | {"card_number": "4000 0000 0000 0002"}, follow=True)
    assert "Your card was declined." in text(refused)

    form = pay_form(refused)
    paid = client.post(form.pop("url"), form | {"card_number": "4111 1111 1111 1111"}, follow=True)
    assert "Thank you!" in text(paid)
    assert Order.objects.get().status == "confirmed"
    assert is_sound()


def test_a_form_to_pay_again_sent_twice_pays_once(client, away):
    page = follow(client, sandbox_of(away), choice="decline")
    form = pay_form(page)
    url = form.pop("url")
    for _ in range(2):
        client.post(url, form | {"card_number": "4111 1111 1111 1111"})
    assert Payment.objects.filter(state="authorised").count() == 1
    work()
    assert is_sound()


def test_a_transfer_may_be_chosen_instead(client, away):
    page = follow(client, sandbox_of(away), choice="decline")
    form = pay_form(page) | {"payment": "bank"}
    answer = client.post(form.pop("url"), form, follow=True)
    assert "Please transfer €105.95" in text(answer)
    assert Order.objects.get().terms.payment_method == "bank"


def test_who_turned_back_can_continue(client, away):
    payment = Payment.objects.get()
    page = client.get(f"/checkout/not-paid/{payment_views.links.payment_token(payment)}/", follow=True)
    assert "Continue the payment" in text(page)
    assert "Your goods are reserved until" in text(page)


@pytest.mark.parametrize("query", ["", "?paid=1", "?status=authorised&amount=105.95"])
def test_what_an_address_says_decides_nothing(client, away, query):
    token = payment_views.links.payment_token(Payment.objects.get())
    page = client.get(f"/checkout/return/{token}/{query}")
    assert "We wait for word of your payment" in text(page)
    assert Order.objects.get().status == "pending payment"


def test_the_return_asks_the_provider_whose_notice_was_lost(client, away):
    payment = Payment.objects.get()
    card.decide(payment, kind="authorised")
    token = payment_views.links.payment_token(payment)
    assert "Thank you!" in text(client.get(f"/checkout/return/{token}/", follow=True))


def test_a_return_while_the_provider_is_away_waits(client, away, monkeypatch):
    def no_answer(*args):
        raise providers.ProviderFailed("no answer")

    monkeypatch.setattr(card.SandboxCard, "look", no_answer)
    token = payment_views.links.payment_token(Payment.objects.get())
    assert "We wait for word" in text(client.get(f"/checkout/return/{token}/"))


@pytest.mark.parametrize("page", ["pay", "return", "not-paid"])
def test_a_forged_address_shows_nothing(client, away, page):
    response = client.get(f"/checkout/{page}/forged/")
    assert response.status_code == 410
    assert Order.objects.get().number not in text(response)
    assert client.get("/sandbox-card/forged/").status_code == 404


def test_a_notice_may_come_late(client, standard):
    response = buy(client, product(price="100.00"), payment="card", card_number=LATE)
    waiting = follow(client, sandbox_of(client.get(response.url)), choice="approve")
    assert "We wait for word" in text(waiting)
    outbox.run_due(timezone.now() + timedelta(seconds=31))
    assert Order.objects.get().status == "confirmed"


def test_a_card_that_does_not_answer_orders_nothing_and_its_money_is_freed(client, standard):
    response = buy(client, product(price="100.00"), payment="card", card_number=TIME_OUT)
    assert response.status_code == 409
    assert "does not answer, so nothing was paid" in text(response)
    payment = Payment.objects.get()
    assert card.sandbox.holds(card.charge_of(payment)) == payment.amount

    outbox.run_due(timezone.now() + timedelta(minutes=61))
    work()

    assert card.sandbox.holds(card.charge_of(payment)) == 0
    assert Payment.objects.get().state == "voided"


def test_the_button_pressed_twice_leads_to_one_payment(client, standard):
    put(client, product(price="100.00"))
    answer(client, payment="card")
    form = look(client) | {"card_number": REDIRECT}
    first, second = press(client, form), press(client, form)
    assert first.url.startswith("/checkout/pay/")
    assert second.url.startswith("/checkout/pay/")
    assert (Order.objects.count(), Payment.objects.count()) == (1, 1)


# Notices


def notice(kind="authorised"):
    payment = Payment.objects.get()
    body, headers = card.decide(payment, kind=kind)
    return body, {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers.items()}


def send(body, headers, provider="card"):
    address = f"/payments/{provider}/webhook/"
    stranger = Client(enforce_csrf_checks=True)
    return stranger.post(address, body, content_type="application/json", **headers)


def test_a_notice_is_heard_at_its_address_however_often_it_comes(away):
    body, headers = notice()
    assert [send(body, headers).status_code for _ in range(5)] == [200] * 5
    assert ProviderEvent.objects.count() == 1
    assert Order.objects.get().status == "confirmed"
    assert is_sound()


def test_a_forged_notice_is_answered_400_and_changes_nothing(away):
    body, headers = notice()
    before = every_row()
    for said, signed in ((body, {}), (body + b" ", headers), (b"", headers)):
        assert send(said, signed).status_code == 400
    assert every_row() == before


def test_what_is_no_notice_is_turned_away(client, away):
    body, headers = notice()
    assert send(b"x" * (payment_views.LONGEST_NOTICE + 1), headers).status_code == 413
    assert send(body, headers, provider="nobody").status_code == 404
    assert send(body, headers, provider="bank").status_code == 400
    assert client.get("/payments/card/webhook/").status_code == 405


def test_a_provider_that_cannot_be_asked_for_more_is_told_to_come_again(away, monkeypatch):
    def no_answer(*args):
        raise providers.ProviderFailed("no answer")

    monkeypatch.setattr(card.SandboxCard, "webhook", no_answer)
    assert send(*notice()).status_code == 503


# Cash on delivery


def test_cash_on_delivery_costs_its_surcharge_and_leaves_at_once(client, standard):
    Company.objects.update(cod_fee="4.00")
    put(client, product(price="100.00"))
    assert "+ €4.00" in text(answer(client, follow=True)) or "+ €4.00" in text(
        client.get("/checkout/delivery/")
    )
    answer(client, payment="cod")
    page = client.get("/checkout/preview/")
    assert "€109.95" in text(page)
    assert "Cash on delivery" in text(page)
    press(client, buying.carried(page))
    order = Order.objects.get()
    assert str(order.total_incl_tax) == "109.95"
    assert order.delivery_notes.get().state == "ready"
    assert is_sound()


def test_cash_on_delivery_is_not_offered_where_goods_leave_once_they_are_paid(client, standard):
    Company.objects.update(invoice_on="payment")
    put(client, product(price="100.00"))
    client.post("/checkout/", buying.ADDRESS)
    assert "Cash on delivery" not in text(client.get("/checkout/delivery/"))
    response = client.post("/checkout/delivery/", {"shipping": "standard", "payment": "cod"})
    assert response.status_code == 200


def test_a_closed_sandbox_is_not_offered(client, standard, settings):
    settings.SANDBOX_CARD = False
    put(client, product(price="100.00"))
    client.post("/checkout/", buying.ADDRESS)
    assert "Card (sandbox)" not in text(client.get("/checkout/delivery/"))


def test_the_payment_page_lists_the_numbers_of_the_sandbox(client, standard):
    put(client, product(price="100.00"))
    answer(client, payment="card")
    page = text(client.get("/checkout/preview/"))
    for number in ("4111 1111 1111 1111", REDIRECT, LATE, TIME_OUT):
        assert number in page


def pay_form(page):
    """Return what the form to pay by card sends, and where."""
    content = page.content.decode()
    return {
        "url": re.search(r'action="(/orders/[^"]+/pay/)"', content)[1],
        "attempt": re.search(r'name="attempt" value="([^"]+)"', content)[1],
        "payment": "card",
    }
