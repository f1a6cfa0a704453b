"""The checkout: a guest's and an account's purchase, and everything that can come between."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone
from oscar.core.loading import get_model

from erp.documents.models import Company
from erp.invoicing.models import Payment
from shop.checkout import seen

from . import buying
from .buying import CARD, DECLINED, answer, carried, look, offer, press, product, promise, put, text

pytestmark = pytest.mark.django_db
Basket = get_model("basket", "Basket")
Order = get_model("order", "Order")
StockRecord = get_model("partner", "StockRecord")


@pytest.fixture
def ada(django_user_model, client):
    """Somebody with an account, logged in."""
    user = django_user_model.objects.create_user("ada", "ada@example.com", "correct horse", first_name="Ada")
    client.force_login(user)
    return user


def ready(client, **fields):
    """Have a table in the basket and everything answered; return what the button sends."""
    put(client, product(price="100.00"), 2)
    answer(client, **fields)
    return look(client)


def refused(response, sentence):
    """Nothing was ordered, the sentence is on the page, the basket is still there."""
    assert response.status_code == 409
    assert sentence in text(response)
    assert not Order.objects.exists()
    assert Basket.objects.get().status == "Open"


def test_a_guest_buys_by_bank_transfer(client, standard):
    response = buying.buy(client, product(price="100.00"))
    order = Order.objects.get()
    assert (order.total_incl_tax, order.guest_email, order.user) == (
        Decimal("105.95"),
        "ada@example.com",
        None,
    )
    assert order.basket.status == "Submitted"
    assert StockRecord.objects.get().num_allocated == 1
    page = text(client.get(response.url))
    assert order.number in page
    assert "Please transfer €105.95" in page
    assert "Your basket is empty" in text(client.get("/basket/"))


def test_a_guest_buys_by_card(client, standard):
    response = buying.buy(client, product(price="100.00"), payment="card", card_number=CARD)
    payment = Payment.objects.get()
    assert (payment.order, payment.state) == (Order.objects.get(), "authorised")
    page = text(client.get(response.url))
    assert "Your card pays for it" in page
    assert "Please transfer" not in page


def test_an_account_buys_and_is_not_asked_for_an_address_to_write_to(client, standard, ada):
    put(client, product(price="100.00"))
    assert 'name="email"' not in text(client.get("/checkout/"))
    answer(client)
    response = press(client, look(client))
    order = Order.objects.get()
    assert (order.user, order.terms.party.key) == (ada, f"user:{ada.pk}")
    assert order.number in text(client.get(response.url))
    assert order.number in text(client.get("/accounts/orders/"))
    assert "Invoice INV-" in text(client.get(f"/accounts/orders/{order.number}/"))


def test_a_guest_is_asked_for_no_more_than_twelve_things_on_four_screens(client, standard):
    put(client, product())
    screens = [client.get("/checkout/")]
    screens.append(client.post("/checkout/", buying.ADDRESS, follow=True))
    screens.append(answer(client, payment="card", follow=True))
    fields = set()
    for screen in screens:
        inputs = re.findall(r"<(?:input|select)[^>]* required[^>]*>", screen.content.decode())
        fields |= {re.search(r'name="([^"]+)"', field)[1] for field in inputs}
    asked = {field for field in fields if not field.startswith("bill-")}
    assert {"email", "postcode", "payment", "card_number"} <= asked
    assert len(asked) <= 12


def test_the_invoice_may_go_elsewhere(client, standard):
    bill = {f"bill-{name}": value for name, value in buying.ADDRESS.items()} | {
        "bill-company": "Babbage & Co"
    }
    put(client, product(price="100.00"))
    answer(client, other_bill_to="on", **bill)
    assert "Babbage & Co" in text(client.get("/checkout/preview/"))
    press(client, look(client))
    assert Order.objects.get().billing_address.line3 == "Babbage & Co"


def test_a_discount_is_charged_as_shown(client, standard):
    offer("Ten per cent", voucher="TEN")
    put(client, product(price="99.99"))
    client.post("/basket/vouchers/add/", {"code": "TEN"})
    answer(client)
    page = client.get("/checkout/preview/")
    assert "€95.95" in text(page)
    press(client, carried(page))
    order = Order.objects.get()
    assert order.total_incl_tax == Decimal("95.95")
    assert order.discounts.get().amount == Decimal("9.99")
    assert get_model("voucher", "Voucher").objects.get().num_orders == 1


def test_a_net_shop_shows_the_tax_on_top(client, standard):
    get_model("documents", "Company").objects.update(prices="net")
    response = buying.buy(client, product(price="100.00"))
    assert Order.objects.get().total_incl_tax == Decimal("126.08")
    assert "€126.08" in text(client.get(response.url))


@pytest.mark.parametrize(
    "wrong",
    [
        {"email": "ada"},
        {"email": f"{'a' * 250}@example.com"},
        {"postcode": "1"},
        {"first_name": ""},
        {"country": "XX"},
    ],
)
def test_a_wrong_address_is_asked_for_again(client, standard, wrong):
    put(client, product())
    page = client.post("/checkout/", buying.ADDRESS | wrong)
    assert page.status_code == 200
    assert 'aria-invalid="true"' in text(page)


def test_who_ordered_before_need_not_write_the_address_again(client, standard, django_user_model):
    ada = django_user_model.objects.create_user("ada", "ada@example.com", "x", first_name="Ada")
    client.force_login(ada)
    buying.buy(client, product())
    later = type(client)()
    later.force_login(ada)
    put(later, product("Stool"))
    page = text(later.get("/checkout/"))
    assert 'value="12 Analytical Way"' in page
    assert 'value="10115"' in page


def test_screens_cannot_be_jumped(client, standard):
    for screen in ("", "delivery/", "preview/"):
        assert client.get(f"/checkout/{screen}").url == "/basket/"
    put(client, product())
    assert client.get("/checkout/delivery/").url == "/checkout/"
    assert client.get("/checkout/preview/").url == "/checkout/"
    client.post("/checkout/", buying.ADDRESS)
    assert client.get("/checkout/preview/").url == "/checkout/delivery/"
    assert client.get("/checkout/place/").url == "/checkout/preview/"


def test_a_price_that_changed_since_the_last_look(client, standard):
    form = ready(client)
    StockRecord.objects.update(price="120.00")
    response = press(client, form)
    refused(response, "have changed since you looked, so nothing was ordered")
    assert "€240.00" in text(response)
    assert press(client, carried(response)).status_code == 302
    assert Order.objects.get().total_incl_tax == Decimal("240.00")


def test_stock_that_is_less_since_the_last_look(client, standard):
    form = ready(client)
    promise(9)
    response = press(client, form)
    assert response.url == "/basket/"
    page = text(client.get("/basket/"))
    assert page.count("Only 1 of 'Oak table' is left.") == 2
    assert not Order.objects.exists()


def test_the_last_one_wanted_by_two(client, standard):
    Company.objects.update(hold_minutes=0)  # else the second is told at the last look
    table = product(price="100.00", stock=1)
    other = type(client)()
    for each in (client, other):
        put(each, table)
        answer(each)
    forms = [look(client), look(other)]
    assert press(client, forms[0]).status_code == 302
    assert press(other, forms[1]).url == "/basket/"
    assert "'Oak table' is sold out." in text(other.get("/basket/"))
    assert Order.objects.count() == 1


def test_a_basket_changed_in_another_window(client, standard):
    form = ready(client)
    put(client, product("Stool", price="10.00"))
    response = press(client, form)
    refused(response, "have changed since you looked")
    assert "Stool" in text(response)


def test_a_basket_emptied_in_another_window(client, standard):
    form = ready(client)
    line = get_model("basket", "Line").objects.get()
    client.post("/basket/update/", {"remove": line.pk})
    assert press(client, form).url == "/basket/"
    assert "Your basket is empty, so nothing was ordered." in text(client.get("/basket/"))
    assert not Order.objects.exists()


def test_details_changed_in_another_window(client, standard):
    form = ready(client)
    answer(client, city="Potsdam")
    refused(press(client, form), "have changed since you looked")


def test_a_declined_card_orders_nothing_and_another_one_does(client, standard):
    form = ready(client, payment="card")
    response = press(client, form, card_number=DECLINED)
    refused(response, "Your card was declined.")
    again = press(client, form, card_number=DECLINED)
    refused(again, "declined")
    assert press(client, carried(again), card_number=CARD).status_code == 302
    assert Order.objects.get().payments.get().state == "authorised"


def test_money_held_for_an_order_that_is_refused_is_given_up(client, standard, monkeypatch):
    form = ready(client, payment="card")
    monkeypatch.setattr("shop.checkout.purchase.refuse_problems", lambda basket: None)
    promise(9)
    assert press(client, form, card_number=CARD).status_code == 302
    assert Payment.objects.get().state == "voided"
    assert not Order.objects.exists()


def test_an_expired_session_says_so_and_keeps_the_basket(client, standard):
    form = ready(client)
    client.session.flush()
    response = press(client, form)
    assert response.url == "/basket/"
    page = text(client.get("/basket/"))
    assert "Your session has expired, so nothing was ordered." in page
    assert "Oak table" in page
    assert not Order.objects.exists()


def test_a_form_that_lay_about_too_long(client, standard, monkeypatch):
    form = ready(client)
    monkeypatch.setattr(seen, "LONGEST", timedelta(seconds=-1))
    press(client, form)
    assert "Your session has expired" in text(client.get("/basket/"))


@pytest.mark.parametrize("forged", ["", "x", "W10:1:x"])
def test_a_forged_form_orders_nothing(client, standard, forged):
    ready(client)
    assert press(client, {"seen": forged}).url == "/basket/"
    assert not Order.objects.exists()


def test_somebody_elses_form_shows_nothing_of_their_order(client, standard):
    form = ready(client)
    assert press(client, form).status_code == 302
    stranger = type(client)()
    put(stranger, product("Stool"))
    answer(stranger)
    look(stranger)
    assert press(stranger, form).url == "/basket/"


def test_a_voucher_that_was_used_up_meanwhile(client, standard):
    offer("Ten per cent", voucher="TEN")
    get_model("voucher", "Voucher").objects.update(usage="Single use")
    other = type(client)()
    for each in (client, other):
        put(each, product(price="50.00"))
        each.post("/basket/vouchers/add/", {"code": "TEN"})
        answer(each)
    forms = [look(client), look(other)]
    assert press(client, forms[0]).status_code == 302
    response = press(other, forms[1])
    assert response.status_code == 409
    assert "have changed since you looked" in text(response)
    assert Order.objects.count() == 1


def test_the_free_shipping_threshold_is_part_of_what_was_seen(client, standard):
    put(client, product(price="150.00"))
    answer(client)
    form = look(client)
    standard.price_per_order = "6.95"
    standard.save()
    refused(press(client, form), "have changed since you looked")


def test_a_country_that_is_not_served_leads_back_to_the_address(client, standard):
    standard.countries.add("FR")
    put(client, product())
    client.post("/checkout/", buying.ADDRESS)
    assert client.get("/checkout/delivery/").url == "/checkout/"
    assert "We do not ship to this country yet." in text(client.get("/checkout/"))


def test_the_thank_you_page_of_an_account_is_its_own(client, standard, ada, django_user_model):
    response = buying.buy(client, product())
    other = type(client)()
    assert other.get(response.url).url.startswith("/accounts/login/")
    other.force_login(django_user_model.objects.create_user("eve", "eve@example.com", "x"))
    assert other.get(response.url).status_code == 404


def test_the_order_is_dated_now(client, standard):
    before = timezone.now()
    buying.buy(client, product())
    assert before <= Order.objects.get().date_placed <= timezone.now()
