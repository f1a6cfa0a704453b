"""Open items of any day: whatever was posted, settled and reversed, they are the account of that day."""

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from accounting import ledger
from accounting.chart import RECEIVABLE
from accounting.ledger import Entry, Line, allocate
from accounting.models import JournalEntry, JournalLine, OpenItem, Party
from accounting.money import from_minor
from accounting.open_items import open_at

from .scenes import FRIDAY, MONDAY, TUESDAY, book, payment, sale

FIRST = date(2023, 12, 28)  # over the end of two years and a 29th of February
days = st.integers(0, 70).map(lambda after: FIRST + timedelta(days=after))
amounts = st.integers(-999, 999).filter(bool).map(from_minor)
things = st.one_of(
    st.tuples(st.just("post"), days, amounts, st.integers(0, 1), st.one_of(st.none(), days)),
    st.tuples(st.just("post"), days, amounts, st.integers(0, 1), st.none()),
    st.tuples(st.just("settle"), days, st.randoms(use_true_random=False)),
    st.tuples(st.just("reverse"), days, st.randoms(use_true_random=False)),
)


def open_on(day, **which):
    return [(item.source_key, str(item.open)) for item in open_at(RECEIVABLE, on=day, **which)]


@pytest.mark.django_db
def test_each_day_has_what_was_open_then(paid, customer):
    assert open_on(MONDAY) == [("sale:1", "119.00")]
    assert open_on(TUESDAY) == open_on(FRIDAY) == [("sale:1", "59.00")]
    assert open_on(MONDAY - timedelta(days=1)) == []
    assert open_on(FRIDAY, party=Party.objects.create(key="user:8", name="Bob")) == []


@pytest.mark.django_db
def test_what_is_settled_before_it_is_booked_counts_from_the_later_day(customer):
    """Monday's money pays for what is billed on Tuesday: on Monday it is nothing but a credit."""
    book(payment(customer, "119.00", on=MONDAY))
    book(sale(customer, on=TUESDAY))
    with transaction.atomic():
        ledger.allocate_entries("sale:1", "payment:1", Decimal("119.00"), on=MONDAY, key="early")
    assert open_on(MONDAY) == [("payment:1", "-119.00")]
    assert open_on(TUESDAY) == []


@pytest.mark.parametrize(
    ("due", "on", "late"),
    [
        (date(2024, 2, 29), date(2024, 2, 29), 0),
        (date(2024, 2, 29), date(2024, 3, 1), 1),
        (date(2024, 2, 29), date(2025, 2, 28), 365),
        (date(2023, 12, 31), date(2024, 1, 1), 1),
        (date(2023, 12, 31), date(2024, 3, 1), 61),
    ],
)
@pytest.mark.django_db
def test_days_late_are_counted_from_the_day_it_is_due(customer, due, on, late):
    line = Line(RECEIVABLE, Decimal("1.00"), customer, None, due)
    day = date(2023, 12, 1)
    book(Entry(day, "sale:1", "", (line, Line("OPENING_BALANCES", Decimal("-1.00"))), journal="SALES"))
    [item] = open_at(RECEIVABLE, on=on)
    assert item.days_late(on) == late


def live(history):
    parties = [Party.objects.create(key=f"p:{number}", name="P") for number in range(2)]
    for number, (kind, day, *rest) in enumerate(history):
        if kind == "post":
            amount, party, due = rest
            line = Line(RECEIVABLE, amount, parties[party], None, due)
            lines = (line, Line("OPENING_BALANCES", -amount))
            ledger.post(Entry(date=day, source_key=f"e:{number}", memo="", lines=lines, journal="GENERAL"))
        elif kind == "settle":
            settle(rest[0], day, f"a:{number}")
        else:
            undo(rest[0], day)


def settle(chance, day, key):
    items = list(OpenItem.objects.exclude(residual=0).select_related("line"))
    pairs = [(d, c) for d in items for c in items if d.residual > 0 > c.residual]
    pairs = [(d, c) for d, c in pairs if d.line.party_id == c.line.party_id]
    if pairs:
        debit, credit = chance.choice(pairs)
        most = min(debit.residual, -credit.residual)
        allocate(debit, credit, from_minor(chance.randint(1, int(most * 100))), on=day, key=key)


def undo(chance, day):
    left = list(JournalEntry.objects.filter(reverses=None, reversed_by=None).order_by("pk"))
    if left:
        ledger.reverse(chance.choice(left), on=day)


class Histories(TestCase):
    @given(st.lists(things, min_size=3, max_size=14))
    @settings(max_examples=30, deadline=None)
    def test_open_items_are_the_account_of_each_party_on_each_day(self, history):
        with transaction.atomic():
            live(history)
        for after in range(-1, 72, 6):
            day = FIRST + timedelta(days=after)
            items, booked = defaultdict(Decimal), defaultdict(Decimal)
            for item in open_at(RECEIVABLE, on=day):
                assert item.day <= day
                assert 0 < item.open / item.original <= 1
                items[item.party_id] += item.open
            for line in JournalLine.objects.filter(account__role=RECEIVABLE, date__lte=day):
                booked[line.party_id] += line.amount
            assert {k: v for k, v in items.items() if v} == {k: v for k, v in booked.items() if v}
