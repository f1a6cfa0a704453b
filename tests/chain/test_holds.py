"""What a shopper at the checkout holds is kept for him, and for nobody longer than it lasts."""

from datetime import timedelta
from functools import partial

import pytest

from erp import filling, order_to_cash, stocktaking
from erp.delivery.models import DeliveryNote
from erp.inventory import holds
from erp.inventory.free import Free, free
from erp.inventory.models import Backorder, Hold
from erp.inventory.services import OutOfStock, main_warehouse
from tests.books import is_sound
from tests.chain.scenes import LATER, on_shelf, refused, work
from tests.factories import MONDAY, NOON, ProductFactory, sale, sale_line

pytestmark = pytest.mark.django_db


def minutes(count):
    return NOON + timedelta(minutes=count)


def hold(lamp, quantity, key="ada", now=NOON):
    return holds.hold({lamp.pk: quantity}, key=key, now=now, minutes=15)


def here(lamp, key="", now=NOON):
    return free([lamp.pk], key=key, now=now)[lamp.pk].here


def buy(lamp, quantity, key="ben", now=NOON):
    return order_to_cash.place(sale(sale_line(lamp, quantity), key=key, placed_at=now, email=""), on=MONDAY)


def bring(lamp, quantity, key):
    stocktaking.adjust_stock(
        lamp, warehouse=main_warehouse(), quantity=quantity, cost=None, reason="Found", on=MONDAY, key=key
    )


def states():
    return list(DeliveryNote.objects.order_by("pk").values_list("state", flat=True))


@pytest.fixture
def lamp():
    """Five are here, and nothing may be ordered beyond them."""
    return ProductFactory(title="Lamp", stock=(5, "4.00"))


def test_what_is_held_is_free_for_its_owner_alone(lamp):
    assert hold(lamp, 3) == {lamp.pk: 3}
    assert here(lamp, key="ada") == 5
    assert here(lamp, key="ben") == 2
    with refused(OutOfStock, "Only 2 of 'Lamp' are left."):
        buy(lamp, 3)


def test_a_hold_ends_by_itself_and_no_worker_is_needed(lamp):
    hold(lamp, 5)
    with refused(OutOfStock, "'Lamp' is sold out."):
        buy(lamp, 1, now=minutes(14))
    buy(lamp, 5, now=minutes(15))
    assert on_shelf(lamp) == (5, 5)
    assert is_sound()


def test_a_hold_lasts_longer_with_each_look(lamp):
    hold(lamp, 5)
    hold(lamp, 5, now=minutes(10))
    assert here(lamp, now=minutes(24)) == 0
    assert here(lamp, now=minutes(25)) == 5


def test_a_hold_is_what_was_wanted_last(lamp):
    bowl = ProductFactory(title="Bowl", stock=(5, "4.00"))
    hold(lamp, 4)
    holds.hold({bowl.pk: 1}, key="ada", now=NOON, minutes=15)
    assert list(Hold.objects.values_list("product", "quantity")) == [(bowl.pk, 1)]
    holds.let_go("ada")
    assert not Hold.objects.exists()


def test_nobody_holds_what_others_hold(lamp):
    hold(lamp, 3)
    with refused(OutOfStock, "Only 2 of 'Lamp' are left."):
        hold(lamp, 3, key="ben")
    assert hold(lamp, 2, key="ben") == {lamp.pk: 2}


def test_an_order_uses_up_its_hold(lamp):
    hold(lamp, 3)
    buy(lamp, 3, key="ada")
    assert not Hold.objects.exists()
    assert here(lamp) == 2
    assert is_sound()


def test_of_what_is_not_here_nothing_is_held(lamp):
    Backorder.objects.create(product=lamp, allowed=4)
    assert hold(lamp, 7) == {lamp.pk: 5}
    assert free([lamp.pk], now=NOON)[lamp.pk] == Free(here=0, later=4, unheld=0)
    with refused(OutOfStock, "Only 4 of 'Lamp' are left."):
        hold(lamp, 5, key="ben")


def test_what_was_held_before_others_came_to_wait_stays_its_owners(lamp):
    """Ben came later, and found nothing left: he waits, Ada does not."""
    Backorder.objects.create(product=lamp, allowed=4)
    hold(lamp, 5)
    buy(lamp, 2, key="ben")
    assert here(lamp, key="ada") == 5

    filling.sweep(NOON)
    buy(lamp, 5, key="ada")

    assert states() == ["waiting payment", "waiting payment"]
    assert on_shelf(lamp) == (5, 5)
    assert free([lamp.pk], now=NOON)[lamp.pk] == Free(here=0, later=2, unheld=0)
    assert is_sound()


def test_what_ends_unbought_goes_to_those_who_wait_before_anybody_new(lamp):
    Backorder.objects.create(product=lamp, allowed=4)
    hold(lamp, 5)
    ben = buy(lamp, 2, key="ben")
    assert here(lamp, key="eve", now=minutes(16)) == 3

    filling.sweep(minutes(14))
    assert ben.delivery_notes.get().lines.get().waits == 2
    filling.sweep(minutes(16))

    assert ben.delivery_notes.get().lines.get().waits == 0
    assert not Hold.objects.exists()
    assert here(lamp, now=minutes(16)) == 3
    assert is_sound()


def test_goods_that_come_go_to_who_ordered_first_and_new_buyers_wait(lamp):
    Backorder.objects.create(product=lamp, allowed=20)
    buy(lamp, 5, key="zoe")
    first, second = buy(lamp, 4, key="first"), buy(lamp, 4, key="second")
    bring(lamp, 6, key="receipt")
    late = buy(lamp, 1, key="late")
    assert here(lamp) == 0

    work()

    waits = [order.delivery_notes.get().lines.get().waits for order in (first, second, late)]
    assert waits == [0, 2, 1]
    assert is_sound()


def test_holds_that_ended_leave_no_rows(lamp):
    hold(lamp, 1)
    hold(lamp, 1, key="ben", now=minutes(10))
    assert holds.forget(minutes(20)) == 1
    assert Hold.objects.get().key == "ben"


def test_history_met_no_shopper(lamp):
    hold(lamp, 5)
    wish = sale(sale_line(lamp, 2), key="old", origin="import", email="")
    order_to_cash.place(wish, on=MONDAY)
    assert here(lamp, key="ada") == 3


@pytest.mark.parametrize("products", [2, 12])
def test_a_hold_takes_no_more_statements_for_more_products(products, django_assert_max_num_queries):
    lamps = [ProductFactory(stock=(2, "4.00")) for _ in range(products)]
    wanted = {lamp.pk: 1 for lamp in lamps}
    again = partial(holds.hold, wanted, key="ada", minutes=15)
    with django_assert_max_num_queries(7):
        again(now=NOON)
    with django_assert_max_num_queries(7):
        again(now=LATER)
