"""Numbers without gaps, whoever asks at the same time and however many change their mind."""

import random
import threading
from dataclasses import replace
from datetime import date

import pytest
from django.db import connection, transaction

from accounting.ledger import post
from accounting.models import JournalEntry, NumberSeries
from accounting.numbering import DatedBeforeLast, next_place

from .scenes import FRIDAY, MONDAY, books_are_sound, transfer

THREADS, EACH = 8, 200


class ChangedItsMind(Exception):
    """Thrown to roll a transaction back."""


def taken(series, day):
    with transaction.atomic():
        return next_place(series, day, seal="x").number


def test_a_series_counts_by_kind_and_year(db):
    assert [taken("INV", MONDAY), taken("INV", FRIDAY), taken("CN", MONDAY)] == [
        "INV-2026-000001",
        "INV-2026-000002",
        "CN-2026-000001",
    ]
    assert taken("INV", date(2025, 1, 1)) == "INV-2025-000001"


def test_dates_ascend_with_numbers(db):
    taken("INV", FRIDAY)
    with pytest.raises(DatedBeforeLast, match="INV-2026 is dated 2026-03-06"):
        taken("INV", MONDAY)
    assert taken("INV", FRIDAY) == "INV-2026-000002"


def test_a_transaction_rolled_back_gives_its_number_back(db):
    taken("INV", MONDAY)
    with pytest.raises(ChangedItsMind):
        change_my_mind()
    assert taken("INV", MONDAY) == "INV-2026-000002"


def change_my_mind():
    with transaction.atomic():
        next_place("INV", MONDAY, seal="x")
        raise ChangedItsMind


def issue(thread, number, *, rolled_back):
    with transaction.atomic():
        entry = replace(transfer(f"race:{thread}:{number}"), journal="SALES")
        post(entry, take_number=lambda: next_place("INV", MONDAY, seal="x").number)
        if rolled_back:
            raise ChangedItsMind


def buyer(thread, problems):
    chance = random.Random(thread)
    try:
        for number in range(EACH):
            try:
                issue(thread, number, rolled_back=chance.random() < 0.2)
            except ChangedItsMind:
                continue
    except BaseException as problem:
        problems.append(problem)
        raise
    finally:
        connection.close()


@pytest.mark.django_db(transaction=True)
def test_eight_at_once_leave_no_gap_though_a_fifth_is_rolled_back():
    issue("first", 0, rolled_back=False)
    problems = []
    threads = [threading.Thread(target=buyer, args=(thread, problems)) for thread in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert problems == []
    entries = JournalEntry.objects.order_by("number").values_list("number", "document_no")
    posted = len(entries)
    assert THREADS * EACH * 0.7 < posted < THREADS * EACH * 0.9
    assert list(entries) == [(number, f"INV-2026-{number:06d}") for number in range(1, posted + 1)]
    assert NumberSeries.objects.get().last_no == posted
    assert books_are_sound()
