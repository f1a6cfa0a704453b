"""The basket: quantities, limits, vouchers."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from oscar.core.loading import get_model

from tests.factories import ProductClassFactory

from .buying import offer, product, promise, put, text

pytestmark = pytest.mark.django_db
Line = get_model("basket", "Line")
WHOLE = "Please enter how many you want as a whole number, 1 or more."


def update(client, **quantities):
    line = Line.objects.get()
    return client.post("/basket/update/", {f"quantity-{line.pk}": quantities["quantity"]})


@pytest.mark.parametrize("quantity", ["-1", "0", "one", "", "1.5", "1e3", "9" * 400, "\x00"])
def test_no_quantity_is_answered_by_a_sentence(client, quantity):
    response = put(client, product(), quantity)
    assert WHOLE in text(response) or "Only 10 of" in text(response)
    assert not Line.objects.exists()


def test_the_address_of_a_form_that_was_wrong_leads_to_its_page(client):
    table = product()
    assert client.get(f"/basket/add/{table.pk}/").url == table.get_absolute_url()
    for address in ("/basket/update/", "/basket/vouchers/add/", "/basket/vouchers/1/remove/"):
        assert client.get(address).url == "/basket/"
        assert client.put(address).status_code == 405


def test_more_than_there_is_is_answered_by_what_is_left(client):
    assert "Only 10 of 'Oak table' are left." in text(put(client, product(stock=10), 10**9))
    assert not Line.objects.exists()


def test_what_is_in_the_basket_already_counts(client):
    table = product(stock=3)
    put(client, table, 2)
    assert "Only 3 of 'Oak table' are left." in text(put(client, table, 2))
    assert Line.objects.get().quantity == 2


def test_a_basket_holds_so_many_pieces_and_no_more(client):
    service = product(stock=None, product_class=ProductClassFactory(name="Service", track_stock=False))
    assert "at most 10,000 pieces" in text(put(client, service, 10_001))
    put(client, service, 10_000)
    assert "at most 10,000 pieces" in text(put(client, service, 1))


@pytest.mark.parametrize("quantity", ["-1", "one", "10000000000", "3.5"])
def test_a_changed_quantity_that_cannot_be_is_said_beside_its_line(client, quantity):
    put(client, product(stock=10), 2)
    page = text(update(client, quantity=quantity))
    assert WHOLE in page or "Only 10 of 'Oak table' are left." in page
    assert f'value="{quantity}"' in page
    assert Line.objects.get().quantity == 2


def test_none_takes_a_line_out(client):
    put(client, product(), 2)
    assert update(client, quantity="0").status_code == 302
    assert "Your basket is empty" in text(client.get("/basket/"))


def test_a_line_is_removed_by_its_button(client):
    put(client, product(), 2)
    client.post("/basket/update/", {"remove": Line.objects.get().pk})
    assert not Line.objects.exists()


def test_the_others_lines_are_left_alone(client, django_user_model):
    put(client, product(), 2)
    theirs = Line.objects.get()
    stranger = type(client)()
    put(stranger, product("Stool"), 1)
    stranger.post("/basket/update/", {f"quantity-{theirs.pk}": "9", "remove": theirs.pk})
    theirs.refresh_from_db()
    assert theirs.quantity == 2


def test_goods_that_sold_out_meanwhile_are_marked(client):
    put(client, product(stock=3), 3)
    promise(2)
    page = client.get("/basket/")
    assert "Only 1 of 'Oak table' is left." in text(page)
    assert "Go to checkout" not in text(page)
    assert client.get("/checkout/").url == "/basket/"


def test_a_voucher_takes_off_and_can_be_taken_back(client, standard):
    offer("Ten per cent", voucher="TEN")
    put(client, product(price="100.00"))
    client.post("/basket/vouchers/add/", {"code": " ten "})
    page = text(client.get("/basket/"))
    assert "€10.00" in page
    assert "€95.95" in page
    client.post(f"/basket/vouchers/{'9' * 30}/remove/")  # no voucher has such a key
    assert "€105.95" not in text(client.get("/basket/"))
    client.post(f"/basket/vouchers/{get_model('voucher', 'Voucher').objects.get().pk}/remove/")
    assert "€105.95" in text(client.get("/basket/"))


@pytest.mark.parametrize(("code", "sentence"), [("NOPE", "no voucher with the code NOPE"), ("", "required")])
def test_a_wrong_voucher_is_answered_by_a_sentence(client, code, sentence):
    put(client, product())
    assert sentence in text(client.post("/basket/vouchers/add/", {"code": code}))


def test_a_voucher_that_gives_nothing_is_refused(client):
    offer("Free shipping", kind="Percentage", voucher="TEN")
    get_model("catalogue", "Product").objects.update(is_discountable=False)
    put(client, product(is_discountable=False))
    page = text(client.post("/basket/vouchers/add/", {"code": "TEN"}))
    assert "Nothing in your basket qualifies" in page


def test_the_number_of_queries_does_not_grow_with_the_lines(client, standard):
    offer()
    counts = []
    for number in range(12):
        put(client, product(f"Table {number}"))
        if number in (4, 11):
            client.get("/basket/")
            with CaptureQueriesContext(connection) as captured:
                client.get("/basket/")
            counts.append(len(captured))
    assert counts[0] == counts[1]
    assert counts[0] <= 16


def test_a_guests_basket_goes_along_into_the_account(client, django_user_model):
    django_user_model.objects.create_user("ada", "ada@example.com", "correct horse")
    put(client, product(), 2)
    client.post("/accounts/login/", {"username": "ada@example.com", "password": "correct horse"})
    assert 'value="2"' in text(client.get("/basket/"))
