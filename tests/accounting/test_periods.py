"""Years open themselves; what is locked stays as it was."""

import threading
from datetime import date
from decimal import Decimal

import pytest
from django.contrib.auth import get_user_model
from django.db import connection, transaction

from accounting.ledger import reverse
from accounting.models import BalanceSnapshot, FiscalYear, JournalEntry, Period
from accounting.periods import (
    Area,
    AreaLocked,
    EarlierPeriodOpen,
    NoSuchYear,
    PeriodLocked,
    lock,
    lock_area,
    open_area,
    period_for,
)
from accounting.reports import totals, turnover

from .scenes import MONDAY, book, books_are_sound, payment, sale, transfer

JANUARY, FEBRUARY, APRIL = date(2026, 1, 15), date(2026, 2, 15), date(2026, 4, 15)


def locked(day, *, by=None):
    with transaction.atomic():
        lock(period_for(day), reason="Declared", by=by)


def test_a_year_opens_with_its_months_at_the_first_posting(db):
    book(transfer("old:1", on=date(2011, 2, 28)))
    assert FiscalYear.objects.get().end == date(2011, 12, 31)
    assert Period.objects.count() == 12
    assert JournalEntry.objects.get().entry_no == "GENERAL-2011-000001"
    assert str(JournalEntry.objects.get().period) == "2011-02"


@pytest.mark.parametrize("year", [1, 1900, 1989, 2100, 9999])
def test_a_year_far_away_is_a_slip(db, year):
    with pytest.raises(NoSuchYear, match="1990 to 2099"):
        book(transfer("x:1", on=date(year, 5, 1)))


def test_a_locked_period_takes_no_entry_but_knows_those_it_has(db):
    first = book(transfer("x:1", on=JANUARY))
    locked(JANUARY)
    with pytest.raises(PeriodLocked, match="2026-01 is locked"):
        book(transfer("x:2", on=JANUARY))
    assert book(transfer("x:1", on=JANUARY)) == first
    with transaction.atomic():
        assert reverse(first, on=FEBRUARY).date == FEBRUARY


def test_periods_are_locked_in_their_order_and_once(db):
    clerk = get_user_model().objects.create_user("clerk", "clerk@example.com")
    book(transfer("x:1", on=FEBRUARY))
    with pytest.raises(EarlierPeriodOpen, match="2026-01 is still open"):
        locked(FEBRUARY)
    locked(JANUARY, by=clerk)
    january = Period.objects.get(start=date(2026, 1, 1))
    assert january.locked_by == clerk
    assert january.locked_at
    with pytest.raises(PeriodLocked, match="locked already"), transaction.atomic():
        lock(january, reason="Once more", by=clerk)


def test_no_earlier_year_opens_once_a_period_is_locked(db):
    book(transfer("x:1", on=JANUARY))
    locked(JANUARY)
    with pytest.raises(PeriodLocked, match="closed up to 2026-01-31: 2024 cannot be opened"):
        book(transfer("x:2", on=date(2024, 6, 1)))
    assert book(transfer("x:3", on=date(2027, 6, 1))).entry_no == "GENERAL-2027-000001"


def test_balances_are_kept_and_added_to(paid, customer):
    book(transfer("x:1", on=JANUARY, amount="7.00"))
    before = totals(None)
    for day in (JANUARY, FEBRUARY, MONDAY):
        locked(day)
    book(payment(customer, "1.00", key="payment:2", on=APRIL))

    assert BalanceSnapshot.objects.filter(period_end=date(2026, 3, 31)).count() == len(before)
    assert totals(date(2026, 3, 31)) == before
    assert totals(APRIL) == {account: (debit, credit) for account, debit, credit in turnover(None, APRIL)}
    assert totals(date(2026, 1, 20)) == totals(date(2026, 2, 20))
    assert totals(date(2025, 12, 31)) == {}
    assert books_are_sound()


def test_a_period_locked_for_vat_takes_no_tax_code_until_it_is_opened(sold, customer, vat):
    with transaction.atomic():
        lock_area(period_for(MONDAY), Area.VAT, reason="Declared", by=None)
    assert book(sale(customer, vat=vat)) == sold
    with pytest.raises(AreaLocked, match="2026-03 is locked for VAT: it takes no entry with a tax code"):
        book(sale(customer, key="sale:2", vat=vat))
    book(transfer("x:1"))
    book(sale(customer, key="sale:3"))
    with transaction.atomic():
        open_area(period_for(MONDAY), Area.VAT, reason="Corrected", by=None)
    book(sale(customer, key="sale:4", vat=vat))
    assert books_are_sound()


@pytest.mark.django_db(transaction=True)
def test_a_year_opened_by_many_at_once_is_opened_once():
    problems = []

    def open_year(number):
        try:
            book(transfer(f"x:{number}"))
        except Exception as problem:
            problems.append(problem)
            raise
        finally:
            connection.close()

    threads = [threading.Thread(target=open_year, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    assert (FiscalYear.objects.count(), Period.objects.count(), JournalEntry.objects.count()) == (1, 12, 6)


@pytest.mark.django_db(transaction=True)
def test_locking_waits_for_a_posting_that_is_under_way():
    """Its amount is in the balances kept, or it is refused: never in neither."""
    book(transfer("x:1", on=JANUARY))
    posted, outcomes = threading.Event(), []

    def post_slowly():
        with transaction.atomic():
            book(transfer("x:2", on=JANUARY, amount="5.00"))
            posted.set()
            locker.join(0.5)
        connection.close()

    def lock_meanwhile():
        posted.wait(5)
        locked(JANUARY)
        outcomes.append("locked")
        connection.close()

    locker = threading.Thread(target=lock_meanwhile)
    poster = threading.Thread(target=post_slowly)
    locker.start()
    poster.start()
    poster.join()
    locker.join()
    assert outcomes == ["locked"]
    assert BalanceSnapshot.objects.get(account__role="BANK").debit == Decimal("6.00")
    assert books_are_sound()


@pytest.mark.django_db(transaction=True)
def test_a_posting_that_comes_while_its_period_is_being_locked_is_refused_in_words():
    book(transfer("x:1", on=JANUARY))
    locking, outcomes = threading.Event(), []

    def lock_slowly():
        with transaction.atomic():
            lock(period_for(JANUARY), reason="Declared", by=None)
            locking.set()
            poster.join(0.5)
        connection.close()

    def post_meanwhile():
        locking.wait(5)
        try:
            book(transfer("x:2", on=JANUARY))
        except PeriodLocked as refusal:
            outcomes.append(str(refusal))
        connection.close()

    poster = threading.Thread(target=post_meanwhile)
    locker = threading.Thread(target=lock_slowly)
    poster.start()
    locker.start()
    locker.join()
    poster.join()
    assert outcomes == ["2026-01 is locked: nothing can be posted into it."]
    assert books_are_sound()
