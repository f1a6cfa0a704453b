"""What comes late: a document of a month that is closed is booked in the next one, and marked.

Invoices and credit notes are dated as their entries. Stock moves on the day of its entry.
"""

import threading
from datetime import date, timedelta
from decimal import Decimal
from functools import partial

import pytest
from django.db import connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from accounting import periods
from accounting.models import Allocation, JournalEntry, Period, PeriodChange
from accounting.periods import PeriodLocked, period_of
from erp import billing, order_to_cash, postings, stocktaking
from erp.inventory.models import StockMove
from erp.inventory.services import main_warehouse
from erp.invoicing.invoices import Released
from tests.books import findings, is_sound
from tests.chain import test_histories as histories
from tests.chain.scenes import TUESDAY, company, every_row, pay, place, refused, ship, shipped_line, work
from tests.chain.threads import split, together
from tests.factories import MONDAY, ProductFactory, sale_line
from tests.purchasing import buying

Area = PeriodChange.Area
APRIL = date(2026, 4, 1)


@pytest.fixture
def lamp(db):
    company(ship_before_payment=True)
    return ProductFactory(title="Lamp", stock=(9, "4.00"))


def lock_month(day=MONDAY):
    with transaction.atomic():
        for period in Period.objects.filter(start__lte=day, locked=False).order_by("start"):
            periods.lock(period, reason="Declared", by=None)


def close(*areas, day=MONDAY):
    with transaction.atomic():
        for area in areas:
            periods.lock_area(period_of(day), area, reason="Declared", by=None)


def entry_of(kind):
    return JournalEntry.objects.filter(source_key__startswith=f"{kind}:").latest("pk")


def dates_of(kind):
    """When the last entry of a kind is dated, and for which day it is late."""
    entry = entry_of(kind)
    assert set(entry.lines.values_list("date", flat=True)) == {entry.date}
    return entry.date, entry.late_for


def moved_on(kind):
    return set(StockMove.objects.filter(kind=kind).values_list("moved_on", flat=True))


@pytest.mark.parametrize("how", [lock_month, partial(close, Area.STOCK)])
def test_goods_that_left_in_a_closed_month_leave_in_the_next(lamp, how):
    order = place(sale_line(lamp, 2))
    how()
    ship(order)
    assert dates_of("delivery") == (APRIL, TUESDAY)
    assert moved_on("shipment") == {APRIL}
    assert is_sound()


def test_what_concerns_another_area_is_not_late(lamp):
    close(Area.PURCHASES, Area.VAT)
    order = place(sale_line(lamp))
    ship(order)
    pay(order)
    assert dates_of("delivery") == (TUESDAY, None)
    assert dates_of("payment") == (TUESDAY, None)
    assert dates_of("invoice") == (APRIL, None)
    assert is_sound()


def test_an_invoice_is_dated_as_its_entry_and_paid_no_earlier(lamp):
    close(Area.SALES)
    order = place(sale_line(lamp))
    pay(order)
    assert order.invoices.get().issued_on == entry_of("invoice").date == APRIL
    assert dates_of("payment") == (TUESDAY, None)
    assert Allocation.objects.get().date == APRIL
    assert is_sound()


def test_money_of_a_closed_month_is_booked_in_the_next_once(lamp):
    order = place(sale_line(lamp))
    lock_month()
    pay(order)
    assert dates_of("payment") == (APRIL, TUESDAY)
    assert order.payments.get().operations.get(kind="capture").on == TUESDAY
    assert is_sound()
    before = every_row()
    pay(order)
    assert every_row() == before


def test_an_event_is_known_again_when_its_month_was_closed_meanwhile(lamp):
    order = place(sale_line(lamp))
    ship(order)
    note = order.delivery_notes.get()
    lock_month()
    before = every_row()
    again = postings.adjusted("adjustment:once", Decimal("1.00"), on=TUESDAY, reason="Found")
    with transaction.atomic():
        billing.post(again, by=None)
        after = JournalEntry.objects.count()
        billing.post(again, by=None)
        entry = entry_of("delivery")
        same = postings.shipped(note, Decimal("4.00"), Released(Decimal("8.40"), Decimal("0.00")), on=TUESDAY)
        billing.post(same, by=None)
        assert JournalEntry.objects.count() == after
        assert entry_of("delivery") == entry
        transaction.set_rollback(True)
    assert every_row() == before


def test_returned_goods_of_a_closed_month_are_here_and_credited_in_the_next(lamp):
    order = place(sale_line(lamp, 2))
    ship(order)
    pay(order)
    lock_month()
    order_to_cash.take_back(order, quantities={shipped_line(order).pk: 1}, on=TUESDAY, key="back")
    assert dates_of("return") == (APRIL, TUESDAY)
    assert moved_on("return") == {APRIL}
    assert order.credit_notes.get().issued_on == entry_of("credit").date == APRIL
    assert is_sound()


def test_dates_of_papers_ascend_although_one_is_late(lamp):
    first, second = (place(sale_line(lamp), key=key) for key in ("first", "second"))
    ship(first)
    ship(second)
    order_to_cash.credit(first.invoices.get(), quantities=whole(first), on=date(2026, 4, 20), key="c1")
    close(Area.SALES)
    order_to_cash.credit(second.invoices.get(), quantities=whole(second), on=TUESDAY, key="c2")
    assert second.credit_notes.get().issued_on == date(2026, 4, 20)
    assert is_sound()


def whole(order):
    return {order.invoices.get().lines.order_by("pk")[0].pk: 1}


def test_purchases_of_a_closed_month_are_booked_in_the_next(lamp):
    acme = buying.supplier()
    purchase = buying.ordered((lamp, 10, "4.00"), of=acme)
    lock_month()
    buying.receive(purchase, 10)
    assert dates_of("receipt") == (APRIL, TUESDAY)
    bill = buying.book(acme, buying.goods(purchase, 10, "41.00"), accepted_because="Dearer")
    assert bill.booked_on == APRIL
    assert dates_of("bill") == (APRIL, TUESDAY)
    assert moved_on("receipt") == moved_on("revaluation") == {APRIL}
    buying.pay(acme, "48.79")
    assert dates_of("supplier-payment") == (APRIL, buying.FRIDAY)

    assert is_sound()
    before = every_row()
    assert buying.book(acme, buying.goods(purchase, 10, "41.00"), accepted_because="Dearer") == bill
    assert every_row() == before


def test_a_bill_written_in_a_closed_month_and_booked_in_an_open_one_is_marked(lamp):
    acme = buying.supplier()
    lock_month(MONDAY)
    bill = buying.book(acme, buying.expense("10.00"), on=APRIL + timedelta(days=9))
    assert bill.booked_on == APRIL
    assert dates_of("bill") == (APRIL, TUESDAY)
    assert is_sound()


def test_a_bill_is_booked_on_its_own_day_but_not_before_the_books(lamp):
    acme = buying.supplier()
    buying.book(acme, buying.expense("10.00"), on=APRIL + timedelta(days=9))
    assert dates_of("bill") == (TUESDAY, None)
    old = buying.book(acme, buying.expense("10.00"), number="R 2", issued_on=TUESDAY.replace(year=2016))
    assert old.booked_on == buying.FRIDAY
    assert not Period.objects.filter(start__year=2016).exists()
    assert is_sound()


def test_a_bill_that_changes_the_value_of_stock_waits_for_stock_to_be_open(lamp):
    acme = buying.supplier()
    purchase = buying.ordered((lamp, 10, "4.00"), of=acme)
    buying.receive(purchase, 10)
    close(Area.STOCK)
    buying.book(acme, buying.goods(purchase, 10, "41.00"), accepted_because="Dearer")
    assert dates_of("bill") == (APRIL, TUESDAY)
    buying.book(acme, buying.expense("10.00"), number="R 2")
    assert dates_of("bill") == (TUESDAY, None)
    assert is_sound()


def test_a_count_of_a_closed_month_changes_the_next(lamp):
    close(Area.STOCK)
    stocktaking.adjust_stock(
        lamp, warehouse=main_warehouse(), quantity=-1, reason="Broken", on=TUESDAY, key="one"
    )
    assert dates_of("adjustment") == (APRIL, TUESDAY)
    assert is_sound()


def test_opening_stock_is_not_late_but_refused(lamp):
    lock_month()
    with refused(PeriodLocked, "2026-03 is locked: nothing can be posted into it"):
        stocktaking.receive_opening([(lamp, 1, Decimal("4.00"))], on=TUESDAY, key="more")


def test_the_next_open_month_may_be_of_a_year_that_opens_for_it(lamp):
    order = place(sale_line(lamp))
    lock_month(date(2026, 12, 31))
    ship(order)
    assert dates_of("delivery") == (date(2027, 1, 1), TUESDAY)
    assert is_sound()


def test_a_day_of_a_year_before_all_that_is_closed_is_late_too(lamp):
    lock_month()
    assert open_day(date(2019, 5, 1)) == APRIL
    close(Area.SALES, day=date(2026, 5, 1))
    assert open_day(date(2026, 5, 9), Area.SALES) == date(2026, 6, 1)
    assert open_day(date(2026, 5, 9)) == date(2026, 5, 9)


def open_day(*asked):
    with transaction.atomic():
        return periods.open_day(*asked)


# Races


@pytest.mark.django_db(transaction=True)
def test_an_area_is_locked_after_the_shipment_that_is_under_way_and_the_next_is_late():
    company(ship_before_payment=True)
    lamp = ProductFactory(stock=(9, "4.00"))
    first, second = (place(sale_line(lamp), key=key) for key in ("first", "second"))
    posted = threading.Event()
    seen = []

    def ship_slowly():
        with transaction.atomic():
            ship(first)
            posted.set()
            locker.join(0.5)
        connection.close()

    def lock_meanwhile():
        posted.wait(5)
        close(Area.STOCK)
        seen.append(entry_of("delivery").date)
        connection.close()

    locker, shipper = threading.Thread(target=lock_meanwhile), threading.Thread(target=ship_slowly)
    locker.start()
    shipper.start()
    shipper.join()
    locker.join()
    assert seen == [TUESDAY]
    ship(second)
    assert dates_of("delivery") == (APRIL, TUESDAY)
    assert is_sound()


@pytest.mark.django_db(transaction=True)
def test_shipments_and_locks_at_the_same_moment_leave_account_and_stock_of_each_day_alike():
    company(ship_before_payment=True)
    lamp = ProductFactory(stock=(9, "4.00"))
    orders = [place(sale_line(lamp), key=f"sale {n}") for n in range(4)]
    ships = [partial(ship, order) for order in orders]
    _, errors = split(together([*ships[:2], partial(close, Area.STOCK), lock_month, *ships[2:]]))
    assert [error for error in errors if not isinstance(error, PeriodLocked)] == []
    assert JournalEntry.objects.filter(source_key__startswith="delivery:").count() == 4
    assert is_sound()


# Whatever is closed when


class Closing(histories.World):
    """A company whose months are closed, opened and locked while it trades."""

    def close(self, area):
        return partial(
            transaction.atomic(periods.lock_area), period_of(self.day), area, reason="Declared", by=None
        )

    def open_again(self, area):
        return partial(
            transaction.atomic(periods.open_area), period_of(self.day), area, reason="A slip", by=None
        )

    def lock(self):
        return partial(
            transaction.atomic(periods.lock),
            period_of(self.day - timedelta(days=20)),
            reason="Declared",
            by=None,
        )


areas = st.sampled_from(list(periods.AREAS))
changes = st.one_of(
    st.tuples(st.just("close"), areas),
    st.tuples(st.just("open_again"), areas),
    st.just(("lock",)),
)
trading = st.tuples(
    st.lists(histories.placings, min_size=1, max_size=2),
    st.lists(st.one_of(changes, histories.events, histories.events), min_size=8, max_size=20),
)


@settings(histories.HISTORIES, max_examples=25)
@given(trading.map(lambda both: both[0] + both[1]))
def test_whatever_is_closed_when_the_books_stay_sound(world, history):
    with transaction.atomic():
        world.__class__ = Closing
        world.__init__(world.products, world.warehouses)
        world.day = date(2026, 3, 20)
        for period in Period.objects.filter(start__lt=MONDAY.replace(day=1)).order_by("start"):
            periods.lock(period, reason="Declared", by=None)
        world.live(history)
        work()
        assert findings() == []
        late = JournalEntry.objects.exclude(late_for=None)
        assert not late.filter(source_key__startswith="invoice:").exists()
        connection.check_constraints()
        transaction.set_rollback(True)


world = histories.world


def test_a_late_paper_waits_for_a_month_that_is_open_after_the_last_one_too(lamp):
    first, second = (place(sale_line(lamp), key=key) for key in ("first", "second"))
    ship(first)
    ship(second)
    order_to_cash.credit(first.invoices.get(), quantities=whole(first), on=date(2026, 5, 20), key="c1")
    close(Area.SALES)
    close(Area.SALES, day=date(2026, 5, 1))
    order_to_cash.credit(second.invoices.get(), quantities=whole(second), on=TUESDAY, key="c2")
    assert second.credit_notes.get().issued_on == entry_of("credit").date == date(2026, 6, 1)
    assert is_sound()
