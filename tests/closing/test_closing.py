"""A month is closed when its checklist is green, for good; its certificate says what the books were."""

from datetime import UTC, date, datetime
from decimal import Decimal
from functools import partial

import pytest
from django.contrib.auth import get_user_model
from django.db import connection, transaction
from django.utils.timezone import localdate

from accounting import guards, periods
from accounting.models import BalanceSnapshot, EntryDraft, JournalEntry, Period, PeriodChange
from accounting.periods import NoReasonGiven, NothingToChange, PeriodLocked, period_of
from accounting.reports import turnover
from erp import order_to_cash, stocktaking
from erp.banking.payouts import load as load_payout
from erp.closing import certifying, checklist, locking
from erp.closing.audit import certificates_still_hold, nothing_came_into_closed_months
from erp.closing.chains import hashes
from erp.closing.locking import NotOverYet, NotReadyToClose
from erp.closing.models import Certificate
from erp.documents.models import DocumentFile, Outbox
from erp.inventory.corrections import Correction
from erp.inventory.services import main_warehouse
from erp.sales.models import Step
from tests.accounting.scenes import book, transfer
from tests.banking.papers import TODAY as PAID
from tests.banking.papers import open_account
from tests.banking.reports import report
from tests.banking.scenes import came
from tests.books import findings, is_sound
from tests.chain.scenes import TUESDAY, company, pay, place, refused, ship, work
from tests.chain.threads import split, together
from tests.factories import MONDAY, ProductFactory, sale, sale_line

NOON = datetime(2026, 4, 3, 12, tzinfo=UTC)
TODAY = NOON.date()

pytestmark = pytest.mark.django_db


@pytest.fixture
def lamp():
    return ProductFactory(title="Lamp", stock=(9, "4.00"))


@pytest.fixture
def march(lamp):
    """A month in which a lamp was sold, paid and shipped."""
    order = place(sale_line(lamp))
    pay(order)
    ship(order)
    work()
    return period_of(MONDAY)


def close(period, *, reason="Declared", by=None, now=NOON):
    return locking.close(period, reason=reason, by=by, now=now)


def past_the_guards(statement):
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        guards.drop()
        try:
            cursor.execute(statement)
        finally:
            guards.install()


def red(period, on=TODAY):
    return {point.name: point.found for point in checklist.quick(period, on=on) if not point.is_green}


def test_a_month_that_is_green_is_closed_for_good_with_its_certificate(march):
    clerk = get_user_model().objects.create_user("clerk")
    certificate = close(march, by=clerk)

    march.refresh_from_db()
    assert (march.locked, march.locked_by, certificate.user) == (True, clerk, clerk)
    assert set(Period.objects.filter(start__lt=march.start).values_list("locked", flat=True)) == {True}
    assert PeriodChange.objects.filter(period=march).values_list("area", "locked", "reason").get() == (
        "all",
        True,
        "Declared",
    )
    assert certificate.hashes == hashes(march)
    assert {"SALES-2026", "STOCK-2026", "INV-2026", "stock"} <= certificate.hashes.keys()
    assert is_sound()
    with refused(PeriodLocked, "2026-03 is locked already"):
        close(march)


def test_the_certificate_is_a_file_that_is_written_once(march):
    certificate = close(march)
    file = DocumentFile.objects.get(source_key=f"period:{march.pk}")
    assert bytes(file.content) == certifying.pdf_of(certificate)
    assert file.name == "certificate-2026-03.pdf"


def test_the_certificate_says_balances_numbers_and_why(march):
    said = certifying.facts(close(march))
    closing = {row.account.role: row.closing for row in said["rows"] if row.account.role}
    assert closing["BANK"] == Decimal("10.00")
    assert closing["INVENTORY"] == Decimal("32.00")
    assert said["debits"] == said["credits"]
    numbers = {row.name: (row.first, row.last, row.count) for row in said["numbers"]}
    assert numbers["INV"] == ("INV-2026-000001", "INV-2026-000001", 1)
    assert numbers["SALES"] == ("SALES-2026-000001", "SALES-2026-000001", 1)
    assert said["result"] is None
    assert len(said["checks"]) == said["certificate"].checks


def test_a_year_is_closed_with_its_last_month_and_nothing_is_set_to_zero(march):
    entries = JournalEntry.objects.count()
    close(march)
    december = period_of(date(2026, 12, 31))
    certificate = close(december, now=datetime(2027, 1, 5, 12, tzinfo=UTC))
    # Sold for 10.00 gross, net 8.40, at a cost of 4.00.
    assert certifying.facts(certificate)["result"] == Decimal("4.40")
    assert JournalEntry.objects.count() == entries
    assert not Period.objects.filter(fiscal_year=december.fiscal_year, locked=False).exists()
    assert is_sound()


def test_a_month_that_is_not_over_is_not_closed(march):
    with refused(NotReadyToClose, "The month is over: 2026-03 ends on 2026-03-31"):
        close(march, now=datetime(2026, 3, 31, 21, tzinfo=UTC))  # 23:00 in Berlin
    assert close(march, now=datetime(2026, 3, 31, 22, 30, tzinfo=UTC))  # 00:30 of the first


def test_no_area_of_a_month_that_is_not_over_is_locked(march):
    with refused(NotOverYet, "can be locked from the next day on"):
        locking.lock_area(march, "sales", reason="Early", by=None, now=datetime(2026, 3, 31, tzinfo=UTC))


def test_an_area_is_locked_and_opened_by_somebody_for_a_reason(march):
    clerk = get_user_model().objects.create_user("clerk")
    for nothing in ("", "   "):
        with refused(NoReasonGiven, "Say why 2026-03 is locked"):
            locking.lock_area(march, "vat", reason=nothing, by=clerk, now=NOON)
    locking.lock_area(march, "vat", reason="Declared", by=clerk, now=NOON)
    with refused(NothingToChange, "2026-03 is locked for VAT already"):
        locking.lock_area(march, "vat", reason="Again", by=clerk, now=NOON)
    locking.open_area(march, "vat", reason="An invoice was wrong", by=clerk)
    told = PeriodChange.objects.filter(period=march, user=clerk).order_by("pk")
    assert [(row.locked, row.reason) for row in told] == [(True, "Declared"), (False, "An invoice was wrong")]
    close(march)
    with refused(PeriodLocked, "2026-03 is locked for good"):
        locking.open_area(march, "vat", reason="Too late", by=clerk)


def test_an_empty_month_before_is_locked_along_but_one_with_entries_comes_first(march):
    april = period_of(date(2026, 4, 1))
    assert red(april, date(2026, 5, 2)).keys() == {"Earlier months are locked, or empty and locked along"}
    with refused(
        NotReadyToClose,
        "Earlier months are locked, or empty and locked along: 2026-03 is still open",
    ):
        close(april, now=datetime(2026, 5, 2, tzinfo=UTC))


def a_draft(lamp):
    EntryDraft.objects.create(date=TUESDAY, memo="Rent")
    return "No manual entry waits", "'Rent' of 2026-03-03 is draft"


def a_correction(lamp):
    company(adjustment_limit="1.00")
    wish = Correction(lamp, main_warehouse(), -1, "Broken")
    stocktaking.adjust(wish, on=TUESDAY, key="one")
    return "No document waits to be booked", "is to be approved"


def a_count(lamp):
    count = stocktaking.start(main_warehouse(), on=TUESDAY, key="count")
    return "No document waits to be booked", f"Stocktake {count} is not posted"


def a_line_of_the_bank(lamp):
    open_account()
    came(("5.00", "Who is it?"))
    return "Every line of the bank is matched", "5.00 is not matched"


def a_payout_that_nobody_knows(lamp):
    open_account()
    load_payout(
        report(("adjustment", "dispute", "-15.00", "0.00")), provider="card", name="r.csv", today=PAID
    )
    return "Clearing accounts are explained", "-15.00 of payout .* is not explained"


def something_stuck(lamp):
    Outbox.objects.create(key="mail:1", topic="mail", attempts=3, last_error="no route")
    return "Nothing is stuck", "mail:1 failed: no route"


def a_failed_step(lamp):
    order = place(sale_line(lamp), key="sale-2")
    Step.objects.filter(order=order, name="invoice").update(state=Step.State.FAILED, reason="No account")
    return "Nothing is stuck", f"Order {order.number}: .*failed: No account"


@pytest.mark.parametrize(
    "wrong",
    [
        a_draft,
        a_correction,
        a_count,
        a_line_of_the_bank,
        a_payout_that_nobody_knows,
        something_stuck,
        a_failed_step,
    ],
)
def test_what_is_open_keeps_a_month_open_and_says_where_to_look(march, lamp, wrong):
    name, sentence = wrong(lamp)
    found = red(march)
    assert name in found
    assert all(place for _, place in found[name])
    with refused(NotReadyToClose, f"2026-03 cannot be closed. {name}: .*{sentence}"):
        close(march)


def test_a_finding_of_the_books_keeps_a_month_open(march):
    past_the_guards("UPDATE inventory_stockvalue SET value = value + 1")
    points, count = checklist.full(march, on=TODAY)
    assert count > 60
    assert [point.name for point in points if not point.is_green] == [
        f"All {count} checks of the books find nothing"
    ]
    with pytest.raises(NotReadyToClose, match="checks of the books find nothing: 6 "):
        close(march)
    assert not Certificate.objects.exists()


def test_what_happens_between_the_checks_and_the_lock_is_asked_once_more(march, lamp, monkeypatch):
    full = checklist.full

    def checked_and_then(period, *, on):
        answer = full(period, on=on)
        a_draft(lamp)
        return answer

    monkeypatch.setattr(checklist, "full", checked_and_then)
    with pytest.raises(NotReadyToClose, match="No manual entry waits"):
        close(march)
    march.refresh_from_db()
    assert not march.locked
    assert not Certificate.objects.exists()


@pytest.mark.parametrize(
    "tamper",
    [
        "UPDATE accounting_journalentry SET hash = 'f' WHERE journal = 'SALES'",
        "UPDATE invoicing_invoice SET hash = 'f'",
        "UPDATE inventory_stockmove SET hash = 'f'",
    ],
)
def test_chains_that_were_written_anew_no_longer_agree_with_the_certificate(march, tamper):
    close(march)
    assert list(certificates_still_hold()) == []
    past_the_guards(tamper)
    [finding] = certificates_still_hold()
    assert "is no longer the one of Certificate of 2026-03" in finding
    assert finding.about == march


def test_an_entry_slipped_into_a_closed_month_is_behind_its_certificate(march):
    """Whoever owns the database can open a month, post, lock it again and write its balances anew."""
    close(march)
    past_the_guards("UPDATE accounting_period SET locked = FALSE")
    slipped = book(transfer("manual:99", on=MONDAY))
    past_the_guards("UPDATE accounting_period SET locked = TRUE WHERE start <= '2026-03-31'")
    past_the_guards("DELETE FROM accounting_balancesnapshot")
    BalanceSnapshot.objects.bulk_create(
        BalanceSnapshot(account_id=account, period_end=march.end, debit=debit, credit=credit)
        for account, debit, credit in turnover(None, march.end)
    )
    assert list(certificates_still_hold()) == []
    assert findings() == [f"{slipped} came into 2026-03 after Certificate of 2026-03."]
    [finding] = nothing_came_into_closed_months()
    assert finding.about == slipped


def test_what_comes_after_the_lock_leaves_the_certificate_true(march, lamp):
    close(march)
    company(ship_before_payment=True)
    ship(place(sale_line(lamp), key="sale-2"))
    assert list(certificates_still_hold()) == []
    assert is_sound()


# Days are those of the company's time zone


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2026, 12, 31, 23, 30, tzinfo=UTC), date(2027, 1, 1)),
        (datetime(2028, 2, 29, 22, 59, tzinfo=UTC), date(2028, 2, 29)),
        (datetime(2028, 2, 29, 23, 1, tzinfo=UTC), date(2028, 3, 1)),
        (datetime(2026, 3, 28, 23, 30, tzinfo=UTC), date(2026, 3, 29)),  # the clock goes forward that night
        (datetime(2026, 10, 24, 22, 30, tzinfo=UTC), date(2026, 10, 25)),  # and back
        (datetime(2026, 10, 25, 22, 30, tzinfo=UTC), date(2026, 10, 25)),
    ],
)
def test_an_order_is_booked_on_the_day_it_is_in_berlin(lamp, moment, day):
    wish = sale(sale_line(lamp), email="")
    order = order_to_cash.place(wish, on=localdate(moment))
    entry = JournalEntry.objects.get(source_key=f"invoice:{order.invoices.get().pk}")
    assert (entry.date, entry.period) == (day, period_of(day))
    assert entry.entry_no == f"SALES-{day.year}-000001"


def test_a_leap_day_is_the_last_of_its_month(lamp):
    assert period_of(date(2028, 2, 29)).end == date(2028, 2, 29)
    assert period_of(date(2027, 2, 28)).end == date(2027, 2, 28)


# Races


@pytest.mark.django_db(transaction=True)
def test_of_two_who_close_a_month_one_does():
    with transaction.atomic():
        march = period_of(MONDAY)
    results, errors = split(together([partial(close, march)] * 2))
    assert len(results) == 1
    assert [type(error) for error in errors] == [PeriodLocked]
    assert Certificate.objects.count() == 1
    assert periods.is_closed(MONDAY)
