"""A machine that runs a warehouse in any order, with a model in plain Python beside it.

After each step every check of the books holds, and every level, value, delivery note and waiting piece is
what the model says. What one refuses the other refuses too.
"""

import os
from copy import deepcopy
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest
from django.db import connection, transaction
from django.db.models import Sum
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from accounting.money import from_minor, minor
from accounting.refusal import Refusal
from erp import filling, order_to_cash, parcels, returning, stocktaking
from erp.delivery.models import DeliveryNote
from erp.documents import outbox
from erp.documents.models import Outbox
from erp.inventory.models import Backorder, Hold, StockLevel, StockMove, StockValue, Warehouse
from tests.books import PARTS, findings
from tests.chain.scenes import company
from tests.chain.warehouse_model import OPEN, Model, Refused
from tests.factories import MONDAY, ProductFactory, sale, sale_line

MACHINE = settings(
    max_examples=int(os.environ.get("MACHINES", "12")),
    stateful_step_count=int(os.environ.get("STEPS", "20")),
    deadline=None,
    database=None,
    # To shrink what is found takes minutes: SHRINK=1 asks for it.
    phases=[Phase.generate, Phase.shrink] if os.environ.get("SHRINK") else [Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)

# All checks are asked at the end, and after each step those that see goods.
OFTEN = PARTS if os.environ.get("THOROUGH") else ("erp.inventory", "erp.delivery")

some = st.integers(0, 5)
pieces = st.sampled_from([1, 1, 1, 2, 2, 3, 9, 0])
cents = st.integers(0, 2_000)


class Warehousing(RuleBasedStateMachine):
    """One company with three warehouses and three products, one day after the other."""

    products: list = []

    def __init__(self):
        super().__init__()
        self.sandwich = transaction.atomic()
        self.sandwich.__enter__()
        self.day, self.orders, self.trusting, self.happened = MONDAY, {}, True, False

    def teardown(self):
        assert findings() == []
        connection.check_constraints()
        transaction.set_rollback(True)
        self.sandwich.__exit__(None, None, None)

    @initialize(
        trusting=st.booleans(),
        allowed=st.lists(st.sampled_from([0, 2, 9, 9]), min_size=3, max_size=3),
        counts=st.lists(st.sampled_from([1, 2, 5]), min_size=3, max_size=3),
    )
    def begin(self, trusting, allowed, counts):
        company(ship_before_payment=trusting)
        self.trusting = trusting
        Warehouse.objects.create(code="second", name="Second", priority=20)
        Warehouse.objects.create(code="third", name="Third", priority=20)
        self.places = list(Warehouse.objects.filter(is_transit=False).order_by("pk"))
        self.model = Model([p.pk for p in self.products], {w.pk: w.priority for w in self.places})
        for product, most in zip(self.products, allowed, strict=True):
            Backorder.objects.create(product=product, allowed=most)
            self.model.allowed[product.pk] = most
        for product, count, worth in zip(self.products, counts, (1_000, 333, 1), strict=True):
            self.come(product, count, worth)
        for wanted in ([1, 2, 1], [2, 0, 3]):
            self.somebody_buys(wanted, "")

    # Goods come and go

    @rule(product=some, count=pieces, worth=cents)
    def goods_were_here_before(self, product, count, worth):
        if count:
            self.come(pick(self.products, product), count, worth)

    def come(self, found, count, worth):
        key = self.new_key()
        self.both(
            lambda day: stocktaking.receive_opening([(found, count, from_minor(worth))], on=day, key=key),
            lambda model: (model.come(found.pk, model.main, count, worth), model.ask([found.pk])),
        )

    @rule(product=some, place=some, count=st.integers(-4, 6), worth=st.one_of(st.none(), cents))
    def a_count_is_corrected(self, product, place, count, worth):
        found, where, key = pick(self.products, product), pick(self.places, place), self.new_key()

        def adjust(day):
            stocktaking.adjust_stock(
                found,
                warehouse=where,
                quantity=count,
                cost=None if worth is None else from_minor(worth),
                reason="Counted",
                on=day,
                key=key,
            )

        def expected(model):
            if count > 0:
                model.come(found.pk, where.pk, count, worth)
            elif count < 0:
                model.go(found.pk, where.pk, -count)
            else:
                raise Refused
            model.ask([found.pk])

        self.both(adjust, expected)

    # Sales

    @rule(
        counts=st.lists(st.sampled_from([0, 0, 1, 1, 2, 3, 5]), min_size=3, max_size=3),
        key=st.sampled_from(["", "anna", "bert"]),
    )
    def somebody_buys(self, counts, key):
        key = key if key and key not in self.orders else self.new_key()
        wanted = {product.pk: count for product, count in zip(self.products, counts, strict=True) if count}
        if not wanted:
            return
        lines = [sale_line(product, wanted[product.pk]) for product in self.products if product.pk in wanted]
        wish = sale(*lines, key=key, email="")
        state = "ready" if self.trusting else "waiting payment"

        def buy(day):
            self.orders[key] = order_to_cash.place(replace(wish, placed_at=at(day)), on=day)

        self.both(
            buy,
            lambda model: model.place(key, wanted, now=at(self.day), state=state, paid=False),
        )

    @rule(which=some)
    def an_order_is_paid(self, which):
        orders = self.model.orders.items()
        owed = [key for key, order in orders if not order.paid and order.status != "cancelled"]
        if owed:
            key = pick(owed, which)
            payment = self.orders[key].payments.get()
            self.both(
                lambda day: order_to_cash.settle(
                    payment, amount=payment.amount, reference=f"transfer {key}", on=day
                ),
                lambda model: model.pay(key),
            )

    @rule(which=some, whole=st.booleans(), counts=st.lists(pieces, min_size=3, max_size=3))
    def a_note_leaves(self, which, whole, counts):
        self.leave(which, None if whole else counts, rest="later")

    @rule(which=some, counts=st.lists(pieces, min_size=3, max_size=3))
    def a_note_leaves_and_its_rest_never_will(self, which, counts):
        self.leave(which, counts, rest="cancel")

    def leave(self, which, counts, *, rest):
        key, place = self.a_note(which)
        if key is not None:
            note = self.note(key, place)
            wanted, by_line = self.chosen(key, place, counts)
            self.both(
                lambda day: order_to_cash.ship(note, quantities=by_line, rest=rest, on=day),
                lambda model: model.ship(key, place, wanted, rest=rest),
            )

    @rule(which=some, whole=st.booleans(), counts=st.lists(pieces, min_size=3, max_size=3))
    def a_rest_is_cancelled(self, which, whole, counts):
        key, place = self.a_note(which)
        if key is not None:
            note = self.note(key, place)
            wanted, by_line = self.chosen(key, place, None if whole else counts)
            self.both(
                lambda day: parcels.cancel_rest(note, quantities=by_line, on=day),
                lambda model: model.cancel_rest(key, place, wanted),
            )

    @rule(which=some)
    def an_order_is_cancelled(self, which):
        if self.orders:
            key = pick(list(self.orders), which)
            order = self.orders[key]
            self.both(
                lambda day: order_to_cash.cancel(fresh(order), on=day),
                lambda model: model.cancel(key),
            )

    @rule(which=some, good=st.integers(0, 2), damaged=st.integers(0, 2), scrapped=st.integers(0, 1))
    def goods_come_back(self, which, good, damaged, scrapped):
        found = [
            (key, note.place, line.product)
            for key, order in self.model.orders.items()
            for note in order.notes
            for line in note.lines
            if line.cost is not None
        ]
        if not found:
            return
        key, place, product = pick(found, which)
        line = self.note(key, place).lines.get(product=product)
        decided = {"restocked": good, "damaged": damaged, "scrapped": scrapped}

        @transaction.atomic
        def give_back(day):
            count = good + damaged + scrapped
            document = returning.request(self.orders[key], quantities={line.pk: count}, on=day)
            returning.approve(document, on=day)
            row = document.lines.get().pk
            returning.receive(fresh(document), quantities={row: count}, on=day)
            returning.inspect(fresh(document), dispositions={row: decided}, on=day)
            order_to_cash.close_return(fresh(document), on=day)

        self.both(
            give_back,
            lambda model: model.take_back(key, place, product, good=good, damaged=damaged, scrapped=scrapped),
        )

    # Who waits, and who holds

    @rule(key=st.sampled_from(["anna", "bert"]), product=some, count=pieces, days=st.integers(1, 6))
    def a_shopper_holds(self, key, product, count, days):
        found = pick(self.products, product)
        free = self.model.available(found.pk) - self.model.waiting[found.pk]
        if 0 < count <= free - self.model.held(found.pk, at(self.day), but=key) and key not in self.orders:
            until = at(self.day + timedelta(days=days))
            Hold.objects.update_or_create(
                key=key, product=found, defaults={"quantity": count, "until": until}
            )
            self.model.holds[key, found.pk] = (count, until)

    @rule(swept=st.booleans(), product=some, most=st.sampled_from([None, None, 0, 1, 3, 9]))
    def a_worker_works(self, swept, product, most):
        now = at(self.next_day())
        if swept:
            filling.sweep(now)
            self.model.fill([p for p, waiting in self.model.waiting.items() if waiting], now)
            self.compare()
        Outbox.objects.filter(done_at=None).update(next_try_at=now)  # written by the clock on the wall
        while outbox.run_due(now):
            pass
        assert not Outbox.objects.filter(topic="fill", done_at=None).exists()
        self.model.work(now)
        self.compare()
        self.nobody_waits_for_what_is_free(now)
        if most is not None:
            self.may_wait(pick(self.products, product), most)

    def nobody_waits_for_what_is_free(self, now):
        if not Hold.objects.exists():
            for product, waiting in self.model.waiting.items():
                assert not (waiting and self.model.available(product))

    def may_wait(self, product, most):
        Backorder.objects.filter(product=product).update(allowed=most)
        self.model.allowed[product.pk] = most

    @invariant()
    def the_stock_is_sound(self):
        if self.happened:
            assert findings(OFTEN) == []
            self.happened = False

    # How it is done

    def both(self, real, expected):
        """Let something happen in the database and in the model: both do it, or both refuse."""
        day, model = self.next_day(), deepcopy(self.model)
        try:
            expected(model)
        except Refused:
            model = None
        words = ""
        try:
            with transaction.atomic():
                real(day)
        except Refusal as refusal:
            words = str(refusal)
        assert bool(words) == (model is None), words or "done, though the model refuses it"
        if model:
            self.model, self.happened = model, True
        self.compare()

    def compare(self):
        assert levels() == {
            place: (level.on_hand, level.reserved, conditions(level.aside))
            for place, level in self.model.levels.items()
        }
        stock = StockValue.objects.values_list("product", "quantity", "value")
        known = {product: (pieces, minor(value)) for product, pieces, value in stock}
        assert known == {p: tuple(worth) for p, worth in self.model.worth.items() if p in known}
        assert dict(Backorder.objects.values_list("product", "waiting")) == self.model.waiting
        assert {key: notes(order) for key, order in self.orders.items() if key in self.model.orders} == {
            key: [pictured(note) for note in order.notes] for key, order in self.model.orders.items()
        }

    def chosen(self, key, place, counts):
        """Return pieces of a note by product, and the same by line. Those beyond the note are left out."""
        if counts is None:
            return None, None
        note = self.model.orders[key].notes[place - 1]
        wanted = {line.product: n for line, n in zip(note.lines, counts, strict=False) if n}
        rows = dict(self.note(key, place).lines.values_list("product", "pk"))
        return wanted, {rows[product]: count for product, count in wanted.items()}

    def a_note(self, which):
        """Return one of the open notes, or now and then another."""
        found = [(key, note) for key, order in self.model.orders.items() for note in order.notes]
        found = [pair for pair in found if pair[1].state in OPEN] or found
        if not found:
            return None, None
        key, note = pick(found, which)
        return key, note.place

    def note(self, key, place):
        number = self.orders[key].number
        return DeliveryNote.objects.get(number=f"DN-{number}-{place}")

    def new_key(self):
        return f"key {self.day}"

    def next_day(self):
        self.day += timedelta(days=1)
        return self.day


def levels():
    """Return what the database says of each place: on hand, reserved, set aside by condition."""
    moves = (
        StockMove.objects.exclude(condition="").order_by().values_list("product", "warehouse", "condition")
    )
    aside = {}
    for product, warehouse, condition, total in moves.annotate(Sum("unavailable")):
        aside.setdefault((product, warehouse), {})[condition] = total
    return {
        (row.product_id, row.warehouse_id): (
            row.on_hand,
            row.reserved,
            conditions(aside.get((row.product_id, row.warehouse_id), {})),
        )
        for row in StockLevel.objects.all()
    }


def conditions(aside):
    return {condition: total for condition, total in aside.items() if total}


def notes(order):
    """Return the notes of an order as the database has them."""
    rows = DeliveryNote.objects.filter(order=order).prefetch_related("lines")
    return [
        (
            note.warehouse_id,
            note.state,
            sorted(
                (line.product_id, line.quantity, line.waits, cost_in_cents(line), line.returned)
                for line in note.lines.all()
            ),
        )
        for note in rows.order_by("pk")
    ]


def cost_in_cents(line):
    return -1 if line.cost is None else minor(line.cost)


def pictured(note):
    lines = [
        (line.product, line.quantity, line.waits, -1 if line.cost is None else line.cost, line.returned)
        for line in note.lines
    ]
    return note.warehouse, note.state, sorted(lines)


def at(day):
    return datetime.combine(day, time(12), tzinfo=UTC)


def fresh(row):
    return type(row).objects.get(pk=row.pk)


def pick(things, number):
    return things[number % len(things)]


@pytest.fixture
def goods(db):
    return [ProductFactory() for _ in range(3)]


def test_a_warehouse_is_what_a_model_of_it_says_after_every_step(goods):
    Warehousing.products = goods
    run_state_machine_as_test(Warehousing, settings=MACHINE)
