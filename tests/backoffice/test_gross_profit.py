"""Gross profit: by whatever it is asked, it adds up to profit and loss, to the cent."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from oscar.apps.catalogue.categories import create_from_breadcrumbs

from accounting import chart, ledger
from accounting.ledger import credit, debit
from erp import order_to_cash
from erp.backoffice.sheets.gross_profit import WAYS
from erp.reporting import goods, profit
from erp.reporting.profit import Earned
from tests.backoffice.desk import addresses, page_url, shown, words
from tests.chain import test_histories as chain
from tests.chain.scenes import FRIDAY, TUESDAY, pay, place, ship, shipped_line
from tests.factories import MONDAY, sale_line

pytestmark = pytest.mark.django_db

PAGE = "/admin/reports/gross-profit/"
DAYS = {"start": "2026-03-01", "end": "2026-03-31"}
world = chain.world


@pytest.fixture
def sold(lamp, bowl):
    """Two lamps and a bowl with shipping, invoiced on Monday, shipped on Tuesday, a lamp back on Friday."""
    order = place(sale_line(lamp, 2, "119.00"), sale_line(bowl, 1, "59.50"), charge=Decimal("5.95"))
    pay(order)
    ship(order)
    lines = {shipped_line(order).pk: 1}
    order_to_cash.take_back(order, quantities=lines, on=FRIDAY, key="back", reason="Too bright")
    return order


def earned(*figures):
    return Earned(*map(Decimal, figures))


def test_revenue_counts_when_the_goods_are_shipped(sold, lamp, bowl):
    assert profit.by_order(MONDAY, MONDAY) == {}
    assert profit.by_order(TUESDAY, TUESDAY) == {sold.pk: earned("250.00", "5.00", "0.00", "145.00")}
    assert profit.by_order(FRIDAY, FRIDAY) == {sold.pk: earned("0.00", "0.00", "100.00", "-60.00")}
    assert goods.by_product(MONDAY, FRIDAY) == {
        lamp.pk: earned("200.00", "0.00", "100.00", "60.00"),
        bowl.pk: earned("50.00", "0.00", "0.00", "25.00"),
        None: earned("0.00", "5.00", "0.00", "0.00"),
    }
    assert profit.booked(MONDAY, FRIDAY) == earned("250.00", "5.00", "100.00", "85.00")


def test_a_category_takes_variants_and_the_first_of_several(sold, lamp, bowl):
    light, room = (create_from_breadcrumbs(name) for name in ("Light", "Room"))
    for product, category in ((lamp, room), (lamp, light), (bowl, room)):
        product.categories.add(category)
    found = goods.by_category(MONDAY, FRIDAY)
    assert {key: each.profit for key, each in found.items()} == {
        light.pk: Decimal("40.00"),
        room.pk: Decimal("25.00"),
        None: Decimal("5.00"),
    }


def test_by_month_leads_to_orders_and_they_to_their_pages(office, sold):
    response = office.get(PAGE, DAYS)
    figures = ["250.00", "5.00", "100.00", "85.00", "70.00", "45.16"]
    assert shown(response) == [["March 2026", *figures]]
    response = office.get(*addresses(response))
    assert shown(response) == [[sold.number, *figures]]
    assert addresses(response) == [page_url(sold)]


@pytest.mark.parametrize("by", WAYS)
def test_every_way_ends_with_what_profit_and_loss_says(office, sold, by):
    with transaction.atomic():
        lines = (debit(chart.BANK, Decimal("7.00")), credit(chart.REVENUE, Decimal("7.00")))
        ledger.post(ledger.Entry(FRIDAY, "manual:1", "Sold by hand", lines, journal="GENERAL"))
    response = office.get(PAGE, DAYS | {"by": by, "compare": "before"})
    assert [row[:6] for row in shown(response, 1)] == [
        ["From orders", "250.00", "5.00", "100.00", "85.00", "70.00"],
        ["Not from orders", "7.00", "", "", "", "7.00"],
        ["As in profit and loss", "257.00", "5.00", "100.00", "85.00", "77.00"],
    ]
    for url in addresses(response):
        assert office.get(url).status_code == 200
    accounts = response.context["sheets"][1]["rows"][2][1]
    assert "Sold by hand" in words(office.get(accounts[1][1]))


def test_other_days_stand_beside(office, sold, lamp):
    week = {"start": FRIDAY, "end": FRIDAY + timedelta(days=3), "compare": "before", "by": "product"}
    rows = shown(office.get(PAGE, week))
    assert [row[-2:] for row in rows] == [["50.00", "25.00"], ["5.00", "5.00"], ["200.00", "80.00"]]


def test_customers_and_countries_have_their_names(office, sold):
    by = {way: shown(office.get(PAGE, DAYS | {"by": way}))[0][0] for way in ("customer", "country")}
    assert by == {"customer": "Ada Lovelace", "country": "Germany"}


@pytest.mark.parametrize("kind", ["csv", "xlsx", "pdf"])
def test_it_goes_out_as_a_file(office, sold, kind):
    response = office.get(f"{PAGE[:-1]}.{kind}", DAYS | {"by": "order"})
    assert len(b"".join(response.streaming_content)) > 300


@settings(max_examples=10, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(chain.histories.map(lambda both: both[0] + both[1]))
def test_whatever_happens_all_of_it_is_from_orders_on_each_day(world, history):
    with transaction.atomic():
        chain.company(ship_before_payment=True)
        world.__init__(world.products, world.warehouses)
        world.live(history)
        ways = [way.read for way in WAYS.values()]
        for start, end in ((MONDAY, world.day), (MONDAY + timedelta(days=7), MONDAY + timedelta(days=12))):
            assert {sum(read(start, end).values(), Earned()) for read in ways} == {profit.booked(start, end)}
        assert profit.booked(date(2020, 1, 1), MONDAY - timedelta(days=1)) == Earned()
        transaction.set_rollback(True)
