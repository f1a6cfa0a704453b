"""The pages about stock: why there are so many, what it was worth on a day, and counters that are wrong."""

import csv
import io
from decimal import Decimal

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from oscar.apps.catalogue.categories import create_from_breadcrumbs
from oscar.apps.catalogue.models import Category

from accounting import guards
from accounting.money import money
from erp import stocktaking
from erp.backoffice import why
from erp.inventory.models import Backorder, CounterCorrection, StockLevel, Warehouse
from erp.inventory.services import main_warehouse
from tests.backoffice.desk import addresses, list_url, page_url, press, shown, told, words
from tests.books import is_sound
from tests.chain.scenes import TUESDAY, place
from tests.factories import MONDAY, ProductFactory, sale_line

pytestmark = pytest.mark.django_db

VALUATION, COUNTERS = "/admin/reports/stock-value/", "/admin/stock/counters/"


@pytest.fixture
def moved(finished, lamp):
    """Two of nine lamps sold, one of them back, and three found; two of two more orders wait."""
    stocktaking.adjust_stock(
        lamp, warehouse=main_warehouse(), quantity=3, reason="Found", on=TUESDAY, key="found"
    )
    Backorder.objects.create(product=lamp, allowed=5)
    place(sale_line(lamp, 13, "119.00"), pay="card", key="large")
    return lamp


def cells(response, title):
    """Return the rows of a table of the page as plain words."""
    [table] = [table for table in response.context["page"].tables if table.title == title]
    return [[str(value) for value in row] for row in table.rows]


def test_the_page_of_a_product_says_why_there_are_so_many(office, moved):
    record = moved.stockrecords.get()
    response = office.get(page_url(record))
    facts = {name: str(value) for name, value in response.context["page"].facts}
    assert facts["On hand"] == facts["Reserved"] == "11"
    assert (facts["Waited for"], facts["May wait at most"], facts["On order"]) == ("2", "5", "0")
    [row] = cells(response, "Where it lies")
    assert row[:8] == ["Main warehouse", "", "11", "11", "0", "0", "0", "660.00"]
    [promised] = cells(response, "Promised to")
    assert promised[2:] == ["waiting for goods", "Main warehouse", "11", "2"]
    moves = [(row[1], row[3], row[5]) for row in cells(response, "Why is this 11?")]
    assert moves == [
        ("adjustment", "3", "11"),
        ("return", "1", "8"),
        ("shipment", "-2", "7"),
        ("opening stock", "9", "9"),
    ]


def test_it_has_parts_and_asks_the_database_no_more_often_for_many_moves(office, lamp, monkeypatch):
    record = lamp.stockrecords.get()
    office.get(page_url(record))
    with CaptureQueriesContext(connection) as few:
        office.get(page_url(record))
    for number in range(1, 6):
        stocktaking.adjust_stock(
            lamp, warehouse=main_warehouse(), quantity=number, reason="Found", on=TUESDAY, key=f"k{number}"
        )
    with CaptureQueriesContext(connection) as many:
        office.get(page_url(record))
    assert len(many) <= len(few)

    monkeypatch.setattr(why, "AT_ONCE", 4)
    first, last = (office.get(page_url(record), {"page": number}) for number in (1, 2))
    assert "Moves 1 to 4 of 6" in words(first)
    assert [row[5] for row in cells(first, "Why is this 24?")] == ["24", "19", "15", "12"]
    assert [row[5] for row in cells(last, "Why is this 24?")] == ["10", "9"]


def test_a_bin_is_written_from_the_list_or_the_page_and_nothing_else_is(as_role, lamp, bowl):
    client = as_role("warehouse")
    levels = [product.stock_levels.get() for product in (lamp, bowl)]
    assert "Where does it lie?" in words(press(client, "move_to_bin", levels[0]))
    response = press(client, "move_to_bin", *levels, bin="A-03-2")
    assert [level for level, _ in told(response)] == ["success", "success"]
    assert set(StockLevel.objects.values_list("bin", "on_hand")) == {("A-03-2", 9)}
    assert "A-03-2" in words(client.get(list_url(StockLevel), {"q": "a-03"}))
    page = client.get(page_url(lamp.stockrecords.get()))
    assert cells(page, "Where it lies")[0][1] == "A-03-2"
    assert "660.00" not in words(page)


class TestTheValuation:
    def test_of_a_day_is_beside_what_the_books_say(self, office, moved, bowl):
        response = office.get(VALUATION, {"on": "2026-03-03", "compare": "before"})
        # Nine lamps of 60.00 and nine bowls of 25.00; one order and three found pieces on Tuesday.
        assert shown(response, 1) == [
            ["BOWL", "Bowl", 8, "25.00", "200.00", ""],
            ["LAMP", "Lamp", 10, "60.00", "600.00", ""],
        ]
        assert addresses(response, 1)[0] == page_url(bowl.stockrecords.get())
        for url in [*addresses(response, 1), response.context["sheets"][0]["rows"][1][1][1][1]]:
            assert office.get(url).status_code == 200
        assert [row[1] for row in shown(response)] == ["800.00", "800.00", ""]
        assert "errornote" not in words(response)
        assert shown(office.get(VALUATION, {"on": "2025-12-31"}), 1) == []

    def test_that_differs_from_the_books_says_so(self, office, lamp):
        tamper("UPDATE inventory_stockmove SET value = value + 1")
        page = words(office.get(VALUATION, {"on": "2026-03-31"}))
        assert "The goods are worth 540.01, the inventory account says 540.00." in page

    @pytest.mark.parametrize("kind", ["csv", "xlsx"])
    def test_goes_out_as_a_file_that_no_spreadsheet_misreads(self, office, lamp, kind):
        ProductFactory(title="=1+1", upc="@SUM", stock=(3, "0.33"))
        response = office.get(f"{VALUATION[:-1]}.{kind}", {"on": "2026-03-02"})
        body = b"".join(response.streaming_content)
        if kind == "csv":
            rows = list(csv.reader(io.StringIO(body.decode())))
        else:
            pages = openpyxl.load_workbook(io.BytesIO(body)).worksheets
            rows = [[str(cell) for cell in row] for page in pages for row in page.iter_rows(values_only=True)]
        found = {(row[0], row[1], int(row[2]), money(row[4])) for row in rows if row[0] in ("'@SUM", "LAMP")}
        assert found == {
            ("'@SUM", "'=1+1", 3, Decimal("0.99")),
            ("LAMP", "Lamp", 9, Decimal("540.00")),
        }

    def test_of_a_category_and_of_warehouses_add_up(self, office, lamp, bowl):
        lamp.categories.add(create_from_breadcrumbs("Light > Lamps"))
        light = Category.objects.get(name="Light")
        other = Warehouse.objects.create(code="other", name="Other", priority=20)
        found = {"quantity": 1, "cost": Decimal("0.01"), "reason": "Found", "on": MONDAY, "key": "found"}
        stocktaking.adjust_stock(lamp, warehouse=other, **found)
        chosen = office.get(VALUATION, {"on": "2026-03-02", "category": light.pk})
        assert [row[1] for row in shown(chosen)] == ["540.01", "765.01", "765.01", ""]
        parts = [
            shown(office.get(VALUATION, {"on": "2026-03-02", "warehouse": place.pk}), 1)
            for place in Warehouse.objects.filter(is_transit=False).order_by("pk")
        ]
        assert parts == [
            [["BOWL", "Bowl", 9, "25.00", "225.00"], ["LAMP", "Lamp", 9, "54.00", "486.01"]],
            [["LAMP", "Lamp", 1, "54.00", "54.00"]],
        ]

    def test_is_for_those_who_see_values_and_needs_a_day(self, as_role, lamp):
        assert as_role("warehouse").get(VALUATION).status_code == 403
        accountant = as_role("accountant")
        assert accountant.get(VALUATION, {"on": "soon"}).status_code == 200
        assert accountant.get(f"{VALUATION[:-1]}.csv", {"on": "soon"}).status_code == 302


def tamper(statement):
    """Write past the guards, which cannot step aside while foreign keys wait for the commit."""
    connection.check_constraints()
    guards.drop()
    with connection.cursor() as cursor:
        cursor.execute(statement)
    connection.check_constraints()
    guards.install()


class TestCounters:
    def test_that_are_right_are_left_alone(self, office, lamp):
        assert "Every counter is what it counts." in words(office.get(COUNTERS))

    def test_that_differ_are_shown_corrected_and_kept(self, office, lamp):
        tamper("UPDATE partner_stockrecord SET num_in_stock = 47")
        page = office.get(COUNTERS)
        assert ["Lamp", "all together", "in stock for the shop", 47, 9] in [
            list(row) for row in page.context["table"].rows
        ]
        assert not CounterCorrection.objects.exists()

        response = office.post(COUNTERS, {"seen": page.context["seen"]}, follow=True)

        assert told(response) == [("success", "1 counter corrected.")]
        [kept] = CounterCorrection.objects.all()
        assert (kept.was, kept.became, kept.user.username) == (47, 9, "administrator")
        assert "in stock for the shop" in words(office.get(page_url(kept)))
        assert is_sound()

    def test_that_changed_since_they_were_shown_are_not_touched(self, office, lamp):
        tamper("UPDATE partner_stockrecord SET num_in_stock = 47")
        seen = office.get(COUNTERS).context["seen"]
        tamper("UPDATE partner_stockrecord SET num_in_stock = 48")
        response = office.post(COUNTERS, {"seen": seen}, follow=True)
        assert [level for level, _ in told(response)] == ["error"]
        assert not CounterCorrection.objects.exists()

    def test_are_the_administrators(self, as_role, lamp):
        for role in ("warehouse", "accountant", "sales"):
            assert as_role(role).get(COUNTERS).status_code == 403
            assert as_role(role).post(COUNTERS).status_code == 403
