"""The warehouse works on while it is counted and goods are moved: at once, on the same products."""

import os
import random
from functools import partial

import pytest

from accounting.refusal import Refusal
from erp import order_to_cash, stocktaking, transferring
from erp.documents.models import IllegalTransition
from erp.inventory.models import StockLevel, Stocktake, StockValue, Warehouse
from tests.books import is_sound
from tests.chain.scenes import TUESDAY, company, place, work
from tests.chain.test_statements import statements
from tests.chain.threads import split, together
from tests.factories import MONDAY, ProductFactory, sale_line

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = int(os.environ.get("RACE_ROUNDS", "1"))


@pytest.fixture
def main():
    return Warehouse.objects.get(code="main")


@pytest.fixture
def shop():
    return Warehouse.objects.create(code="shop", name="Shop", priority=20)


@pytest.fixture(autouse=True)
def _goods_leave_before_the_money_is_here(transactional_db):
    company(ship_before_payment=True)


def pieces(product):
    return StockValue.objects.get(product=product).quantity


@pytest.mark.parametrize("round_no", range(ROUNDS))
def test_a_count_is_right_whatever_is_sold_and_shipped_meanwhile(main, round_no):
    lamp, vase = ProductFactory(title="Lamp", stock=(20, "4.00")), ProductFactory(stock=(20, "7.00"))
    notes = [
        place(sale_line(lamp, 2), sale_line(vase), key=f"old-{n}").delivery_notes.get() for n in range(4)
    ]
    stocktake = stocktaking.start(main, on=MONDAY)
    ships = [partial(order_to_cash.ship, note, on=TUESDAY) for note in notes]
    buys = [partial(place, sale_line(vase), sale_line(lamp), key=f"new-{n}") for n in range(4)]
    lines = {line.product_id: line.pk for line in stocktake.lines.all()}
    stocktaking.count(stocktake, counted={lines[lamp.pk]: 19, lines[vase.pk]: 19})
    actions = [*ships, *buys, partial(stocktaking.post, stocktake, on=TUESDAY)]
    random.Random(round_no).shuffle(actions)

    _, errors = split(together(actions))

    assert errors == []
    assert (pieces(lamp), pieces(vase)) == (20 - 8 - 1, 20 - 4 - 1)
    assert is_sound()


@pytest.mark.parametrize("round_no", range(ROUNDS))
def test_what_is_counted_away_while_it_is_sold_is_sold_to_nobody(main, round_no):
    lamp = ProductFactory(title="Lamp", stock=(6, "4.00"))
    stocktake = stocktaking.start(main, on=MONDAY)
    stocktaking.count(stocktake, counted={stocktake.lines.get().pk: 2})
    buys = [partial(place, sale_line(lamp), key=f"buyer-{n}") for n in range(6)]

    def post():
        while True:  # "Orders came in meanwhile: post it once more."
            try:
                return stocktaking.post(Stocktake.objects.get(), on=TUESDAY)
            except stocktaking.waiting.PromisedMeanwhile:
                continue

    _, errors = split(together([*buys, post]))

    assert [error for error in errors if not isinstance(error, Refusal)] == []
    level = StockLevel.objects.get(product=lamp)
    assert (level.on_hand, level.available) == (2, 0)
    work()
    assert is_sound()


@pytest.mark.parametrize("round_no", range(ROUNDS))
def test_the_last_pieces_are_either_sold_or_sent(main, shop, round_no):
    lamp = ProductFactory(title="Lamp", stock=(4, "4.00"))
    sends = [
        partial(
            transferring.send,
            transferring.draft(main, shop, quantities={lamp.pk: 1}, on=MONDAY),
            on=TUESDAY,
        )
        for _ in range(4)
    ]
    buys = [partial(place, sale_line(lamp), key=f"buyer-{n}") for n in range(4)]
    actions = [*sends, *buys]
    random.Random(round_no).shuffle(actions)

    done, errors = split(together(actions))

    assert (len(done), {type(error).__name__ for error in errors}) == (4, {"OutOfStock"})
    assert is_sound()


def test_of_two_who_do_the_same_one_is_told(main, shop):
    lamp = ProductFactory(title="Lamp", stock=(9, "4.00"))
    transfer = transferring.draft(main, shop, quantities={lamp.pk: 2}, on=MONDAY)
    for step in (transferring.send, transferring.receive):
        copies = [type(transfer).objects.get(pk=transfer.pk) for _ in range(2)]
        done, [error] = split(together([partial(step, copy, on=TUESDAY) for copy in copies]))
        assert len(done) == 1
        assert isinstance(error, IllegalTransition)
    stocktake = stocktaking.start(shop, on=MONDAY)
    stocktaking.count(stocktake, counted={stocktake.lines.get().pk: 1})
    copies = [type(stocktake).objects.get(pk=stocktake.pk) for _ in range(2)]
    done, [error] = split(together([partial(stocktaking.post, copy, on=TUESDAY) for copy in copies]))
    assert isinstance(error, IllegalTransition)
    assert pieces(lamp) == 8
    assert is_sound()


def test_two_who_start_to_count_the_same_count_it_once(main):
    ProductFactory(title="Lamp", stock=(9, "4.00"))
    done, [error] = split(together([partial(stocktaking.start, main, on=MONDAY) for _ in range(2)]))
    assert len(done) == 1
    assert isinstance(error, Refusal)


# What they cost in statements, BEGIN and COMMIT included.

MOST = {"send": 18, "receive": 27, "start": 7, "count": 7, "post": 52}


def cost_of(lines, main, shop, key):
    """Send, receive and count some products, with gains and losses; return the statements of each verb."""
    products = [ProductFactory(stock=(9, "4.00")) for _ in range(lines)]
    wanted = {product.pk: 2 for product in products}
    transfer = transferring.draft(main, shop, quantities=wanted, on=MONDAY)
    cost = {"send": statements(transferring.send, transfer, on=TUESDAY)[0]}
    missing = {line.pk: 1 for line in transfer.lines.all()}
    why = dict.fromkeys(missing, "Broken")
    cost["receive"], _ = statements(transferring.receive, transfer, missing=missing, reasons=why, on=TUESDAY)
    place(*[sale_line(product, 7) for product in products], key=key)
    keys = [product.pk for product in products]
    cost["start"], stocktake = statements(stocktaking.start, main, products=keys, on=MONDAY)
    found = {line.pk: 8 - 3 * (place_ % 2) for place_, line in enumerate(stocktake.lines.order_by("pk"))}
    cost["count"], _ = statements(stocktaking.count, stocktake, counted=found)
    cost["post"], _ = statements(stocktaking.post, stocktake, on=TUESDAY)
    return cost


def test_three_lines_and_twenty_take_the_same_few_statements(main, shop):
    cost_of(2, main, shop, key="first")
    three = cost_of(3, main, shop, key="three")
    twenty = cost_of(20, main, shop, key="twenty")
    assert three == twenty
    assert {verb: count for verb, count in three.items() if count > MOST[verb]} == {}
    assert is_sound()
