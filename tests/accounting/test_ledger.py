"""post() and reverse(): one event, one entry, one number."""

from dataclasses import replace
from decimal import Decimal

import pytest
from django.contrib.auth import get_user_model
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from accounting import guards
from accounting.chart import BANK, RECEIVABLE, REVENUE, UnknownAccount, seed
from accounting.guards import GuardsMissing
from accounting.inside import OutsideTransaction
from accounting.ledger import (
    AlreadyPosted,
    Entry,
    NothingToPost,
    PartyMissing,
    balance,
    credit,
    debit,
    open_item,
    post,
    reverse,
)
from accounting.models import Account, Allocation, JournalEntry, JournalLine, TaxCode
from accounting.numbering import next_place

from .scenes import FRIDAY, MONDAY, book, books_are_sound, sale, transfer


def test_an_entry_is_written_as_it_was_said(sold, customer, vat):
    read = JournalEntry.objects.get(source_key="sale:1")
    assert read == sold
    assert (read.entry_no, read.date, read.document_no) == ("GENERAL-2026-000001", MONDAY, "INV-sale:1")
    assert read.hash == sold.hash
    assert read.posted_at
    lines = read.lines.order_by("line_no").values_list("account__role", "amount", "party", "tax_code", "date")
    assert list(lines) == [
        (RECEIVABLE, Decimal("119.00"), customer.pk, None, MONDAY),
        (REVENUE, Decimal("-100.00"), None, vat.pk, MONDAY),
        ("VAT_PAYABLE", Decimal("-19.00"), None, None, MONDAY),
    ]
    assert [line.debit - line.credit for line in read.lines.all()] == [
        line.amount for line in read.lines.all()
    ]


def test_numbers_and_hashes_follow_one_another(sold):
    second = book(transfer("x:2"))
    third = book(replace(transfer("x:3"), journal="SALES"))
    assert (second.number, second.entry_no) == (2, "GENERAL-2026-000002")
    assert (third.number, third.entry_no) == (1, "SALES-2026-000001")
    assert len({sold.hash, second.hash, third.hash}) == 3


def test_the_same_event_again_gives_the_entry_there_is(sold, customer, vat):
    again = book(replace(sale(customer, vat=vat), memo="In other words"))
    assert again == sold
    assert again.open_items == sold.open_items
    assert JournalEntry.objects.count() == 1


def test_another_event_of_the_same_source_is_refused(sold, customer, vat):
    with pytest.raises(AlreadyPosted, match=r"sale:1 was posted already as GENERAL-2026-000001"):
        book(sale(customer, vat=vat, net="101.00"))


def test_nothing_is_not_posted(db):
    with pytest.raises(NothingToPost):
        book(transfer("x:1", amount="0.00"))


def test_an_account_that_is_not_there_is_refused(db):
    with pytest.raises(UnknownAccount, match="no active account for 9999"):
        book(transfer("x:1", debited="9999"))
    with pytest.raises(UnknownAccount):
        book(transfer("x:1", debited=""))
    Account.objects.filter(role=BANK).update(active=False)
    with pytest.raises(UnknownAccount, match="BANK"):
        book(transfer("x:1"))


def test_an_account_is_named_by_its_code_too(db):
    book(transfer("x:1", debited="1000", amount="5.00"))
    assert balance(BANK) == Decimal("5.00")


def test_a_receivable_names_its_customer(db):
    with pytest.raises(PartyMissing, match="1200 Accounts receivable names a customer"):
        book(transfer("x:1", debited=RECEIVABLE))


@pytest.mark.django_db(transaction=True)
def test_posting_belongs_inside_a_transaction():
    with pytest.raises(OutsideTransaction):
        post(transfer("x:1"))
    with pytest.raises(OutsideTransaction):
        next_place("INV", MONDAY, seal="x")


def test_posting_is_refused_while_a_guard_is_missing(db, monkeypatch):
    monkeypatch.setattr(guards, "_checked", set())
    guards.drop()
    with pytest.raises(GuardsMissing, match="migrate"):
        book(transfer("x:1"))
    guards.install()
    book(transfer("x:1"))


def test_a_balance_is_read_as_of_a_day(paid):
    assert balance(RECEIVABLE) == Decimal("59.00")
    assert balance(RECEIVABLE, on=MONDAY) == Decimal("119.00")
    assert balance(REVENUE) == Decimal("-100.00")


def test_who_posted_is_noted(db):
    clerk = get_user_model().objects.create_user("clerk", "clerk@example.com")
    assert book(transfer("x:1"), by=clerk).posted_by == clerk


def test_the_documents_number_is_taken_last(sold, customer):
    with CaptureQueriesContext(connection) as queries:
        posted = book(transfer("x:9"), take_number=lambda: next_place("INV", MONDAY, seal="x").number)
    assert posted.document_no == "INV-2026-000001"
    order = [query["sql"] for query in queries]
    tables = ('INTO "accounting_journalline', "UPDATE accounting_numberseries", "accounting_journalsequence")
    line, number, journal = (next(at for at, sql in enumerate(order) if table in sql) for table in tables)
    assert line < number < journal
    assert JournalEntry.objects.get(source_key="x:9").document_no == "INV-2026-000001"


def test_a_sale_posts_in_seven_statements(sold, customer, vat):
    with transaction.atomic(), CaptureQueriesContext(connection) as queries:
        post(sale(customer, key="sale:2", vat=vat))
    assert len(queries) == 7


def test_a_reversal_is_the_mirror_and_closes_what_was_open(paid, sold):
    with transaction.atomic():
        mirror = reverse(sold, on=FRIDAY)
        again = reverse(sold, on=FRIDAY)
    assert mirror == again
    assert mirror.reverses == sold
    assert balance(REVENUE) == 0
    assert balance(RECEIVABLE) == Decimal("-60.00")
    assert open_item("sale:1").residual == 0
    assert open_item("sale:1:reversal").residual == Decimal("-60.00")
    assert list(Allocation.objects.order_by("pk").values_list("amount", flat=True)) == [60, 59]
    assert books_are_sound()


def test_reversing_all_brings_every_account_back_to_zero(paid):
    with transaction.atomic():
        for posted in list(JournalEntry.objects.order_by("-pk")):
            reverse(posted, on=FRIDAY)
    for account in Account.objects.all():
        assert balance(account.code) == 0
    assert books_are_sound()


def test_a_line_sums_what_is_alike_and_keeps_tax_codes_apart(customer, vat):
    low = TaxCode.objects.get(code="DE-S-7")
    lines = (
        debit(RECEIVABLE, Decimal(30), party=customer),
        credit(REVENUE, Decimal(10), tax_code=vat),
        credit(REVENUE, Decimal(5), tax_code=vat),
        credit(REVENUE, Decimal(15), tax_code=low),
    )
    posted = book(Entry(date=MONDAY, source_key="x:1", memo="", lines=lines))
    assert JournalLine.objects.filter(entry=posted, account__role=REVENUE).count() == 2


def test_seeding_again_changes_nothing(db):
    Account.objects.filter(role=BANK).update(name="House bank")
    before = list(Account.objects.order_by("pk").values())
    seed()
    assert list(Account.objects.order_by("pk").values()) == before
