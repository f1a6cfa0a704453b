"""Random histories: whatever is asked of the chain in whatever order, the books stay sound.

The same events again, in any order, change nothing: each is known by its key, or no longer possible.
"""

import os
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from functools import partial

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounting.money import from_minor
from accounting.refusal import Refusal
from erp import order_to_cash, parcels, returning, stocktaking
from erp.inventory.models import Warehouse
from erp.inventory.services import main_warehouse
from erp.sales.pricing import price
from tests.books import findings
from tests.chain.scenes import card, company, every_row, work
from tests.factories import MONDAY, ProductClassFactory, ProductFactory, sale, sale_line

HISTORIES = settings(
    max_examples=int(os.environ.get("HISTORIES", "40")),
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

numbers = st.integers(0, 2)
quantities = st.sampled_from([1, 1, 1, 2, 2, 3, 0, -1, 6])
lines = st.lists(st.tuples(st.integers(0, 3), quantities), min_size=1, max_size=3)
policies = st.sampled_from(["order", "order", "payment", "shipment"])
placings = st.tuples(
    st.just("place"), lines, st.sampled_from(["bank", "card"]), policies, st.integers(0, 600)
)
after = {
    "place": placings,
    "ship": st.tuples(st.just("ship"), numbers, numbers),
    "settle": st.tuples(st.just("settle"), numbers, st.sampled_from([100, 100, 100, 50, 33, 120, 0])),
    "invoice": st.tuples(st.just("invoice"), numbers),
    "credit": st.tuples(st.just("credit"), numbers, numbers, quantities),
    "reduce": st.tuples(st.just("reduce"), numbers, numbers, st.sampled_from([1, 50, 333, 999, 0])),
    "ship_part": st.tuples(
        st.just("ship_part"), numbers, numbers, quantities, st.sampled_from(["later", "later", "cancel"])
    ),
    "cancel_rest": st.tuples(st.just("cancel_rest"), numbers, numbers),
    "deliver": st.tuples(st.just("deliver"), numbers, numbers),
    "give_back": st.tuples(st.just("give_back"), numbers, numbers, quantities, st.integers(0, 4)),
    "withdraw": st.tuples(st.just("withdraw"), numbers),
    "cancel": st.tuples(st.just("cancel"), numbers),
    "take_back": st.tuples(st.just("take_back"), numbers, numbers, st.sampled_from([1, 1, 1, 2, 0, 9])),
    "adjust": st.tuples(st.just("adjust"), numbers, numbers, st.integers(-4, 4), st.integers(0, 900)),
    "work": st.tuples(st.just("work")),
}
often = (
    ["ship"] * 4 + ["ship_part"] * 3 + ["give_back"] * 3 + ["settle"] * 4 + ["take_back"] * 6 + ["credit"] * 2
)
events = st.sampled_from([*after, *often]).flatmap(after.get)
histories = st.tuples(st.lists(placings, min_size=2, max_size=3), st.lists(events, min_size=8, max_size=20))


class World:
    """A company, what has happened in it, and what was done: it can be asked for again."""

    def __init__(self, products, warehouses):
        self.products, self.warehouses = products, warehouses
        self.orders, self.done, self.day = [], [], MONDAY

    def live(self, history):
        """Let events happen, one a day. What is refused has not happened."""
        for event, *details in history:
            self.day += timedelta(days=1)
            action = getattr(self, event)(*details)
            if not action:
                continue
            try:
                result = action()
            except Refusal:
                continue
            self.done.append(action)
            if event == "place":
                self.orders.append(result)

    def place(self, wanted, by, policy, shipping):
        lines = [sale_line(pick(self.products, n), quantity, "9.99") for n, quantity in wanted]
        changes = {"key": f"sale {self.day}", "charge": from_minor(shipping), "invoice_on": policy}
        wish = sale(*lines, email="", payment_method=by, **changes)
        if by == "card" and all(quantity > 0 for _, quantity in wanted):
            wish = replace(wish, payment=card(price(wish).gross, key=wish.key))
        return partial(order_to_cash.place, wish, on=self.day)

    def ship(self, order, note):
        return self.about(order, "delivery_notes", note, partial(order_to_cash.ship, on=self.day))

    def settle(self, order, percent):
        def settle(payment, *, on):
            amount = (payment.amount * percent / 100).quantize(Decimal("0.01"))
            return order_to_cash.settle(payment, amount=amount, reference=f"transfer {on}", on=on)

        return self.about(order, "payments", 0, partial(settle, on=self.day))

    def invoice(self, order):
        return self.orders and partial(order_to_cash.invoice, pick(self.orders, order), on=self.day)

    def credit(self, order, line, pieces):
        def credit(invoice, *, on):
            quantities = {pick(list(invoice.lines.order_by("pk")), line).pk: pieces}
            return order_to_cash.credit(invoice, quantities=quantities, on=on, key=f"credit {on}")

        return self.about(order, "invoices", 0, partial(credit, on=self.day))

    def reduce(self, order, line, cents):
        def reduce(invoice, *, on):
            amounts = {pick(list(invoice.lines.order_by("pk")), line).pk: from_minor(cents)}
            return order_to_cash.credit(invoice, amounts=amounts, on=on, key=f"reduced {on}")

        return self.about(order, "invoices", 0, partial(reduce, on=self.day))

    def ship_part(self, order, note, pieces, rest):
        def ship(note, *, on):
            quantities = {note.lines.order_by("pk")[0].pk: pieces}
            return order_to_cash.ship(note, quantities=quantities, rest=rest, on=on)

        return self.about(order, "delivery_notes", note, partial(ship, on=self.day))

    def cancel_rest(self, order, note):
        return self.about(order, "delivery_notes", note, partial(parcels.cancel_rest, on=self.day))

    def deliver(self, order, note):
        return self.about(order, "delivery_notes", note, partial(parcels.deliver, on=self.day))

    def give_back(self, order, note, pieces, fate):
        """Pieces are asked back and approved; as far as fate has it they come, are looked at, and closed."""

        def give_back(note, *, on):
            quantities = {note.lines.order_by("pk")[0].pk: pieces}
            key = f"asked {on}"
            document = returning.request(note.order, quantities=quantities, on=on, key=key)
            line = document.lines.get().pk
            fates = {"restocked": 1} if pieces == 1 else {"damaged": 1, "refused": pieces - 1}
            steps = (
                partial(returning.approve, document),
                partial(returning.receive, document, quantities={line: pieces}),
                partial(returning.inspect, document, dispositions={line: fates}),
                partial(order_to_cash.close_return, document),
            )
            for step in steps[:fate]:
                step(on=on)

        return self.about(order, "delivery_notes", note, partial(give_back, on=self.day))

    def withdraw(self, order):
        now = datetime.combine(self.day, time(12), tzinfo=UTC)
        key = f"withdrawal {self.day}"
        return self.orders and partial(returning.withdraw, pick(self.orders, order), now=now, key=key)

    def cancel(self, order):
        return self.orders and partial(order_to_cash.cancel, pick(self.orders, order), on=self.day)

    def take_back(self, order, line, pieces):
        def take_back(note, *, on):
            quantities = {pick(list(note.lines.order_by("pk")), line).pk: pieces}
            key = f"return {on}"
            return order_to_cash.take_back(note.order, quantities=quantities, on=on, key=key)

        return self.about(order, "delivery_notes", line, partial(take_back, on=self.day))

    def adjust(self, product, warehouse, pieces, cost):
        return partial(
            stocktaking.adjust_stock,
            pick(self.products[:-1], product),
            warehouse=pick(self.warehouses, warehouse),
            quantity=pieces,
            reason="Counted",
            cost=from_minor(cost) if pieces > 0 else None,
            on=self.day,
            key=str(self.day),
        )

    def work(self):
        return work

    def about(self, order, name, number, action):
        """Return an action on one of an order's papers, read afresh whenever it is done."""
        if not self.orders:
            return None
        papers = getattr(pick(self.orders, order), name)
        found = list(papers.order_by("pk"))
        key = pick(found, number).pk if found else None
        return key and (lambda: action(papers.get(pk=key)))


def pick(things, number):
    return things[number % len(things)]


@pytest.fixture
def world(db):
    """Three products in two warehouses, and a service."""
    service = ProductClassFactory(name="Services", track_stock=False, requires_shipping=False)
    goods = [ProductFactory(stock=(pieces, "3.33")) for pieces in (4, 9, 14)]
    other = Warehouse.objects.create(code="other", name="Other", priority=20)
    for product in goods:
        found = {"quantity": 3, "cost": Decimal("10.01"), "reason": "Found", "key": product.upc}
        stocktaking.adjust_stock(product, warehouse=other, on=MONDAY, **found)
    return World([*goods, ProductFactory(product_class=service)], [main_warehouse(), other])


@HISTORIES
@given(histories.map(lambda both: both[0] + both[1]), st.booleans(), st.randoms(use_true_random=False))
def test_whatever_happens_the_books_stay_sound_and_nothing_happens_twice(world, history, trusting, chance):
    with transaction.atomic():
        company(ship_before_payment=trusting)
        world.__init__(world.products, world.warehouses)
        world.live(history)
        assert findings() == []
        work()
        before = every_row()
        chance.shuffle(world.done)
        for action in world.done:
            with suppress(Refusal):
                action()
        assert every_row() == before
        assert findings() == []
        connection.check_constraints()
        transaction.set_rollback(True)
