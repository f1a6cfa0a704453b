"""Profit and loss and the balance sheet: of any day, over years that no entry closes, of any ledger."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from accounting import periods
from accounting.chart import account
from accounting.ledger import post
from accounting.lines import AccountLines, journal
from accounting.models import Account, JournalLine, Period
from accounting.reports import general_ledger, trial_balance
from accounting.statements import balance_sheet, profit_and_loss, total

from .scenes import book, transfer
from .test_properties import entries_of, histories

FIRST, LAST = date(2025, 11, 1), date(2026, 2, 28)
NEW_YEARS_EVE, NEW_YEAR = date(2025, 12, 31), date(2026, 1, 1)


def figures(groups):
    return {account.code: str(amount) for group in groups.values() for account, amount in group.items()}


@pytest.fixture
def two_years(db):
    """Capital and a sale with its cost in one year; rent, and a sale that is taken back, in the next."""
    Account.objects.filter(role__in=["REVENUE", "RETURNS"]).update(group="Sales")
    Account.objects.filter(role="COST_OF_GOODS_SOLD").update(group="Cost of goods")
    Account.objects.filter(role="EXPENSES").update(group="Running costs")
    for key, day, amount, debited, credited in (
        ("a", date(2025, 6, 1), "1000.00", "BANK", "OPENING_BALANCES"),
        ("b", NEW_YEARS_EVE, "300.00", "BANK", "REVENUE"),
        ("c", NEW_YEARS_EVE, "120.00", "COST_OF_GOODS_SOLD", "INVENTORY"),
        ("d", NEW_YEAR, "50.00", "EXPENSES", "BANK"),
        ("e", date(2026, 2, 28), "80.00", "BANK", "REVENUE"),
        ("f", date(2026, 3, 1), "30.00", "RETURNS", "BANK"),
    ):
        book(transfer(key, on=day, amount=amount, debited=debited, credited=credited))


def test_profit_and_loss_says_what_was_left_after_the_cost_of_goods_and_after_all(two_years):
    year = profit_and_loss(date(2026, 1, 1), date(2026, 12, 31))
    assert figures(year.sales) == {"4000": "80.00", "4900": "-30.00"}
    assert list(year.sales) == ["Sales"]
    assert (year.cost_of_sales, year.other_income) == ({}, {})
    assert figures(year.expenses) == {"6000": "50.00"}
    assert (year.gross_profit, year.result) == (50, 0)
    earlier = profit_and_loss(date(2025, 1, 1), NEW_YEARS_EVE)
    assert (earlier.gross_profit, earlier.result) == (180, 180)
    assert figures(earlier.cost_of_sales) == {"5000": "120.00"}
    assert profit_and_loss(date(2026, 1, 1), date(2026, 2, 28)).result == 30


def test_without_headings_trade_is_revenue_and_cost_of_goods_alone(two_years):
    Account.objects.update(group="")
    year = profit_and_loss(date(2025, 1, 1), date(2026, 12, 31))
    assert (figures(year.sales), figures(year.other_income)) == ({"4000": "380.00"}, {"4900": "-30.00"})
    assert (figures(year.cost_of_sales), figures(year.expenses)) == ({"5000": "120.00"}, {"6000": "50.00"})
    assert (year.gross_profit, year.result) == (260, 180)


def test_a_year_begins_with_no_result_and_the_one_before_is_carried_though_nothing_was_posted(two_years):
    eve, day = balance_sheet(NEW_YEARS_EVE), balance_sheet(NEW_YEAR)
    assert (eve.result_of_year, eve.result_before, eve.own) == (180, 0, 1180)
    assert (day.result_of_year, day.result_before, day.own) == (-50, 180, 1130)
    assert (eve.year_start, day.year_start) == (date(2025, 1, 1), NEW_YEAR)
    assert figures(day.assets) == {"1000": "1250.00", "1300": "-120.00"}
    assert figures(day.equity) == {"3900": "1000.00"}
    assert (eve.difference, day.difference) == (0, 0)
    much_later = balance_sheet(date(2029, 2, 1))  # a year that was never opened
    assert (much_later.result_of_year, much_later.result_before) == (0, 180)


def test_locking_a_year_changes_no_statement(two_years, admin_user):
    before = balance_sheet(NEW_YEAR), profit_and_loss(date(2025, 12, 1), NEW_YEAR)
    lines = AccountLines(account("BANK"), date(2025, 12, 15), date(2026, 3, 31))
    told = list(lines.every())
    with transaction.atomic():
        for period in Period.objects.filter(end__lt=NEW_YEAR).order_by("start"):
            periods.lock(period, reason="Closed", by=admin_user)
    assert (balance_sheet(NEW_YEAR), profit_and_loss(date(2025, 12, 1), NEW_YEAR)) == before
    assert (list(lines.every()), lines.opening()) == (told, 1000)


def test_the_days_of_an_account_are_read_in_parts_that_each_know_the_balance_before(two_years):
    lines = AccountLines(account("BANK"), date(2025, 12, 1), date(2026, 2, 28))
    every = [(line.entry.source_key, balance) for line, balance in lines.every()]
    assert every == [("b", 1300), ("d", 1250), ("e", 1330)]
    assert (lines.opening(), lines.turnover()) == (1000, (380, 50))
    for first in range(4):
        for stop in range(first, 4):
            part = [(line.entry.source_key, balance) for line, balance in lines.part(first, stop)]
            assert part == every[first:stop]


def test_lines_of_one_day_keep_the_order_of_their_entries(db):
    for number in range(5):
        book(transfer(f"e:{number}", amount=f"{number + 1}.00"))
    lines = AccountLines(account("BANK"), date(2026, 3, 2), date(2026, 3, 2))
    assert [balance for _, balance in lines.every()] == [1, 3, 6, 10, 15]
    assert [balance for _, balance in lines.part(3, 5)] == [10, 15]


def test_a_part_in_the_middle_reads_its_own_lines_only(two_years, django_assert_num_queries):
    lines = AccountLines(account("BANK"), date(2025, 1, 1), date(2026, 12, 31))
    with django_assert_num_queries(10) as asked:
        [(line, balance)] = lines.part(2, 3)
        assert (line.entry.source_key, str(line.account), balance) == ("d", "1000 Bank", Decimal(1250))
    lines = [
        query["sql"] for query in asked.captured_queries if 'FROM "accounting_journalline"' in query["sql"]
    ]
    assert len(lines) == 4  # of no day that was reckoned up, keys, what they say, and those earlier that day


def expected_result(start, end):
    lines = JournalLine.objects.filter(account__kind__in=["income", "expense"]).between(start, end)
    return -sum(line.amount for line in lines)


class Ledgers(TestCase):
    @given(histories, st.dates(FIRST, LAST), st.dates(FIRST, LAST))
    @settings(max_examples=30, deadline=None)
    def test_statements_of_any_ledger_agree_with_its_lines_on_any_day(self, history, one, other):
        start, end = sorted([one, other])
        with transaction.atomic():
            for entry in entries_of(history):
                post(entry)
        sheet, year, span = balance_sheet(end), balance_sheet(end).year_start, profit_and_loss(start, end)
        assert total(sheet.assets) == total(sheet.liabilities) + total(sheet.equity) + (
            sheet.result_of_year + sheet.result_before
        )
        assert sheet.difference == 0
        assert sheet.result_of_year == profit_and_loss(year, end).result == expected_result(year, end)
        assert sheet.result_before == expected_result(None, year - timedelta(days=1))
        assert span.result == expected_result(start, end)
        before = profit_and_loss(date(1990, 1, 1), start - timedelta(days=1)).result
        assert span.result == profit_and_loss(date(1990, 1, 1), end).result - before

    @given(histories, st.dates(FIRST, LAST), st.dates(FIRST, LAST), st.integers(1, 3))
    @settings(max_examples=20, deadline=None)
    def test_the_trial_balance_is_the_sum_of_the_ledger_of_each_account(self, history, one, other, size):
        start, end = sorted([one, other])
        with transaction.atomic():
            for entry in entries_of(history):
                post(entry)
        rows = trial_balance(start, end)
        for row in rows:
            lines = AccountLines(row.account, start, end)
            every = list(lines.every())
            assert lines.opening() == row.opening
            assert lines.turnover() == (row.debit, row.credit)
            assert row.opening + sum(line.amount for line, _ in every) == row.closing
            assert every == [told for at in range(0, len(every), size) for told in lines.part(at, at + size)]
        ledger = list(general_ledger(start, end))
        assert sum(row.debit for row in rows) == sum(max(line.amount, 0) for line in ledger)
        assert [(line.entry_id, line.line_no) for line in journal(start, end)] == [
            (line.entry_id, line.line_no) for line in ledger
        ]
