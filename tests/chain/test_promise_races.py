"""Many at once want what is scarce: nobody gets what another holds, and nobody overtakes who waits."""

import random
from functools import partial

import pytest

from erp import filling, order_to_cash
from erp.inventory import holds
from erp.inventory.models import Backorder, Hold
from erp.inventory.services import OutOfStock
from shop.checkout.holding import keep
from tests.books import is_sound
from tests.chain.scenes import LATER, on_shelf, work
from tests.chain.threads import split, together
from tests.factories import MONDAY, NOON, ProductFactory, sale, sale_line
from tests.purchases import on_order, receive

pytestmark = pytest.mark.django_db(transaction=True)


def buy(lamp, key, quantity=1):
    return order_to_cash.place(sale(sale_line(lamp, quantity), key=key, email=""), on=MONDAY)


def hold(lamp, key, quantity=1):
    holds.hold({lamp.pk: quantity}, key=key, now=NOON, minutes=15)
    return key


def test_of_fifty_who_hold_seven_pieces_seven_do_and_all_of_them_can_buy():
    lamp = ProductFactory(title="Lamp", stock=(7, "4.00"))

    holders, errors = split(together(partial(hold, lamp, f"buyer-{n}") for n in range(50)))
    assert len(holders) == 7
    assert {type(error) for error in errors} == {OutOfStock}

    orders, errors = split(together(partial(buy, lamp, f"buyer-{n}") for n in range(50)))
    assert len(orders) == 7
    assert {type(error) for error in errors} == {OutOfStock}
    assert on_shelf(lamp) == (7, 7)
    assert not Hold.objects.exists()
    assert is_sound()


def test_of_who_holds_and_who_buys_the_last_piece_one_gets_it():
    lamp = ProductFactory(title="Lamp", stock=(8, "4.00"))
    actions = [partial(hold, lamp, f"holder-{n}") for n in range(8)]
    actions += [partial(buy, lamp, f"buyer-{n}") for n in range(8)]
    random.Random(8).shuffle(actions)

    winners, errors = split(together(actions))

    assert len(winners) == 8
    assert {type(error) for error in errors} == {OutOfStock}
    on_hand, reserved = on_shelf(lamp)
    assert (on_hand, reserved + Hold.objects.count()) == (8, 8)
    assert is_sound()


def test_whoever_looks_again_while_it_is_bought_holds_nothing_afterwards():
    lamp = ProductFactory(title="Lamp", stock=(8, "4.00"))
    wishes = [sale(sale_line(lamp), key=f"basket-{n}", email="") for n in range(4)]
    actions = [partial(order_to_cash.place, wish, on=MONDAY) for wish in wishes]
    actions += [partial(keep, wish, minutes=15) for wish in wishes * 2]
    random.Random(4).shuffle(actions)

    _, errors = split(together(actions))

    assert errors == []
    assert on_shelf(lamp) == (8, 4)
    assert not Hold.objects.exists()


def test_a_basket_changed_while_it_is_looked_at_leaves_nobody_waiting():
    lamps = [ProductFactory(stock=(9, "4.00")) for _ in range(3)]

    def look(number):
        some = random.Random(number).sample(lamps, 2)
        holds.hold({lamp.pk: 1 for lamp in some}, key="ada", now=NOON, minutes=15)

    actions = [partial(look, number) for number in range(6)] + [partial(holds.let_go, "ada")] * 6
    _, errors = split(together(actions))
    assert errors == []


@pytest.mark.parametrize("seed", [1, 2])
def test_goods_that_come_while_others_buy_go_to_who_waited_first(seed):
    """Six wait for eleven pieces; seven of twenty come in parts while six more want one each."""
    lamp = ProductFactory(title="Lamp", stock=(1, "4.00"))
    Backorder.objects.create(product=lamp, allowed=40)
    first = [buy(lamp, f"early-{n}", 2) for n in range(6)]
    purchase = on_order(lamp, 20, day=5)
    actions = [partial(receive, purchase, pieces, key=str(pieces)) for pieces in (1, 2, 4)]
    actions += [partial(filling.fill, [lamp.pk], now=NOON)] * 3
    actions += [partial(filling.sweep, NOON)] * 2
    actions += [partial(buy, lamp, f"late-{n}") for n in range(6)]
    random.Random(seed).shuffle(actions)

    late, errors = split(together(actions))
    assert errors == []
    work()
    filling.sweep(LATER)

    assert [waits(order) for order in first] == [0, 0, 0, 0, 2, 2]
    assert {waits(order) for order in late if hasattr(order, "delivery_notes")} == {1}
    assert on_shelf(lamp) == (8, 8)
    assert Backorder.objects.get().waiting == 10
    assert is_sound()


def waits(order):
    return sum(order.delivery_notes.values_list("lines__waits", flat=True))
