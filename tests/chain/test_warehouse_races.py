"""Sixteen people in one warehouse at the same moment, each at something else with the same five products.

Nobody gets to see a deadlock, nothing is sold twice, and what is here is what moved.
"""

import os
import random
from contextlib import suppress
from decimal import Decimal
from functools import partial

import pytest
from django.db.models import F

from accounting.refusal import Refusal
from erp import filling, order_to_cash, parcels, procure_to_pay, recounting, stocktaking, transferring
from erp.delivery.models import DeliveryLine, DeliveryNote
from erp.inventory.models import Backorder, StockLevel, StockMove, Warehouse
from erp.inventory.services import main_warehouse
from erp.procure_to_pay import Wanted
from erp.purchasing.models import Supplier
from erp.purchasing.suppliers import keep
from erp.recounting import Difference
from tests.books import is_sound
from tests.chain.scenes import FRIDAY, TUESDAY, company, place
from tests.chain.threads import split, together
from tests.factories import MONDAY, NOON, ProductFactory, sale_line

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = int(os.environ.get("RACES", "1"))


@pytest.fixture
def five():
    """Five products, of which some may be ordered before they are here."""
    products = [ProductFactory(stock=(count, "4.00")) for count in (3, 6, 9, 12, 15)]
    for product in products[:3]:
        Backorder.objects.create(product=product, allowed=6)
    return products


@pytest.fixture
def second():
    return Warehouse.objects.create(code="second", name="Second", priority=20)


class Day:
    """What one day brings: each kind of work, with what it is done to chosen by chance."""

    def __init__(self, products, second):
        company(ship_before_payment=True)
        self.products, self.places = products, [main_warehouse(), second]
        self.orders = [place(sale_line(pick, 2), key=f"before {n}") for n, pick in enumerate(products[2:])]
        for order in self.orders[1:]:
            for note in order.delivery_notes.all():
                order_to_cash.ship(note, on=TUESDAY)
        supplier = keep(Supplier(code="s1", name="Supplier"))
        wanted = [Wanted(product, 40, Decimal("3.33")) for product in products]
        purchase = procure_to_pay.draft(supplier, lines=wanted, warehouse=second, on=MONDAY)
        self.purchase = procure_to_pay.order(purchase, on=MONDAY)

    def buy(self, chance, key):
        wanted = chance.sample(self.products, chance.randint(1, 4))
        place(*[sale_line(product, chance.randint(1, 3)) for product in wanted], key=key)

    def ship(self, chance, key):
        if note := some(DeliveryNote.objects.filter(state="ready"), chance):
            order_to_cash.ship(note, on=FRIDAY)

    def ship_a_part(self, chance, key):
        if line := some(DeliveryLine.objects.filter(note__state__in=("ready", "waiting stock")), chance):
            order_to_cash.ship(line.note, quantities={line.pk: 1}, on=FRIDAY)

    def cancel(self, chance, key):
        if note := some(DeliveryNote.objects.filter(state__in=("ready", "waiting stock")), chance):
            order_to_cash.cancel(note.order, on=FRIDAY)

    def cancel_a_rest(self, chance, key):
        if note := some(DeliveryNote.objects.filter(state__in=("ready", "waiting stock")), chance):
            parcels.cancel_rest(note, on=FRIDAY)

    def take_back(self, chance, key):
        if line := some(DeliveryLine.objects.filter(cost__isnull=False), chance):
            order_to_cash.take_back(line.note.order, quantities={line.pk: 1}, key=key, on=FRIDAY)

    def receive(self, chance, key):
        lines = chance.sample(list(self.purchase.lines.order_by("pk")), 3)
        quantities = {line.pk: chance.randint(1, 3) for line in lines}
        procure_to_pay.receive(self.purchase, quantities=quantities, key=key, on=TUESDAY)

    def fill(self, chance, key):
        filling.fill([product.pk for product in chance.sample(self.products, 4)], now=NOON)

    def transfer(self, chance, key):
        origin, destination = chance.sample(self.places, 2)
        wanted = {product.pk: chance.randint(1, 2) for product in chance.sample(self.products, 2)}
        sent = transferring.draft(origin, destination, quantities=wanted, key=key, on=TUESDAY)
        transferring.send(sent, on=TUESDAY)
        missing = {sent.lines.order_by("pk")[0].pk: chance.randint(0, 1)}
        reasons = dict.fromkeys(missing, "Fell off")
        transferring.receive(sent, missing=missing, reasons=reasons, on=FRIDAY)

    def count(self, chance, key):
        where = chance.choice(self.places)
        wanted = [product.pk for product in chance.sample(self.products, 2)]
        taken = stocktaking.start(where, products=wanted, key=key, on=TUESDAY)
        counted = {line.pk: max(line.expected + chance.randint(-2, 1), 0) for line in taken.lines.all()}
        try:
            stocktaking.count(taken, counted=counted)
            stocktaking.post(taken, on=FRIDAY)
        except Refusal:
            stocktaking.cancel(taken)
            raise

    def correct(self, chance, key):
        found = chance.choice((-1, 1, 2))
        product, where = chance.choice(self.products), chance.choice(self.places)
        stocktaking.adjust_stock(
            product, warehouse=where, quantity=found, reason="Counted", on=TUESDAY, key=key
        )


WORK = (
    *(Day.buy, Day.buy, Day.buy, Day.ship, Day.ship_a_part, Day.cancel, Day.cancel_a_rest),
    *(Day.take_back, Day.receive, Day.fill, Day.transfer, Day.count, Day.correct),
)


def some(rows, chance):
    found = list(rows.order_by("pk"))
    return chance.choice(found) if found else None


def at_work(day, seed, *, tasks):
    """Do tasks one after the other; what is refused is refused. Return how many were done."""
    chance, done = random.Random(seed), 0
    for n in range(tasks):
        with suppress(Refusal):
            chance.choice(WORK)(day, chance, f"{seed}-{n}")
            done += 1
    return done


@pytest.mark.parametrize("round_no", range(ROUNDS))
def test_sixteen_at_work_with_five_products_do_not_block_each_other(five, second, round_no):
    day = Day(five, second)

    done, errors = split(
        together(partial(at_work, day, round_no * 100 + worker, tasks=4) for worker in range(16))
    )

    assert errors == []
    assert sum(done) > 16
    for level in StockLevel.objects.all():
        assert level.on_hand >= level.reserved + level.unavailable
    assert sum(StockMove.objects.values_list("quantity", flat=True)) == sum(
        StockLevel.objects.values_list("on_hand", flat=True)
    )
    assert not Backorder.objects.filter(waiting__gt=F("allowed") + 12).exists()
    filling.sweep(NOON)
    assert is_sound()


def test_a_list_of_what_was_counted_does_not_block_who_buys(five):
    main, (_, gone, found) = main_warehouse().pk, five[:3]
    differences = [Difference(found.pk, main, 1), Difference(gone.pk, main, -1)]

    def bring_in(n):
        recounting.correct(differences, reason="Counted", key=f"list {n}", on=TUESDAY)

    def buy(n):
        with suppress(Refusal):
            place(sale_line(gone), sale_line(found), key=f"buyer {n}")

    _, errors = split(
        together([*(partial(bring_in, n) for n in range(4)), *(partial(buy, n) for n in range(8))])
    )

    assert [error for error in errors if not isinstance(error, Refusal)] == []
    assert is_sound()
