"""Open items: what is left of a sale, and what may settle it."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from django.db import transaction

from accounting.chart import RECEIVABLE, REVENUE
from accounting.inside import OutsideTransaction
from accounting.ledger import Entry, allocate, allocate_entries, credit, debit, open_item, owed, settle
from accounting.models import Allocation, JournalLine, OpenItem, Party
from accounting.settlement import AlreadyAllocated, MoreThanIsOpen, NoOpenItem

from .scenes import MONDAY, TUESDAY, book, books_are_sound, payment, sale, transfer

pytestmark = pytest.mark.django_db


def allocated(amount, *, debit="sale:1", credit="payment:1", key):
    with transaction.atomic():
        return allocate_entries(debit, credit, Decimal(amount), on=TUESDAY, key=key)


def test_a_part_payment_leaves_the_rest_open(paid):
    assert open_item("sale:1").residual == Decimal("59.00")
    assert open_item("payment:1").residual == 0
    assert books_are_sound()


def test_the_same_allocation_again_is_the_one_there_is(paid):
    assert allocated("60.00", key="first") == Allocation.objects.get()
    assert open_item("sale:1").residual == Decimal("59.00")


def test_a_key_is_used_for_one_allocation(paid, customer):
    book(payment(customer, "5.00", key="payment:2"))
    with pytest.raises(AlreadyAllocated):
        allocated("5.00", credit="payment:2", key="first")


def test_no_more_is_settled_than_is_open(paid, customer):
    book(payment(customer, "100.00", key="payment:2"))
    with pytest.raises(MoreThanIsOpen, match=r"Only 59\.00 is left to settle, not 60\.00"):
        allocated("60.00", credit="payment:2", key="second")
    allocated("59.00", credit="payment:2", key="second")
    assert open_item("sale:1").residual == 0
    assert open_item("payment:2").residual == Decimal("-41.00")
    assert books_are_sound()


def test_a_debit_is_settled_by_a_credit_of_the_same_party(sold):
    stranger = Party.objects.create(key="user:8", name="Bob")
    book(payment(stranger, "10.00"))
    with pytest.raises(NoOpenItem, match="0 pairs"):
        allocated("10.00", key="first")
    with pytest.raises(NoOpenItem):
        allocated("10.00", credit="sale:1", key="first")


def test_two_instalments_are_settled_by_naming_the_line(customer):
    later = date(2026, 4, 2)
    lines = (
        debit(RECEIVABLE, Decimal(30), party=customer, due=MONDAY),
        debit(RECEIVABLE, Decimal(30), party=customer, due=later),
        credit(REVENUE, Decimal(60)),
    )
    book(Entry(date=MONDAY, source_key="sale:1", memo="", lines=lines))
    book(payment(customer, "30.00"))
    with pytest.raises(NoOpenItem, match="2 open items"):
        open_item("sale:1")
    with pytest.raises(NoOpenItem, match="2 pairs"):
        allocated("30.00", key="first")
    second = JournalLine.objects.get(due_date=later)
    with transaction.atomic():
        allocate(second, open_item("payment:1"), Decimal(30), on=TUESDAY, key="first")
    assert list(OpenItem.objects.filter(original=30).order_by("line").values_list("residual", flat=True)) == [
        30,
        0,
    ]


def test_an_entry_just_posted_settles_several(sold, customer):
    book(replace(sale(customer, key="sale:2"), date=TUESDAY))
    with transaction.atomic():
        owing = owed(["sale:1", "sale:2"])
        shares = [(item, item.residual) for item in owing.values()]
        settle(book(payment(customer, "238.00")), shares, on=TUESDAY)
    assert not OpenItem.objects.exclude(residual=0).exists()
    assert books_are_sound()


def test_settling_more_than_is_open_or_without_an_item_is_refused(sold, customer):
    item = open_item("sale:1")
    posted = book(payment(customer, "200.00"))
    with pytest.raises(MoreThanIsOpen), transaction.atomic():
        settle(posted, [(item, Decimal("119.01"))], on=TUESDAY)
    plain = book(transfer("x:1"))
    with pytest.raises(NoOpenItem), transaction.atomic():
        settle(plain, [(item, Decimal("1.00"))], on=TUESDAY)
    settle(plain, [], on=TUESDAY)


def test_an_amount_to_settle_is_positive(paid):
    with pytest.raises(ValueError, match="positive amount"):
        allocated("0.00", key="second")


@pytest.mark.django_db(transaction=True)
def test_settling_belongs_inside_a_transaction():
    with pytest.raises(OutsideTransaction):
        allocate_entries("sale:1", "payment:1", Decimal(1), on=TUESDAY, key="first")
