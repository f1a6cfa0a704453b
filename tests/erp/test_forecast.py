"""What is to come, and when those who wait for it are served."""

from datetime import timedelta

import pytest

from erp import forecast, procure_to_pay
from erp.forecast import Wait
from erp.inventory.models import Backorder, Warehouse
from erp.purchasing.models import PurchaseOrder
from tests.books import is_sound
from tests.chain.scenes import place, work
from tests.factories import MONDAY, ProductFactory, sale_line
from tests.purchases import on_order, receive

pytestmark = pytest.mark.django_db


def in_days(days):
    return MONDAY + timedelta(days=days)


@pytest.fixture
def lamp():
    """Two are here, and twenty more may be ordered."""
    product = ProductFactory(title="Lamp", stock=(2, "6.00"))
    Backorder.objects.create(product=product, allowed=20)
    return product


def test_what_is_incoming_is_what_was_ordered_and_has_not_come(lamp):
    on_order(lamp, 10, day=5, received=4)
    on_order(lamp, 3, day=9)
    procure_to_pay.cancel(on_order(lamp, 50, day=1), on=MONDAY)
    procure_to_pay.close(on_order(lamp, 60, day=1, received=1), on=MONDAY)

    assert forecast.incoming([lamp.pk]) == {lamp.pk: 9}
    assert forecast.incoming([ProductFactory().pk]) == {}


def test_what_is_incoming_can_be_asked_of_one_warehouse(lamp):
    other = Warehouse.objects.create(code="other", name="Other")
    on_order(lamp, 10, day=5)
    on_order(lamp, 3, day=5, warehouse=other)
    assert forecast.incoming([lamp.pk], warehouse=other) == {lamp.pk: 3}


def test_more_came_than_was_ordered_and_nothing_is_incoming(lamp):
    on_order(lamp, 10, day=5, received=11)
    assert forecast.incoming([lamp.pk]) == {}
    assert forecast.expected_on([lamp.pk]) == {}


def test_a_piece_ordered_now_comes_after_those_who_wait(lamp):
    on_order(lamp, 3, day=30)
    on_order(lamp, 4, day=5)
    assert forecast.expected_on([lamp.pk]) == {lamp.pk: in_days(5)}
    assert forecast.expected_on({lamp.pk: 5}) == {lamp.pk: in_days(30)}

    place(sale_line(lamp, 6))

    assert forecast.expected_on([lamp.pk]) == {lamp.pk: in_days(30)}
    assert forecast.expected_on({lamp.pk: 3}) == {lamp.pk: in_days(30)}
    assert forecast.expected_on({lamp.pk: 4}) == {}


def test_nobody_knows_the_day_of_what_has_none(lamp):
    assert forecast.expected_on([lamp.pk]) == {}
    on_order(lamp, 3)
    assert forecast.expected_on([lamp.pk]) == {}
    on_order(lamp, 3, day=5)
    assert forecast.expected_on({lamp.pk: 3}) == {lamp.pk: in_days(5)}
    assert forecast.expected_on({lamp.pk: 4}) == {}


def test_who_ordered_first_is_served_first(lamp):
    on_order(lamp, 3, day=5)
    on_order(lamp, 3, day=9)
    first = place(sale_line(lamp, 4), key="first")  # two are here, two wait
    second = place(sale_line(lamp, 3), key="second")
    third = place(sale_line(lamp, 2), key="third")

    assert forecast.expected_for(first) == {first.lines.get().pk: in_days(5)}
    assert forecast.expected_for(second) == {second.lines.get().pk: in_days(9)}
    assert forecast.expected_for(third) == {}


def test_what_comes_is_handed_out_and_the_rest_is_foretold_anew(lamp):
    purchase = on_order(lamp, 6, day=5)
    first = place(sale_line(lamp, 4), key="first")
    second = place(sale_line(lamp, 4), key="second")
    assert forecast.expected_for(second) == {second.lines.get().pk: in_days(5)}

    receive(purchase, 3)
    work()

    assert forecast.waits_of(first) == {}
    assert forecast.waits_of(second) == {second.lines.get().pk: Wait(3, in_days(5))}
    PurchaseOrder.objects.filter(pk=purchase.pk).update(expected_on=in_days(8))  # the supplier is late
    assert forecast.expected_for(second) == {second.lines.get().pk: in_days(8)}
    assert is_sound()


def test_an_order_that_waits_for_nothing_expects_nothing(lamp):
    on_order(lamp, 3, day=5)
    assert forecast.expected_for(place(sale_line(lamp, 2))) == {}


@pytest.mark.parametrize("products", [2, 12])
def test_a_forecast_asks_the_database_no_more_for_many_products(products, django_assert_max_num_queries):
    lamps = [ProductFactory() for _ in range(products)]
    Backorder.objects.bulk_create(Backorder(product=lamp, allowed=5) for lamp in lamps)
    for lamp in lamps:
        on_order(lamp, 5, day=3)
    order = place(*(sale_line(lamp) for lamp in lamps))
    with django_assert_max_num_queries(6):
        forecast.incoming([lamp.pk for lamp in lamps])
        forecast.expected_on([lamp.pk for lamp in lamps])
        assert len(forecast.expected_for(order)) == products
