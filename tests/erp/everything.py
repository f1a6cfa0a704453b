"""One scene in which everything has happened, made once for all tests of a module and then taken apart."""

import itertools
from contextlib import contextmanager
from datetime import date
from decimal import Decimal

from django.db import connection, transaction
from django.test import override_settings

from accounting import chart, guards
from accounting.ledger import Entry, credit, debit, post
from accounting.periods import lock, period_for
from erp import order_to_cash, remitting, stocktaking, transferring
from erp.banking import matching, payouts, transfers
from erp.banking.models import PayoutLine
from erp.banking.proposals import Part
from erp.inventory import services as inventory
from erp.inventory.models import Warehouse
from erp.inventory.services import StockRecord, main_warehouse
from erp.invoicing import einvoice, reminders
from erp.invoicing.models import PaymentOperation
from tests.banking.papers import TODAY, open_account
from tests.banking.reports import report
from tests.banking.scenes import came, line
from tests.chain.scenes import (
    FRIDAY,
    LATER,
    company,
    fresh,
    pay,
    place,
    place_pending,
    ship,
    shipped_line,
    tell,
    work,
)
from tests.factories import ProductFactory, sale_line
from tests.purchasing.buying import book, expense, goods, ordered, receive, send_back, supplier
from tests.purchasing.buying import pay as pay_supplier

JANUARY, LATE = date(2026, 1, 15), date(2026, 4, 1)


@contextmanager
def everything(folder):
    """Let everything happen in a transaction that is rolled back at the end; the guards step aside for it."""
    with override_settings(SANDBOX_CARD=True, SANDBOX_CARD_BOOKS=folder), transaction.atomic():
        sell()
        bank()
        buy()
        move()
        yield
        transaction.set_rollback(True)


def sell():
    """Sold, shipped in part, credited, returned, cancelled, paid too much, and promised."""
    lamp, bowl = (
        ProductFactory(title="Lamp", stock=(9, "4.00")),
        ProductFactory(title="Bowl", stock=(9, "3.33")),
    )
    order = place(
        sale_line(lamp, 3, discount="1.00"), sale_line(bowl, 2), charge="5.95", email="ada@example.com"
    )
    pay(order)
    ship(order)
    einvoice.paper_xml(order.invoices.get())
    order_to_cash.take_back(order, quantities={shipped_line(order).pk: 1}, on=FRIDAY)
    promised = place(sale_line(lamp, 2), key="promised", email="bob@example.com")
    reminders.remind(promised.invoices.get(), on=LATE)
    tell(place_pending(sale_line(lamp), key="away").payments.get(), "captured")
    pay(order, reference="transfer-2")


def bank():
    """A transfer that came and went back, a payout with an odd line, charges of which one was undone."""
    open_account()
    vase = ProductFactory(title="Vase", stock=(9, "4.00"))
    order = place(sale_line(vase), key="by transfer")
    matching.accept_exact(came(("10.00", order.number)))
    order_to_cash.cancel(fresh(order), on=FRIDAY)
    batch = transfers.order(
        [due.refund for due in transfers.due() if due.refund.payment.order == order], on=FRIDAY
    )
    matching.accept_exact([line("-10.00", batch.reference + " " + order.number)])
    place(sale_line(vase), pay="card", key="by card")
    work()
    captured = PaymentOperation.objects.filter(payment__provider="card", kind="capture").order_by("pk")
    rows = [("charge", captured.last().reference, "10.00", "0.35"), ("adjustment", "odd", "-1.00", "0.00")]
    payouts.load(report(*rows), provider="card", name="report.csv", today=TODAY)
    payouts.explain(PayoutLine.objects.get(reference="odd"), operation=None, note="Lost", on=TODAY)
    for undone in (True, False):
        row = line("-4.90", f"Fee {undone}")
        matching.accept(row, [Part(row.amount, account="FEES")])
        if undone:
            matching.undo(row, because="Wrong", now=LATER)


def buy():
    """Of ten cups eight came and were billed for more, two went back, one was credited; rent was paid."""
    company(bill_tolerance=10)
    acme = supplier()
    purchase = ordered((ProductFactory(title="Cup"), 10, "4.00"), of=acme)
    receive(purchase, 8)
    book(acme, goods(purchase, 8, "33.00"), expense("9.00", code="DE-RE-19"))
    send_back(purchase, 2)
    book(acme, goods(purchase, 1, "4.00"), number="G 1", kind="credit")
    pay_supplier(acme, "20.00")
    run = remitting.order([bill.pk for bill in remitting.due()], on=FRIDAY)
    remitting.paid(run, on=FRIDAY)


def move():
    """Broken, counted, carried to another house where one is missing, and a month that is closed."""
    pot = ProductFactory(title="Pot", stock=(5, "2.51"))
    stocktaking.adjust_stock(
        pot, warehouse=main_warehouse(), quantity=-1, reason="Broken", on=FRIDAY, key="broken"
    )
    other = Warehouse.objects.create(code="other", name="Other", priority=20)
    carried = transferring.draft(main_warehouse(), other, quantities={pot.pk: 2}, on=FRIDAY)
    transferring.send(carried, on=FRIDAY)
    row = carried.lines.get().pk
    transferring.receive(carried, on=FRIDAY, missing={row: 1}, reasons={row: "Gone"})
    stocktake = stocktaking.start(main_warehouse(), on=FRIDAY, products=[pot.pk])
    stocktaking.count(stocktake, counted={stocktake.lines.get().pk: 1})
    stocktaking.post(stocktake, on=FRIDAY)
    StockRecord.objects.update(price=None)  # as of goods that are new
    for record in StockRecord.objects.order_by("pk"):
        inventory.set_price(record, Decimal("12.00"))
        inventory.set_price(record, Decimal("13.00"))
    with transaction.atomic():
        post(postings_of_january())
        lock(period_for(JANUARY), reason="Declared", by=None)


def postings_of_january():
    lines = (debit(chart.FEES, Decimal("7.00")), credit(chart.BANK, Decimal("7.00")))
    return Entry(date=JANUARY, source_key="x:1", memo="Fees", lines=lines)


@contextmanager
def undone():
    """Take back whatever is changed inside."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def found_by(checks):
    """Return the first finding of checks, or None. Those of nearest interest come first."""
    return next(itertools.chain.from_iterable(check() for check in checks), None)


def without_guards():
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    guards.drop()
