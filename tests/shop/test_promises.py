"""What a customer is told of goods that others hold, and of goods that are still to come."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.timezone import localdate
from oscar.core.loading import get_model

from erp.documents import outbox
from erp.documents.models import Company
from erp.inventory.models import Backorder, Hold
from erp.purchasing.models import PurchaseOrder
from shop.partner.availability import day_words, stock_code, stock_words
from tests.factories import ProductFactory
from tests.purchases import on_order

from .buying import answer, buy, look, press, product, put, text

pytestmark = pytest.mark.django_db

Order = get_model("order", "Order")
Product = get_model("catalogue", "Product")


@pytest.fixture
def other(client):
    return type(client)()


def wanted(client, table, quantity=1):
    """Come to the last look with a product."""
    put(client, table, quantity)
    answer(client)
    return look(client)


def backordered(table, allowed=5, *, on_its_way=0, day=20):
    """Let a product be ordered beyond stock; some may be on their way, to come so many days from today."""
    Backorder.objects.create(product=table, allowed=allowed)
    if on_its_way:
        order = on_order(table, on_its_way)
        PurchaseOrder.objects.filter(pk=order.pk).update(expected_on=localdate() + timedelta(days=day))
    return table


def day(days=20):
    return day_words(localdate() + timedelta(days=days))


def minutes_pass(count):
    for hold in Hold.objects.all():
        Hold.objects.filter(pk=hold.pk).update(until=hold.until - timedelta(minutes=count))


class TestHolds:
    """From the last look on the goods are kept."""

    def test_others_find_less_from_the_last_look_on_and_the_owner_does_not(self, client, other, standard):
        table = product(price="100.00", stock=3)
        form = wanted(client, table, 2)
        assert "We keep what is in stock for you until" in text(client.get("/checkout/preview/"))

        page = table.get_absolute_url()
        assert "Only 1 left" in text(other.get(page))
        assert "Only 1 left" in text(other.get("/catalogue/"))
        assert "Only 1 of 'Oak table' is left." in text(put(other, table, 2))
        assert "Only 3 left" in text(client.get(page))
        assert "Only 3 left" in text(client.get("/catalogue/"))
        assert "are left" not in text(client.get("/basket/"))

        assert press(client, form).status_code == 302
        assert not Hold.objects.exists()
        assert Order.objects.count() == 1

    def test_who_comes_second_is_told_before_there_is_anything_to_pay(self, client, other, standard):
        table = product(price="100.00", stock=1)
        put(other, table)
        wanted(client, table)
        answer(other)
        response = other.get("/checkout/preview/", follow=True)
        assert response.redirect_chain[-1][0] == "/basket/"
        assert "'Oak table' is sold out." in text(response)

    def test_each_look_makes_it_last_longer(self, client, standard):
        wanted(client, product(price="100.00"))
        minutes_pass(10)
        look(client)
        assert Hold.objects.get().until > timezone.now() + timedelta(minutes=14)

    def test_a_hold_that_ended_is_no_hindrance_where_the_goods_are_still_here(self, client, standard):
        form = wanted(client, product(price="100.00", stock=1))
        minutes_pass(20)
        assert press(client, form).status_code == 302

    @pytest.mark.parametrize("change", ["more", "less", "another", "login"])
    def test_a_changed_basket_keeps_nothing_from_others(self, client, standard, django_user_model, change):
        table = product(price="100.00", stock=3)
        wanted(client, table, 2)
        line = get_model("basket", "Line").objects.get()
        if change == "login":
            django_user_model.objects.create_user("ada", "ada@example.com", "correct horse")
            client.post("/accounts/login/", {"username": "ada@example.com", "password": "correct horse"})
            client.get("/basket/")
        elif change == "another":
            put(client, product("Stool", price="10.00"))
        else:
            client.post("/basket/update/", {f"quantity-{line.pk}": 3 if change == "more" else 0})
        assert not Hold.objects.exists()

    def test_a_basket_that_is_only_looked_at_keeps_its_hold(self, client, standard):
        wanted(client, product(price="100.00"), 2)
        line = get_model("basket", "Line").objects.get()
        client.post("/basket/update/", {f"quantity-{line.pk}": 2})
        client.get("/basket/")
        assert Hold.objects.get().quantity == 2

    def test_a_shop_may_do_without(self, client, standard):
        Company.objects.update(hold_minutes=0)
        wanted(client, product(price="100.00"))
        assert not Hold.objects.exists()

    def test_nothing_is_kept_of_a_service(self, client, standard):
        advice = product(
            "Advice", stock=None, product_class__name="Service", product_class__track_stock=False
        )
        wanted(client, advice, 40)
        assert not Hold.objects.exists()


class TestBackorder:
    """What is not here can be ordered where its product allows it, and everybody says when it comes."""

    def test_pages_say_from_when_it_can_be_had(self, client, standard):
        table = backordered(product(stock=None), on_its_way=9)
        assert f"Available from {day()}: order now" in text(client.get(table.get_absolute_url()))
        assert "Can be ordered" in text(client.get("/catalogue/"))
        assert "Can be ordered" in text(client.get("/search/?q=oak"))
        put(client, table)
        assert f"Available from {day()}" in text(client.get("/basket/"))

    def test_a_part_that_is_here_and_a_part_that_is_not_are_said_apart(self, client, standard):
        table = backordered(product(price="100.00", stock=2), on_its_way=9)
        assert "2 in stock, more can be ordered" in text(client.get(table.get_absolute_url()))
        form = wanted(client, table, 5)
        sentence = f"2 in stock, 3 from {day()}"
        assert sentence in text(client.get("/basket/"))
        assert sentence in text(client.get("/checkout/preview/"))
        assert Hold.objects.get().quantity == 2

        response = press(client, form)

        order = Order.objects.get()
        assert order.delivery_notes.get().lines.get().waits == 3
        url = client.get(response.url).context["order_url"]
        assert f"3 of 5 to come, expected on {day()}" in text(client.get(url))
        outbox.run_due(timezone.now())
        sent = next(each for each in mail.outbox if "Your order" in each.subject)
        expected = localdate() + timedelta(days=20)
        told = f"3 of them are still to come, expected on {expected:%-d %B %Y}."
        assert told in sent.body
        assert told in sent.alternatives[0][0]

    def test_where_nobody_knows_the_day_it_is_sent_as_soon_as_it_comes(self, client, standard):
        table = backordered(product(price="100.00", stock=None))
        sentence = "Not in stock, sent as soon as it comes in"
        assert f"{sentence}: order now" in text(client.get(table.get_absolute_url()))
        response = press(client, wanted(client, table))
        url = client.get(response.url).context["order_url"]
        assert "To come, sent as soon as more comes in" in text(client.get(url))

    def test_a_day_that_has_passed_is_not_promised_again(self, client):
        table = backordered(product(stock=None), on_its_way=9, day=-1)
        assert "Not in stock, sent as soon as it comes in" in text(client.get(table.get_absolute_url()))

    def test_no_more_than_the_limit_can_be_ordered(self, client):
        table = backordered(product(stock=2), allowed=3)
        assert "Only 5 of 'Oak table' are left." in text(put(client, table, 6))
        assert put(client, table, 5).status_code == 302

    def test_it_is_not_in_stock_where_only_that_is_wanted(self, client):
        backordered(product("Here", stock=1))
        backordered(product("To come", stock=None))
        page = text(client.get("/catalogue/?stock=on"))
        assert "Here" in page
        assert "To come" not in page

    def test_nothing_else_is_ordered_than_was_promised(self, client, other, standard):
        """At the last look both were here; when the button is pressed somebody has bought one of them."""
        table = backordered(product(price="100.00", stock=2))
        form = wanted(client, table, 2)
        minutes_pass(20)
        buy(other, table)
        response = press(client, form)
        assert response.status_code == 409
        assert "1 in stock, 1 as soon as more comes in" in text(response)
        assert Order.objects.count() == 1


class TestQueries:
    """One question for what is free, two for the days, however many products there are."""

    def test_variants_that_are_to_come_cost_no_more_when_there_are_many(self, client):
        table = ProductFactory(structure=Product.PARENT, product_class__name="Goods")
        table.stockrecords.all().delete()

        def add(number):
            child = product(f"Variant {number}", stock=None, structure=Product.CHILD, parent=table)
            Product.objects.filter(pk=child.pk).update(product_class=None)
            backordered(child, on_its_way=4)

        add(1)
        few = queries(client, table.get_absolute_url())
        for number in range(2, 7):
            add(number)
        assert queries(client, table.get_absolute_url()) == few <= 12

    def test_lines_that_are_to_come_cost_no_more_when_there_are_many(self, client, standard):
        counts = []
        for number in range(8):
            put(client, backordered(product(f"Table {number}", price="10.00", stock=None), on_its_way=3))
            if number in (1, 7):
                answer(client)
                counts.append((queries(client, "/basket/"), queries(client, "/checkout/preview/")))
        assert counts[0] == counts[1]

    def test_a_product_that_is_here_asks_for_no_day(self, client):
        here, to_come = product("Here"), backordered(product("To come", stock=None), on_its_way=3)
        plain = queries(client, here.get_absolute_url())
        assert queries(client, to_come.get_absolute_url()) == plain + 2


def queries(client, address):
    client.get(address)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


@pytest.mark.parametrize(
    ("here", "later", "words", "code"),
    [
        (9, 3, "In stock", "plenty"),
        (2, 3, "2 in stock, more can be ordered", "few"),
        (0, 3, "Can be ordered", "later"),
        (0, 0, "Sold out", "none"),
    ],
)
def test_stock_and_what_is_to_come_in_words(here, later, words, code):
    assert (stock_words(here, later), stock_code(here, later)) == (words, code)


def test_another_years_day_has_its_year():
    today = localdate()
    assert day_words(today.replace(year=today.year + 1, day=3, month=4)) == f"3 April {today.year + 1}"
    assert day_words(today - timedelta(days=1)) == ""


def test_prices_of_what_is_to_come_are_those_of_today(client, standard):
    table = backordered(product(price="100.00", stock=None))
    press(client, wanted(client, table, 2))
    assert Order.objects.get().total_incl_tax == Decimal("200.00")
