"""Turnover reckoned up by day says what the lines say, whatever is posted later and whoever is posting."""

import threading
from datetime import date
from decimal import Decimal

import pytest
from django.db import OperationalError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounting import guards, reckoned
from accounting.chart import BANK, account
from accounting.ledger import balance
from accounting.lines import AccountLines
from accounting.models import DayTurnover, MonthTurnover
from accounting.periods import lock, period_for
from accounting.reports import totals, trial_balance, turnover

from .scenes import FRIDAY, MONDAY, TUESDAY, book, books_are_sound, findings, transfer

LATE = date(2026, 1, 15)
LATER = date(2026, 4, 10)
DAYS = st.dates(date(2026, 1, 1), date(2026, 4, 30))
steps = st.lists(
    st.one_of(st.tuples(DAYS, st.integers(1, 999)), st.dates(MONDAY, LATER), st.just("lock")), max_size=12
)


def from_lines(day):
    return {key: (debit, credit) for key, debit, credit in turnover(None, day)}


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps, DAYS)
def test_whatever_is_posted_reckoned_and_locked_balances_are_those_of_the_lines(db, steps, asked):
    locked_to = 0
    with transaction.atomic():
        for place, step in enumerate(steps):
            if isinstance(step, date):
                reckoned.reckon(on=step)
            elif step == "lock":
                locked_to = min(locked_to + 1, 4)
                if locked_to < 4:
                    lock(period_for(date(2026, locked_to, 1)), reason="Closed", by=None)
            elif step[0].month > locked_to:
                book(transfer(f"x:{place}", on=step[0], amount=Decimal(step[1]) / 100))
        assert totals(asked) == from_lines(asked)
        assert totals(None) == from_lines(None)
        assert findings() == []
        lines = AccountLines(account(BANK), date(2026, 1, 9), asked)
        assert (lines.count(), list(lines.every())) == (lines.lines().count(), lines.part(0, 99))
        transaction.set_rollback(True)


def test_an_entry_dated_into_a_day_that_was_reckoned_up_counts(db):
    book(transfer("x:1", on=MONDAY, amount="3.00"))
    reckoned.reckon(on=LATER)
    book(transfer("x:2", on=MONDAY, amount="4.00"))
    book(transfer("x:3", on=LATE, amount="5.00"))

    assert [row.closing for row in trial_balance(end=MONDAY)] == [12, -12]
    assert [row.closing for row in trial_balance(end=LATE)] == [5, -5]
    reckoned.reckon(on=LATER)
    assert [row.closing for row in trial_balance(end=MONDAY)] == [12, -12]
    assert books_are_sound()


def test_months_that_are_over_are_summed_up_and_what_comes_later_is_added(db):
    book(transfer("x:1", on=LATE, amount="3.00"))
    book(transfer("x:2", on=date(2026, 1, 31), amount="4.00"))
    book(transfer("x:3", on=MONDAY, amount="5.00"))
    reckoned.reckon(on=FRIDAY)
    january = date(2026, 1, 1)
    assert set(MonthTurnover.objects.values_list("date", "debit", "credit")) == {
        (january, 7, 0),
        (january, 0, 7),
    }
    book(transfer("x:4", on=LATE, amount="1.00"))
    reckoned.reckon(on=FRIDAY)
    assert sorted(MonthTurnover.objects.filter(debit__gt=0).values_list("date", "debit")) == [
        (january, 1),
        (january, 7),
    ]
    reckoned.reckon(on=LATER)
    assert MonthTurnover.objects.get(date=date(2026, 3, 1), debit__gt=0).debit == 5
    for day in (LATE, date(2026, 1, 31), date(2026, 2, 28), MONDAY, None):
        assert totals(day) == from_lines(day)
    assert books_are_sound()


def test_nothing_is_reckoned_up_twice(db):
    book(transfer("x:1"))
    reckoned.reckon(on=LATER)
    rows = list(DayTurnover.objects.values_list())
    reckoned.run({}, now=None)
    assert list(DayTurnover.objects.values_list()) == rows
    assert len(rows) == 2


def test_an_account_opens_with_what_was_reckoned_up_and_what_came_since(db):
    book(transfer("x:1", on=LATE, amount="3.00"))
    reckoned.reckon(on=LATER)
    book(transfer("x:2", on=MONDAY, amount="4.00"))
    book(transfer("x:3", on=TUESDAY, amount="5.00"))
    lines = AccountLines(account(BANK), TUESDAY, FRIDAY)
    assert lines.opening() == 7
    assert [told for _, told in lines.part(0, 9)] == [12] == [balance(BANK)]


@pytest.mark.parametrize(
    ("table", "changes", "told"),
    [
        ("day", "debit = debit + 1", "on 2026-03-02: the turnover that was reckoned up is not that of its"),
        ("day", "lines = lines + 1", "on 2026-03-02: the turnover that was reckoned up is not that of its"),
        (
            "month",
            "credit = credit + 1",
            "in 2026-03: the turnover that was summed up is not that of its days.",
        ),
    ],
)
def test_a_day_or_month_that_is_not_what_its_lines_say_is_found(db, table, changes, told):
    book(transfer("x:1"))
    reckoned.reckon(on=LATER)
    assert findings() == []
    connection.check_constraints()
    guards.drop()
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE accounting_{table}turnover SET {changes}")
    connection.check_constraints()
    guards.install()
    assert any(told in sentence for sentence in findings())


@pytest.mark.django_db(transaction=True)
def test_an_entry_that_is_being_posted_is_left_for_the_next_time_or_counted():
    """It has the lower key and is there later: it must not be passed over."""
    drawn, later = threading.Event(), threading.Event()

    def post_slowly():
        with transaction.atomic():
            book(transfer("x:1", amount="5.00"))
            drawn.set()
            later.wait(1)
        connection.close()

    slow = threading.Thread(target=post_slowly)
    slow.start()
    drawn.wait(5)
    try:
        reckoned.reckon(on=LATER)
    except OperationalError:  # it waited half a second: the outbox asks again
        assert DayTurnover.objects.count() == 0
    later.set()
    slow.join()
    reckoned.reckon(on=LATER)
    assert totals(None) == from_lines(None)
    assert DayTurnover.objects.count() == 2
    assert books_are_sound()
