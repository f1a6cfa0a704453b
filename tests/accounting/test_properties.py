"""Whatever is posted, in whatever order: the books balance, and reversing all gives nothing."""

from collections import defaultdict
from datetime import date
from decimal import Decimal

from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from accounting.ledger import Entry, Line, balance, post, reverse
from accounting.models import JournalEntry, OpenItem, Party
from accounting.money import from_minor
from accounting.reports import general_ledger, trial_balance

from .scenes import books_are_sound

ROLES = ["BANK", "RECEIVABLE", "REVENUE", "VAT_PAYABLE", "INVENTORY", "COST_OF_GOODS_SOLD", "PAYABLE"]
amounts = st.integers(-(10**11), 10**11).map(from_minor)
days = st.dates(date(2025, 11, 1), date(2026, 2, 28))
raw_lines = st.lists(st.tuples(st.sampled_from(ROLES), amounts, st.integers(0, 2)), min_size=1, max_size=6)
histories = st.lists(st.tuples(days, raw_lines, st.sampled_from(["GENERAL", "SALES"])), max_size=6)


def entries_of(history):
    parties = [
        Party.objects.get_or_create(key=f"p:{number}", defaults={"name": "P"})[0] for number in range(3)
    ]
    for number, (day, raw, journal) in enumerate(history):
        lines = [Line(role, amount, parties[party]) for role, amount, party in raw]
        rest = sum((line.amount for line in lines), Decimal(0))
        lines.append(Line("OPENING_BALANCES", -rest))
        entry = Entry(date=day, source_key=f"e:{number}", memo="", lines=tuple(lines), journal=journal)
        if not entry.is_empty:
            yield entry


class Histories(TestCase):
    @given(histories)
    @settings(max_examples=25, deadline=None)
    def test_the_books_say_what_was_posted_and_balance(self, history):
        expected = defaultdict(Decimal)
        with transaction.atomic():
            for entry in entries_of(history):
                post(entry)
                for line in entry.lines:
                    expected[line.account] += line.amount
        rows = trial_balance()
        assert {row.account.role: row.closing for row in rows} == expected
        assert sum(row.closing for row in rows) == 0
        assert sum(row.debit for row in rows) == sum(row.credit for row in rows)
        for day in {day for day, _, _ in history}:
            until = {row.account.role: row.closing for row in trial_balance(None, day)}
            from_then = {row.account.role: row.opening for row in trial_balance(day)}
            assert sum(until.values()) == sum(from_then.values()) == 0
        assert sum(row.amount for row in general_ledger()) == 0
        assert books_are_sound()

    @given(histories, st.randoms(use_true_random=False))
    @settings(max_examples=12, deadline=None)
    def test_the_same_events_again_in_any_order_change_nothing(self, history, chance):
        with transaction.atomic():
            entries = list(entries_of(history))
            first = {post(entry).source_key for entry in entries}
            before = list(JournalEntry.objects.order_by("pk").values())
            chance.shuffle(entries)
            assert {post(entry).source_key for entry in entries} == first
        assert list(JournalEntry.objects.order_by("pk").values()) == before

    @given(histories)
    @settings(max_examples=12, deadline=None)
    def test_reversing_all_gives_nothing(self, history):
        with transaction.atomic():
            for posted in [post(entry) for entry in entries_of(history)]:
                reverse(posted, on=date(2026, 3, 1))
        assert all(balance(role) == 0 for role in ROLES)
        assert not OpenItem.objects.exclude(residual=0).exists()
        assert books_are_sound()
