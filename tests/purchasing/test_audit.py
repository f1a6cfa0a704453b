"""A row of purchasing changed past the chain is found by the check that looks for it, and by none before."""

import pytest
from django.db import connection

from accounting import guards
from erp import remitting
from erp.purchasing import audit
from tests.books import is_sound
from tests.chain.scenes import FRIDAY, company
from tests.factories import ProductFactory
from tests.purchasing.buying import book, expense, goods, ordered, pay, receive, send_back, supplier

pytestmark = pytest.mark.django_db

ENTRY = "UPDATE accounting_journalentry SET source_key = 'x' || source_key WHERE source_key LIKE '{}:%'"
TAMPERINGS = [
    *(
        (audit.lines_count_what_papers_say, f"UPDATE purchasing_purchaseline SET {part} = {part} {step}")
        for part, step in (("received", "+ 1"), ("billed", "- 1"), ("returned", "+ 1"), ("credited", "- 1"))
    ),
    (audit.orders_are_as_received_as_their_lines, "UPDATE purchasing_purchaseorder SET state = 'ordered'"),
    (audit.what_came_and_went_is_moved, "UPDATE purchasing_goodsreceiptline SET value = value + 1"),
    (audit.what_came_and_went_is_moved, "UPDATE purchasing_supplierreturnline SET cost = cost + 1"),
    (audit.what_came_and_went_is_moved, "UPDATE purchasing_billline SET difference_kept = 0"),
    (audit.bills_add_up, "UPDATE purchasing_supplierbill SET net = net + 1, gross = gross + 1"),
    (audit.bills_add_up, "UPDATE purchasing_supplierbill SET net = net + 1, tax = tax - 1"),
    (audit.goods_not_invoiced_are_what_came_unbilled, "UPDATE purchasing_purchaseline SET price = price + 9"),
    (
        audit.suppliers_are_owed_what_papers_say,
        "UPDATE purchasing_supplierbill SET net = net + 1, gross = gross + 1",
    ),
    (audit.papers_clear_what_their_entries_say, "UPDATE purchasing_billline SET expected = expected + 1"),
    (audit.papers_clear_what_their_entries_say, "UPDATE purchasing_supplierreturnline SET value = value + 1"),
    (audit.runs_are_their_bills_and_payments, "UPDATE purchasing_paymentrun SET total = total + 1"),
    (
        audit.runs_are_their_bills_and_payments,
        "UPDATE purchasing_supplierpayment SET amount = amount + 1 WHERE reference LIKE 'PAY-%'",
    ),
    (audit.suppliers_are_owed_what_papers_say, "UPDATE purchasing_supplierpayment SET amount = amount + 1"),
    (audit.vat_of_bills_is_in_the_books, "UPDATE purchasing_billline SET own_tax = own_tax + 1"),
    (audit.vat_of_bills_is_in_the_books, "UPDATE purchasing_billline SET tax = tax + 1"),
    *(
        (audit.each_purchase_has_its_entry, ENTRY.format(source))
        for source in ("receipt", "bill", "supplier-return", "supplier-payment")
    ),
]


@pytest.fixture
def trade():
    """Of ten lamps eight came and were billed for more, two went back, one was credited; rent was paid."""
    company(bill_tolerance=10)
    acme = supplier()
    purchase = ordered((ProductFactory(title="Lamp"), 10, "4.00"), of=acme)
    receive(purchase, 8)
    book(acme, goods(purchase, 8, "33.00"), expense("9.00", code="DE-RE-19"))
    send_back(purchase, 2)
    book(acme, goods(purchase, 1, "4.00"), number="G 1", kind="credit")
    pay(acme, "20.00")
    run = remitting.order([bill.pk for bill in remitting.due()], on=FRIDAY)
    remitting.paid(run, on=FRIDAY)


@pytest.mark.parametrize(
    ("check", "sql"), TAMPERINGS, ids=[f"{c.__name__}-{n}" for n, (c, _) in enumerate(TAMPERINGS)]
)
def test_a_change_is_found(trade, check, sql):
    assert list(check()) == []
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        guards.drop()
        cursor.execute(sql)
    guards.install()
    assert list(check())


def test_before_it_nothing_is_found(trade):
    assert is_sound()


def test_every_check_of_purchasing_is_tried():
    assert {check for check, _ in TAMPERINGS} == set(audit.CHECKS)
