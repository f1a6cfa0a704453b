"""The posting gate: an entry that is not in order is not posted, whoever tries."""

import threading
import time
from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction

from accounting.models import Account, JournalEntry, JournalSequence
from accounting.periods import Area, lock, lock_area, period_for

from .forging import add_line, draft, execute, force, set_number
from .scenes import MONDAY

FORGERIES = {
    "of no line": ([], "at least two lines"),
    "of one line": ([("BANK", 5)], "at least two lines"),
    "unbalanced": ([("BANK", 500), ("FEES", -499)], "debits of an entry equal its credits"),
    "without a party": ([("RECEIVABLE", 5), ("FEES", -5)], "names a customer or supplier"),
}


@pytest.mark.parametrize(("lines", "refused"), FORGERIES.values(), ids=FORGERIES)
def test_a_forged_entry_is_not_posted(db, lines, refused):
    with pytest.raises(IntegrityError, match=refused), transaction.atomic():
        force(draft(*lines))


def test_an_honest_draft_is_posted(db):
    entry = draft(("BANK", 5), ("FEES", -5))
    force(entry)
    assert JournalEntry.objects.get().number == 1


def test_a_line_of_zero_is_refused(db):
    with pytest.raises(IntegrityError, match="a_line_is_not_zero"), transaction.atomic():
        draft(("BANK", 0))


@pytest.mark.parametrize("amounts", [("0.5", "-0.5"), ("x", "y"), (1.25, -1.25), (b"1", b"-1")])
def test_an_amount_that_is_no_integer_is_refused_by_sqlite(db, amounts):
    if connection.vendor == "postgresql":
        pytest.skip("A bigint column of PostgreSQL holds integers alone.")
    with pytest.raises(IntegrityError, match=r"whole numbers|debits"), transaction.atomic():
        force(draft(*zip(("BANK", "FEES"), amounts, strict=True)))


def test_a_locked_or_wrong_period_takes_no_entry(db):
    lines = [("BANK", 5), ("FEES", -5)]
    january = period_for(date(2026, 1, 1))
    with transaction.atomic():
        lock(january, reason="Declared", by=None)
    with pytest.raises(IntegrityError, match="locked period"), transaction.atomic():
        force(draft(*lines, key="x", day=date(2026, 1, 20), period=january))
    with pytest.raises(IntegrityError, match="lies in its period"), transaction.atomic():
        force(draft(*lines, key="x", day=date(2026, 4, 20), period=period_for(MONDAY)))
    other = period_for(date(2027, 1, 1)).fiscal_year_id
    with pytest.raises(IntegrityError, match="lies in its period"), transaction.atomic():
        force(draft(*lines, key="x", year=other))


def test_a_period_locked_for_vat_takes_no_tax_code(db, vat):
    closed_for(Area.VAT)
    force(draft(("BANK", 5), ("FEES", -5)))
    with pytest.raises(IntegrityError, match="locked for VAT"), transaction.atomic():
        force(draft(("BANK", 5), ("FEES", -5, None, vat), key="x"))


@pytest.mark.parametrize("area", ["sales", "purchases", "stock"])
def test_a_period_locked_for_an_area_takes_nothing_of_its_journal(db, area):
    closed_for(area)
    force(draft(("BANK", 5), ("FEES", -5)))
    entry = draft(("BANK", 5), ("FEES", -5), key="x", journal=area.upper())
    with pytest.raises(IntegrityError, match=f"locked for {area}"), transaction.atomic():
        force(entry)
    others = {"SALES", "PURCHASES", "STOCK", "CASH", "OPENING"} - {area.upper()}
    for journal in others:
        force(draft(("BANK", 5), ("FEES", -5), key=journal, journal=journal))


def closed_for(area):
    with transaction.atomic():
        lock_area(period_for(MONDAY), area, reason="Declared", by=None)


def test_an_account_not_in_use_takes_no_line(db):
    entry = draft(("BANK", 5), ("FEES", -5))
    Account.objects.filter(role="BANK").update(active=False)
    with pytest.raises(IntegrityError, match="not in use"), transaction.atomic():
        force(entry)


def test_a_receivable_without_its_open_item_is_not_posted(db, customer):
    with pytest.raises(IntegrityError, match="has its open item"), transaction.atomic():
        force(draft(("RECEIVABLE", 5, customer), ("FEES", -5)))


def test_a_line_of_another_day_is_not_posted(db):
    entry = draft(("BANK", 5), ("FEES", -5))
    execute("UPDATE accounting_journalentry SET date = '2026-03-09'")
    with pytest.raises(IntegrityError, match="date of its entry"), transaction.atomic():
        force(entry)


@pytest.mark.parametrize(("number", "digest"), [(1, "forged"), (2, None), (3, "forged"), (0, None)])
def test_an_entry_takes_the_number_and_hash_of_its_counter(paid, number, digest):
    entry = draft(("BANK", 5), ("FEES", -5))
    digest = digest or JournalSequence.objects.get().last_hash
    with pytest.raises(IntegrityError, match=r"next number and hash|given_once|UNIQUE"), transaction.atomic():
        set_number(entry, number, digest)


@pytest.mark.django_db(transaction=True)
def test_a_line_slipped_in_while_a_draft_is_posted_is_refused():
    """Another session adds a line to a draft and keeps its transaction open while the draft is posted."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer at a time.")
    entry = draft(("BANK", 5), ("FEES", -5))
    added = threading.Event()

    def slip_in():
        with transaction.atomic():
            add_line(entry, 3, "BANK", 7)
            added.set()
            time.sleep(0.5)
        connection.close()

    thread = threading.Thread(target=slip_in)
    thread.start()
    added.wait(5)
    with pytest.raises(IntegrityError, match="debits of an entry equal"), transaction.atomic():
        force(entry)
    thread.join()
    assert entry.lines.count() == 3
