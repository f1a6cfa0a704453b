"""Stocktakes: what was expected is frozen, sales go on, and the difference is posted once."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError
from django.db.transaction import atomic
from django.utils import timezone

from erp import order_to_cash, stocktaking
from erp.documents.models import IllegalTransition
from erp.inventory.counting import (
    CountAgain,
    CountedElsewhere,
    NotCounted,
    NothingToCount,
    NotOnTheStocktake,
)
from erp.inventory.models import Count, StockLevel, StockMove, StockValue, Warehouse
from tests.books import is_sound
from tests.chain.scenes import (
    FRIDAY,
    TUESDAY,
    balances,
    company,
    entries,
    every_row,
    on_shelf,
    place,
    refused,
    ship,
    work,
)
from tests.factories import MONDAY, ProductFactory, sale_line

pytestmark = pytest.mark.django_db


@pytest.fixture
def main():
    return Warehouse.objects.get(code="main")


@pytest.fixture(autouse=True)
def _goods_leave_before_the_money_is_here(db):
    company(ship_before_payment=True)


@pytest.fixture
def lamp():
    return ProductFactory(title="Lamp", stock=(10, "4.00"))


@pytest.fixture
def vase():
    return ProductFactory(title="Vase", stock=(5, "7.00"))


def line_of(stocktake, product):
    return stocktake.lines.get(product=product)


def count(stocktake, **pieces):
    """Count products by their titles."""
    lines = {line.product.title: line.pk for line in stocktake.lines.select_related("product")}
    stocktaking.count(stocktake, counted={lines[title]: found for title, found in pieces.items()})


def test_the_story_of_a_stocktake_while_sales_go_on(main, lamp, vase):
    stocktake = stocktaking.start(main, on=MONDAY)
    ship(place(sale_line(lamp, 2)))  # before the count: 8 are left, and 7 are found
    count(stocktake, Lamp=7, Vase=6)
    ship(place(sale_line(lamp, 3), key="sale-2"))  # after the count

    line = line_of(stocktake, lamp)
    assert (line.expected, line.moved, line.known, line.counted, line.difference) == (10, -2, 8, 7, -1)
    before = len(entries())
    stocktaking.post(stocktake, on=FRIDAY)

    assert on_shelf(lamp) == (4, 0)
    assert on_shelf(vase) == (6, 0)
    assert entries()[before:] == [("stocktake", {"INVENTORY": "3.00", "SHRINKAGE": "-3.00"})]
    assert line_of(stocktake, lamp).value == Decimal("-4.00")
    assert line_of(stocktake, vase).value == Decimal("7.00")
    assert balances()["INVENTORY"] == "58.00"
    assert is_sound()


def test_a_stocktake_that_finds_what_was_known_changes_nothing(main, lamp, vase):
    stocktake = stocktaking.start(main, on=MONDAY)
    count(stocktake, Lamp=10, Vase=5)
    moves = StockMove.objects.count()
    stocktaking.post(stocktake, on=TUESDAY)
    assert StockMove.objects.count() == moves
    assert entries() == []
    assert is_sound()


def test_what_was_not_found_is_missing_from_the_youngest_order(main, lamp):
    old = place(sale_line(lamp, 4), key="old").delivery_notes.get()
    young = place(sale_line(lamp, 5), key="young").delivery_notes.get()
    stocktake = stocktaking.start(main, on=MONDAY)
    count(stocktake, Lamp=6)
    stocktaking.post(stocktake, on=TUESDAY)

    old.refresh_from_db()
    young.refresh_from_db()
    assert (old.state, young.state) == ("ready", "waiting stock")
    assert young.lines.get().waits == 3
    assert on_shelf(lamp) == (6, 6)
    assert lamp.backorder.waiting == 3
    told = young.order.events.get(name="goods are missing")
    assert told.message == f"Goods for {young.number} were not found by stocktake {stocktake}."
    assert is_sound()

    stocktaking.adjust_stock(lamp, warehouse=main, quantity=3, reason="Found", on=FRIDAY, key="found")
    work()
    young.refresh_from_db()
    assert young.state == "ready"
    assert is_sound()


def test_what_is_packed_loses_its_pieces_last(main, lamp, django_user_model):
    picker = django_user_model.objects.create(username="picker")
    old = place(sale_line(lamp, 4), key="old").delivery_notes.get()
    young = place(sale_line(lamp, 5), key="young").delivery_notes.get()
    young.lines.update(picked=5)
    young.move_to("picking", picker=picker)
    young.move_to("packed")
    stocktake = stocktaking.start(main, on=MONDAY)
    count(stocktake, Lamp=2)
    stocktaking.post(stocktake, on=TUESDAY)

    old.refresh_from_db()
    young.refresh_from_db()
    assert (old.state, old.lines.get().waits) == ("waiting stock", 4)
    assert (young.state, young.picker) == ("waiting stock", None)
    assert (young.lines.get().waits, young.lines.get().picked) == (3, 0)
    assert is_sound()


def test_an_unpaid_order_goes_on_waiting_for_its_payment(main, lamp):
    company(ship_before_payment=False)
    note = place(sale_line(lamp, 10)).delivery_notes.get()
    stocktake = stocktaking.start(main, on=MONDAY)
    count(stocktake, Lamp=9)
    stocktaking.post(stocktake, on=TUESDAY)
    note.refresh_from_db()
    assert note.state == "waiting payment"
    assert is_sound()


def test_what_was_found_serves_who_waits(main, lamp, vase):
    order = place(sale_line(lamp, 10))
    first = stocktaking.start(main, products=[lamp.pk], on=MONDAY)
    count(first, Lamp=8)
    stocktaking.post(first, on=MONDAY)
    second = stocktaking.start(main, products=[lamp.pk], on=TUESDAY)
    count(second, Lamp=10)
    stocktaking.post(second, on=TUESDAY)
    work()
    assert order.delivery_notes.get().state == "ready"
    assert is_sound()


@pytest.mark.django_db(transaction=True)
def test_a_count_that_is_entered_later_is_compared_with_its_own_moment(main, lamp):
    stocktake = stocktaking.start(main, products=[lamp.pk], on=MONDAY)
    moment = timezone.now()
    ship(place(sale_line(lamp, 2)))
    late = StockMove.objects.order_by("-pk")[0]
    moment = min(moment, late.created_at - timedelta(microseconds=1))
    stocktaking.count(stocktake, counted={line_of(stocktake, lamp).pk: 10}, at=moment)
    assert line_of(stocktake, lamp).difference == 0


def test_no_moment_lies_before_the_stocktake(main, lamp):
    stocktake = stocktaking.start(main, products=[lamp.pk], on=MONDAY)
    long_ago = timezone.now() - timedelta(days=400)
    stocktaking.count(stocktake, counted={line_of(stocktake, lamp).pk: 10}, at=long_ago)
    assert line_of(stocktake, lamp).known == 10


def test_good_pieces_are_counted_not_those_set_aside(main, lamp):
    aside = {"warehouse": main, "condition": "damaged", "reason": "Scratched", "on": MONDAY}
    stocktaking.set_aside(lamp, quantity=3, key="a", **aside)
    stocktake = stocktaking.start(main, on=MONDAY)
    assert line_of(stocktake, lamp).expected == 7
    count(stocktake, Lamp=0)
    stocktaking.post(stocktake, on=TUESDAY)
    level = StockLevel.objects.get(product=lamp)
    assert (level.on_hand, level.unavailable) == (3, 3)
    assert is_sound()


def test_what_is_found_of_a_product_that_is_not_here_has_the_cost_it_is_given(main, lamp):
    chair = ProductFactory(title="Chair")
    stocktake = stocktaking.start(main, on=MONDAY)
    stocktaking.add(stocktake, products=[chair.pk, lamp.pk])
    count(stocktake, Lamp=10, Chair=2)
    cost = {line_of(stocktake, chair).pk: Decimal("50.00")}
    stocktaking.post(stocktake, costs=cost, on=TUESDAY)
    assert StockValue.objects.get(product=chair).value == Decimal("50.00")
    assert is_sound()


def test_a_line_is_counted_again_and_the_last_count_counts(main, lamp):
    stocktake = stocktaking.start(main, on=MONDAY)
    count(stocktake, Lamp=1)
    stocktaking.recount(stocktake, lines=[line_of(stocktake, lamp).pk])
    with refused(NotCounted, "1 products"):
        stocktaking.post(stocktake, on=TUESDAY)
    count(stocktake, Lamp=10)
    assert line_of(stocktake, lamp).rounds == 2
    assert list(Count.objects.order_by("pk").values_list("counted", flat=True)) == [1, 10]


def test_what_is_not_counted_is_refused_or_left(main, lamp, vase):
    stocktake = stocktaking.start(main, on=MONDAY)
    for choice in ("refuse", "leave"):
        with refused(NotCounted, "2 products"):
            stocktaking.post(stocktake, uncounted=choice, on=TUESDAY)
    count(stocktake, Lamp=9)
    with refused(NotCounted, "1 products"):
        stocktaking.post(stocktake, on=TUESDAY)
    stocktaking.post(stocktake, uncounted="leave", on=TUESDAY)
    assert on_shelf(vase) == (5, 0)
    assert is_sound()


def test_a_count_that_cannot_be_is_to_be_made_again(main, lamp):
    stocktake = stocktaking.start(main, on=MONDAY)
    count(stocktake, Lamp=2)
    ship(place(sale_line(lamp, 5)))
    with refused(CountAgain, "Count again: 'Lamp'"):
        stocktaking.post(stocktake, on=TUESDAY)


def test_a_product_is_counted_by_one_stocktake_at_a_time(main, lamp, vase):
    first = stocktaking.start(main, products=[lamp.pk], on=MONDAY)
    with refused(CountedElsewhere, f"'Lamp' is being counted with {first}"):
        stocktaking.start(main, on=MONDAY)
    stocktaking.cancel(first)
    again = stocktaking.start(main, on=MONDAY)
    assert again.lines.count() == 2
    with pytest.raises(IntegrityError), atomic():
        first.lines.update(is_open=True)


def test_there_must_be_something_to_count(main):
    with refused(NothingToCount, "Nothing is to be counted in Main warehouse"):
        stocktaking.start(main, on=MONDAY)
    with refused(NothingToCount, "on its way"):
        stocktaking.start(Warehouse.objects.get(is_transit=True), on=MONDAY)


@pytest.mark.parametrize("pieces", [-1, 10**9])
def test_a_count_is_a_number_of_pieces(main, lamp, pieces):
    stocktake = stocktaking.start(main, on=MONDAY)
    with refused(NotOnTheStocktake, "pieces can be counted"):
        count(stocktake, Lamp=pieces)


def test_only_what_is_listed_is_counted(main, lamp):
    stocktake = stocktaking.start(main, on=MONDAY)
    for counted in ({}, {0: 1}):
        with refused(NotOnTheStocktake, "Only what stands on"):
            stocktaking.count(stocktake, counted=counted)


def test_the_same_key_starts_one_stocktake(main, lamp):
    assert stocktaking.start(main, on=MONDAY, key="k") == stocktaking.start(main, on=MONDAY, key="k")


@pytest.mark.parametrize("end", ["post", "cancel"])
def test_nothing_is_counted_after_the_end(main, lamp, end):
    stocktake = stocktaking.start(main, on=MONDAY)
    line = line_of(stocktake, lamp)
    count(stocktake, Lamp=9)
    stocktaking.post(stocktake, on=TUESDAY) if end == "post" else stocktaking.cancel(stocktake)
    before = every_row()
    for act in (
        lambda: count(stocktake, Lamp=8),
        lambda: stocktaking.recount(stocktake, lines=[line.pk]),
        lambda: stocktaking.add(stocktake, products=[ProductFactory().pk]),
        lambda: stocktaking.post(stocktake, on=TUESDAY),
        lambda: stocktaking.cancel(stocktake),
    ):
        with pytest.raises(IllegalTransition):
            act()
    assert before["inventory_count"] == every_row()["inventory_count"]
    for change in ({"counted": 3}, {"known": 3}):
        with pytest.raises(DatabaseError), atomic():
            stocktake.lines.update(**change)
    assert is_sound()


def test_stock_that_was_counted_away_is_not_shipped(main, lamp):
    note = place(sale_line(lamp, 10)).delivery_notes.get()
    stocktake = stocktaking.start(main, on=MONDAY)
    count(stocktake, Lamp=0)
    stocktaking.post(stocktake, on=TUESDAY)
    note.refresh_from_db()
    with pytest.raises(order_to_cash.delivery.NotHereYet):
        order_to_cash.ship(note, on=TUESDAY)
    assert is_sound()
