"""A machine that buys, pays, hears, ships, takes back, credits and cancels, in any order, and crashes.

After each step every check of the books holds. A step that crashes leaves no trace, and then happens as if
it had not. Whatever was done can be asked for again, by a customer, a clerk or a provider: nothing changes.
"""

import os
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from accounting.money import from_minor
from accounting.refusal import Refusal
from erp import order_to_cash, parcels, paying, returning
from erp.delivery.models import DeliveryLine, DeliveryNote, Return, ReturnLine
from erp.documents import outbox
from erp.invoicing.models import InvoiceLine, Payment
from erp.invoicing.providers import card as sandbox_card
from erp.sales.pricing import price
from tests.books import findings
from tests.chain.faults import Fault, lose_database
from tests.chain.scenes import company, every_row
from tests.factories import MONDAY, ProductClassFactory, ProductFactory, sale, sale_line

MACHINE = settings(
    max_examples=int(os.environ.get("MACHINES", "12")),
    stateful_step_count=14,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
CARDS = {"card": sandbox_card.APPROVED, "redirect": sandbox_card.REDIRECT}

some = st.integers(0, 3)
pieces = st.sampled_from([1, 1, 1, 2, 2, 3, 9, 0])
crashes = st.one_of(st.none(), st.none(), st.none(), st.integers(0, 40))


class Sales(RuleBasedStateMachine):
    """One company, one day after the other. What is refused has not happened."""

    products: list = []

    def __init__(self):
        super().__init__()
        self.sandwich = transaction.atomic()
        self.sandwich.__enter__()
        self.orders, self.done, self.day = [], [], MONDAY

    def teardown(self):
        connection.check_constraints()
        transaction.set_rollback(True)
        self.sandwich.__exit__(None, None, None)

    @initialize(trusting=st.booleans())
    def begin(self, trusting):
        company(ship_before_payment=trusting)

    @rule(
        wanted=st.lists(st.tuples(some, st.sampled_from([1, 1, 2, 3])), min_size=1, max_size=3),
        way=st.sampled_from(["bank", "card", "redirect", "redirect"]),
        policy=st.sampled_from(["order", "order", "payment", "shipment"]),
        shipping=st.integers(0, 600),
        crash=crashes,
    )
    def buy(self, wanted, way, policy, shipping, crash):
        key = f"sale {self.next_day()}"
        lines = [
            sale_line(pick(self.products, n), count, "9.99", tax_code="DE-S-7" if n == 1 else "DE-S-19")
            for n, count in wanted
        ]
        wish = sale(
            *lines,
            key=key,
            email="",
            payment_method="card" if way in CARDS else way,
            charge=from_minor(shipping),
            invoice_on=policy,
        )
        if way in CARDS:
            form = {"card_number": CARDS[way]}
            amount = price(wish).gross
            wish = replace(
                wish, payment=paying.start_payment("card", amount, key=key, form_data=form, on=self.day)
            )
        order = self.happens(lambda day: order_to_cash.place(wish, on=day), crash)
        if order:
            self.orders.append(order)

    @rule(
        order=some,
        kind=st.sampled_from(["authorised", "authorised", "failed"]),
        times=st.integers(1, 3),
        crash=crashes,
    )
    def the_provider_tells(self, order, kind, times, crash):
        payment = self.one_of(Payment.objects.filter(provider="card"), order)
        if payment:
            body, headers = sandbox_card.decide(payment, kind=kind)
            for _ in range(times):
                self.happens(lambda day: paying.hear("card", body, headers, now=at(day)), crash)

    @rule(order=some, percent=st.sampled_from([100, 100, 50, 33, 130]), crash=crashes)
    def a_transfer_comes(self, order, percent, crash):
        payment = self.one_of(Payment.objects.filter(provider="bank").exclude(order=None), order)
        if payment:
            amount = (payment.amount * percent / 100).quantize(Decimal("0.01"))
            reference = f"transfer {self.next_day()}"
            self.happens(
                lambda day: order_to_cash.settle(fresh(payment), amount=amount, reference=reference, on=day),
                crash,
            )

    @rule(which=some, crash=crashes)
    def money_that_nobody_owes_goes_back(self, which, crash):
        surplus = self.one_of(Payment.objects.filter(captured__gt=0), which)
        if surplus:
            self.happens(lambda day: order_to_cash.give_back(fresh(surplus), on=day), crash, again=False)

    @rule(
        which=some,
        count=pieces,
        rest=st.sampled_from(["later", "later", "cancel"]),
        whole=st.booleans(),
        crash=crashes,
    )
    def ship(self, which, count, rest, whole, crash):
        note = self.one_of(DeliveryNote.objects.all(), which)
        if note:
            line = note.lines.order_by("pk").first()
            quantities = None if whole else {line.pk: count}
            self.happens(
                lambda day: order_to_cash.ship(fresh(note), quantities=quantities, rest=rest, on=day), crash
            )

    @rule(which=some, crash=crashes)
    def a_parcel_arrives(self, which, crash):
        note = self.one_of(DeliveryNote.objects.all(), which)
        if note:
            self.happens(lambda day: parcels.deliver(fresh(note), on=day), crash)

    @rule(which=some, crash=crashes)
    def a_rest_is_cancelled(self, which, crash):
        note = self.one_of(DeliveryNote.objects.all(), which)
        if note:
            self.happens(lambda day: parcels.cancel_rest(fresh(note), on=day), crash)

    @rule(which=some, count=pieces, crash=crashes)
    def something_is_to_come_back(self, which, count, crash):
        line = self.one_of(DeliveryLine.objects.filter(cost__isnull=False), which)
        if line:
            key = f"return {self.next_day()}"
            self.happens(
                lambda day: returning.request(line.note.order, quantities={line.pk: count}, key=key, on=day),
                crash,
            )

    @rule(which=some, count=pieces, kept=st.lists(st.integers(0, 2), min_size=4, max_size=4), crash=crashes)
    def a_return_goes_on(self, which, count, kept, crash):
        document = self.one_of(Return.objects.all(), which)
        if not document:
            return
        line = document.lines.order_by("pk").first()
        decided = dict(zip(ReturnLine.DISPOSITIONS, kept, strict=True))
        for step in (
            lambda day: returning.approve(fresh(document), on=day),
            lambda day: returning.receive(fresh(document), quantities={line.pk: count}, on=day),
            lambda day: returning.inspect(fresh(document), dispositions={line.pk: decided}, on=day),
            lambda day: order_to_cash.close_return(fresh(document), on=day),
        ):
            self.happens(step, crash, again=False)

    @rule(order=some, whole=st.booleans(), crash=crashes)
    def a_customer_withdraws(self, order, whole, crash):
        found = self.orders and pick(self.orders, order)
        if found:
            line = DeliveryLine.objects.filter(note__order=found, cost__isnull=False).order_by("pk").first()
            quantities = None if whole or line is None else {line.pk: 1}
            key = f"withdrawal {self.next_day()}"
            self.happens(
                lambda day: returning.withdraw(fresh(found), now=at(day), key=key, quantities=quantities),
                crash,
            )

    @rule(which=some, count=pieces, cents=st.integers(1, 700), by_amount=st.booleans(), crash=crashes)
    def something_is_credited(self, which, count, cents, by_amount, crash):
        line = self.one_of(InvoiceLine.objects.all(), which)
        if line:
            wanted = (
                {"amounts": {line.pk: from_minor(cents)}} if by_amount else {"quantities": {line.pk: count}}
            )
            key = f"credit {self.next_day()}"
            self.happens(lambda day: order_to_cash.credit(line.invoice, key=key, on=day, **wanted), crash)

    @rule(order=some, crash=crashes)
    def an_order_is_cancelled(self, order, crash):
        if self.orders:
            found = pick(self.orders, order)
            self.happens(lambda day: order_to_cash.cancel(fresh(found), on=day), crash)

    @rule(order=some, crash=crashes)
    def an_order_is_billed(self, order, crash):
        if self.orders:
            found = pick(self.orders, order)
            self.happens(lambda day: order_to_cash.invoice(fresh(found), on=day), crash)

    @rule(days=st.sampled_from([0, 0, 1, 400]))
    def the_queue_is_worked_on(self, days):
        while outbox.run_due(at(self.day + timedelta(days=days))):
            pass

    @rule(chance=st.randoms(use_true_random=False))
    def everything_is_asked_for_again(self, chance):
        self.the_queue_is_worked_on(400)
        before = every_row()
        chance.shuffle(self.done)
        for action in self.done:
            with suppress(Refusal), transaction.atomic():
                action()
        assert every_row() == before

    @invariant()
    def the_books_are_sound(self):
        assert findings() == []

    def happens(self, action, crash, *, again=True):
        """Let something happen, after a crash half way if there is to be one; return what came of it."""
        day = self.next_day()
        if crash is not None:
            before = every_row()
            if is_struck(lambda: action(day), crash):
                assert every_row() == before
        try:
            with transaction.atomic():
                result = action(day)
        except Refusal:
            return None
        if again:
            self.done.append(lambda: action(day))
        return result

    def next_day(self):
        self.day += timedelta(days=1)
        return self.day

    def one_of(self, rows, number):
        keys = list(rows.order_by("pk").values_list("pk", flat=True))
        return rows.get(pk=pick(keys, number)) if keys else None


def is_struck(action, boundary):
    """Let the database go away at a statement of an action. Return whether it got that far."""
    fault = Fault(boundary, lose_database, lasts=True)
    with suppress(Refusal, DatabaseError), transaction.atomic():
        with fault.watching():
            action()
        if not fault.hit:
            raise Unharmed
    return fault.hit


class Unharmed(DatabaseError):
    """The action was over before its fault: it is undone, and happens then."""


def at(day):
    return datetime.combine(day, time(12), tzinfo=UTC)


def fresh(row):
    return type(row).objects.get(pk=row.pk)


def pick(things, number):
    return things[number % len(things)]


@pytest.fixture
def goods(db):
    """Three products, of which one is taxed less, and a service."""
    service = ProductClassFactory(name="Services", track_stock=False, requires_shipping=False)
    found = [ProductFactory(stock=(count, "3.33")) for count in (6, 9, 14)]
    return [*found, ProductFactory(product_class=service)]


def test_whatever_happens_the_books_are_sound_after_every_step(goods):
    Sales.products = goods
    run_state_machine_as_test(Sales, settings=MACHINE)
