"""A machine that runs a warehouse in any order, with a model in plain Python beside it.

After each step every check of the books holds, and every level, value, delivery note and waiting piece is
what the model says. What one refuses the other refuses too.
"""

import os
from copy import deepcopy
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest
from django.contrib.auth import get_user_model
from django.db import connection, transaction
from django.db.models import Sum
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from accounting.money import from_minor, minor
from accounting.refusal import Refusal
from erp import filling, order_to_cash, parcels, picking, procure_to_pay, returning, stocktaking, transferring
from erp.delivery.models import DeliveryNote
from erp.documents import outbox
from erp.documents.models import Company, Outbox
from erp.inventory import holds
from erp.inventory.models import Backorder, Hold, StockLevel, StockMove, StockValue, Warehouse
from erp.procure_to_pay import Goods, Wanted
from erp.purchasing.models import Supplier
from erp.purchasing.suppliers import keep
from tests.books import PARTS, findings
from tests.chain.scenes import company
from tests.chain.warehouse_model import OPEN, Bought, Model, Refused
from tests.chain.warehouse_model import Transfer as Moved
from tests.factories import MONDAY, ProductFactory, sale, sale_line

User = get_user_model()

MACHINE = settings(
    max_examples=int(os.environ.get("MACHINES", "5")),
    stateful_step_count=int(os.environ.get("STEPS", "20")),
    deadline=None,
    database=None,
    # To shrink what is found takes minutes: SHRINK=1 asks for it.
    phases=[Phase.generate, Phase.shrink] if os.environ.get("SHRINK") else [Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)

# All checks are asked at the end, and after each step those that see goods.
OFTEN = PARTS if os.environ.get("THOROUGH") else ("erp.inventory", "erp.delivery", "erp.purchasing")

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
        self.purchases, self.transfers, self.stocktakes = {}, {}, {}

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
        self.transit = Warehouse.objects.get(is_transit=True)
        priorities = {w.pk: w.priority for w in [*self.places, self.transit]}
        self.model = Model([p.pk for p in self.products], priorities, transit=self.transit.pk)
        for product, most in zip(self.products, allowed, strict=True):
            Backorder.objects.create(product=product, allowed=most)
            self.model.allowed[product.pk] = most
        for product, count, worth in zip(self.products, counts, (1_000, 333, 1), strict=True):
            self.come(product, count, worth)
        for wanted in ([1, 2, 1], [2, 0, 3]):
            self.somebody_buys(wanted, "")
        self.people = [User.objects.create_user(name) for name in ("ann", "bob")]
        self.supplier = keep(Supplier(code="s1", name="Supplier"))
        for where in self.places[:2]:
            self.order_goods(where)

    def order_goods(self, where):
        """Order a dozen of each at odd prices, and let each be wanted by the model too."""
        prices = {self.products[0]: (1_000, 3), self.products[1]: (77, 1), self.products[2]: (5, 6)}
        wanted = [Wanted(product, 12, from_minor(price), pack) for product, (price, pack) in prices.items()]
        purchase = procure_to_pay.draft(self.supplier, lines=wanted, warehouse=where, on=self.day)
        self.purchases[where.pk] = procure_to_pay.order(purchase, on=self.day)
        lines = {product.pk: Bought(12, price, pack) for product, (price, pack) in prices.items()}
        self.model.purchases[where.pk] = (where.pk, lines)

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
            if count > 0:
                model.ask([found.pk])

        self.both(adjust, expected)

    # Sales

    @rule(
        counts=st.lists(st.sampled_from([0, 0, 1, 1, 2, 3, 5]), min_size=3, max_size=3),
        key=st.sampled_from(["", "anna", "bert"]),
    )
    def somebody_buys(self, counts, key):
        key = key if key and key not in self.orders else self.new_key()
        wanted = self.by_product(counts)
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

    # Picked and packed

    @rule(
        which=some, counts=st.lists(st.integers(0, 3), min_size=3, max_size=3), full=st.booleans(), who=some
    )
    def a_note_is_picked(self, which, counts, full, who):
        key, place = self.a_note(which)
        if key is None:
            return
        note, person = self.note(key, place), pick(self.people, who)
        lines = self.model.orders[key].notes[place - 1].lines
        counts = [line.here for line in lines] if full else counts
        rows = dict(note.lines.values_list("product", "pk"))
        picked = {rows[line.product]: count for line, count in zip(lines, counts, strict=False)}

        def begin_and_count(day):
            picking.put_back(fresh(note)) if note.state == "picking" else None
            picking.start(fresh(note), by=person)
            picking.count(fresh(note), quantities=picked, by=person)

        self.both(begin_and_count, lambda model: model.pick(key, place, counts))

    @rule(which=some, what=st.sampled_from(["pack", "pack", "pack what is picked", "put back"]))
    def a_note_is_packed(self, which, what):
        key, place = self.a_note(which)
        if key is None:
            return
        note = self.note(key, place)
        real, expected = {
            "pack": (lambda day: picking.pack(note), lambda m: m.pack(key, place, only_picked=False)),
            "pack what is picked": (
                lambda day: picking.pack_picked(note, on=day),
                lambda model: model.pack(key, place, only_picked=True),
            ),
            "put back": (lambda day: picking.put_back(note), lambda model: model.put_back(key, place)),
        }[what]
        self.both(real, expected)

    # Suppliers

    @rule(which=some, counts=st.lists(st.sampled_from([0, 1, 2, 5]), min_size=3, max_size=3))
    def goods_are_received(self, which, counts):
        key = pick(list(self.purchases), which)
        wanted, by_line, name = self.by_product(counts), self.purchased(key, counts), self.new_key()
        self.both(
            lambda day: procure_to_pay.receive(
                fresh(self.purchases[key]), quantities=by_line, key=name, on=day
            ),
            lambda model: model.receive(key, wanted, tolerance=Company.objects.get().receipt_tolerance),
        )

    @rule(which=some, product=some, count=pieces, more=st.integers(-300, 300))
    def a_bill_comes(self, which, product, count, more):
        key, found, number = pick(list(self.purchases), which), pick(self.products, product), self.new_key()
        line = self.purchases[key].lines.get(product=found)
        net = max(self.model.expected(key, found.pk, count) + more, 0)
        goods = Goods(line, count, from_minor(net))
        self.both(
            lambda day: procure_to_pay.bill(
                self.supplier, number=number, issued_on=day, lines=[goods], accepted_because="So", on=day
            ),
            lambda model: model.bill(key, found.pk, count, net),
        )

    @rule(which=some, product=some, count=pieces)
    def goods_are_sent_back(self, which, product, count):
        key, found, name = pick(list(self.purchases), which), pick(self.products, product), self.new_key()
        line = self.purchases[key].lines.get(product=found)
        self.both(
            lambda day: procure_to_pay.send_back(
                fresh(self.purchases[key]), quantities={line.pk: count}, key=name, reason="Broken", on=day
            ),
            lambda model: model.send_back(key, found.pk, count),
        )

    # From one warehouse to another

    @rule(origin=some, way=st.integers(1, 2), counts=st.lists(st.integers(0, 2), min_size=3, max_size=3))
    def goods_are_sent_on_their_way(self, origin, way, counts):
        wanted, key = self.by_product(counts), self.new_key()
        if not wanted:
            return
        first, second = pick(self.places, origin), pick(self.places, origin + way)
        self.transfers[key] = transferring.draft(first, second, quantities=wanted, on=self.day)
        self.model.transfers[key] = Moved(first.pk, second.pk, wanted)
        self.both(
            lambda day: transferring.send(fresh(self.transfers[key]), on=day),
            lambda model: model.send(key),
        )

    @rule(which=some, counts=st.lists(st.sampled_from([0, 0, 0, 1]), min_size=3, max_size=3))
    def goods_arrive(self, which, counts):
        if self.transfers:
            key = pick(list(self.transfers), which)
            lines = dict(self.transfers[key].lines.values_list("product", "pk"))
            lost = {product: n for product, n in self.by_product(counts).items() if product in lines}
            missing = {lines[product]: count for product, count in lost.items()}
            reasons = dict.fromkeys(missing, "Fell off")
            self.both(
                lambda day: transferring.receive(
                    fresh(self.transfers[key]), missing=missing, reasons=reasons, on=day
                ),
                lambda model: model.arrive(key, lost),
            )

    @rule(which=some)
    def goods_are_called_back(self, which):
        if self.transfers:
            key = pick(list(self.transfers), which)
            self.both(
                lambda day: transferring.cancel(fresh(self.transfers[key]), on=day),
                lambda model: model.call_back(key),
            )

    # Counting

    @rule(place=some, counts=st.lists(st.integers(0, 1), min_size=3, max_size=3))
    def a_stocktake_begins(self, place, counts):
        where, products, key = pick(self.places, place), list(self.by_product(counts)), self.new_key()
        if products:

            def start(day):
                self.stocktakes[key] = stocktaking.start(where, products=products, on=day)

            self.both(start, lambda model: model.start(key, where.pk, products))

    @rule(which=some, more=st.lists(st.integers(-2, 1), min_size=3, max_size=3))
    def goods_are_counted(self, which, more):
        if self.model.stocktakes:
            key = pick(list(self.model.stocktakes), which)
            where, lines = self.model.stocktakes[key]
            counts = [max(self.model.good(p, where) + n, 0) for p, n in zip(lines, more, strict=False)]
            rows = dict(self.stocktakes[key].lines.values_list("product", "pk"))
            counted = {rows[product]: count for product, count in zip(lines, counts, strict=False)}
            self.both(
                lambda day: stocktaking.count(self.stocktakes[key], counted=counted),
                lambda model: model.count(key, counts),
            )

    @rule(which=some)
    def a_stocktake_is_posted(self, which):
        if self.model.stocktakes:
            key = pick(list(self.model.stocktakes), which)
            self.both(
                lambda day: stocktaking.post(fresh(self.stocktakes[key]), on=day),
                lambda model: model.post(key),
            )

    @rule(product=some, place=some, count=st.integers(1, 3), way=st.sampled_from(["aside", "free", "scrap"]))
    def goods_are_set_aside(self, product, place, count, way):
        found, where, key = pick(self.products, product), pick(self.places, place), self.new_key()
        facts = {"warehouse": where, "quantity": count, "reason": "Broken", "key": key}
        facts |= {"condition": "damaged"}
        real, expected = {
            "aside": (stocktaking.set_aside, lambda m: m.set_aside(found.pk, where.pk, count, "damaged")),
            "free": (
                stocktaking.free,
                lambda m: (m.set_aside(found.pk, where.pk, -count, "damaged"), m.ask([found.pk])),
            ),
            "scrap": (stocktaking.scrap, lambda m: m.go(found.pk, where.pk, count, aside="damaged")),
        }[way]
        self.both(lambda day: real(found, on=day, **facts), expected)

    # Who waits, and who holds

    @rule(
        key=st.sampled_from(["anna", "bert"]),
        counts=st.lists(st.sampled_from([0, 0, 1, 2, 5]), min_size=3, max_size=3),
        days=st.integers(1, 6),
    )
    def a_shopper_holds(self, key, counts, days):
        wanted = self.by_product(counts)
        if wanted and key not in self.orders:
            minutes = days * 24 * 60 - 1
            until = at(self.day) + timedelta(days=1, minutes=minutes)
            self.both(
                lambda day: holds.hold(wanted, key=key, now=at(day), minutes=minutes),
                lambda model: model.hold(key, wanted, now=at(self.day), until=until),
            )

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

    def by_product(self, counts):
        return {product.pk: count for product, count in zip(self.products, counts, strict=True) if count}

    def purchased(self, key, counts):
        lines = dict(self.purchases[key].lines.values_list("product", "pk"))
        return {lines[product]: count for product, count in self.by_product(counts).items()}

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
                (line.product_id, line.quantity, line.waits, cost_in_cents(line), line.returned, line.picked)
                for line in note.lines.all()
            ),
        )
        for note in rows.order_by("pk")
    ]


def cost_in_cents(line):
    return -1 if line.cost is None else minor(line.cost)


def pictured(note):
    """Return a note of the model likewise."""
    lines = []
    for line in note.lines:
        cost = -1 if line.cost is None else line.cost
        lines.append((line.product, line.quantity, line.waits, cost, line.returned, line.picked))
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
