"""Two at once at the desks of purchasing, or a failing database: all is ordered and paid once, or nothing."""

from datetime import timedelta
from decimal import Decimal
from itertools import count

import pytest

from accounting import chart, ledger
from accounting.models import Account
from erp import procure_to_pay, remitting, reordering
from erp.procure_to_pay import Expense
from erp.purchasing import prices, suppliers
from erp.purchasing.models import PaymentRun, PurchaseOrder, Supplier, SupplierPayment, SupplierPrice
from tests.books import is_sound
from tests.chain.faults import fail
from tests.chain.scenes import every_row
from tests.chain.threads import split, together
from tests.factories import MONDAY, ProductFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def oak():
    return suppliers.keep(Supplier(code="oak", name="Oak & Sons"))


def billed(supplier, number):
    lines = [Expense(Account.objects.get(role=chart.EXPENSES), "Rent", Decimal("100.00"))]
    return procure_to_pay.bill(supplier, number=number, issued_on=MONDAY, lines=lines, on=MONDAY)


def test_of_many_who_draft_what_is_suggested_one_does(oak):
    table = ProductFactory(stock=(1, "60.00"))
    table.stockrecords.update(low_stock_threshold=5)
    prices.keep(SupplierPrice(supplier=oak, product=table, price=Decimal("6.00")))
    made, errors = split(together([lambda: reordering.draft({table.pk: 4}, on=MONDAY)] * 4))
    assert errors == []
    assert sorted(map(len, made)) == [0, 0, 0, 1]
    assert PurchaseOrder.objects.count() == 1


def test_of_many_who_give_a_bill_to_the_bank_one_does_and_it_is_paid_once(oak):
    bills = [billed(oak, number).pk for number in ("R-1", "R-2")]
    chosen = [bills, bills[:1], bills[1:], bills]
    actions = [lambda keys=keys: remitting.order(keys, on=MONDAY) for keys in chosen]
    runs, errors = split(together(actions))
    assert {type(error) for error in errors} == {remitting.GivenAlready}
    assert sum((run.total for run in runs), Decimal(0)) <= Decimal("200.00")

    actions = [lambda run=run: remitting.paid(run, on=MONDAY) for run in PaymentRun.objects.all()] * 2
    paid, _ = split(together(actions))
    assert len(paid) == len(runs) == SupplierPayment.objects.count()
    assert -ledger.balance(chart.BANK) == sum(run.total for run in runs)
    assert is_sound()


def test_a_run_is_paid_or_cancelled_and_never_both(oak):
    run = remitting.order([billed(oak, "R-1").pk], on=MONDAY)
    actions = [
        lambda: remitting.paid(PaymentRun.objects.get(), on=MONDAY + timedelta(days=1)),
        lambda: remitting.cancel(PaymentRun.objects.get()),
    ]
    done, errors = split(together(actions))
    assert (len(done), len(errors)) == (1, 1)
    run.refresh_from_db()
    assert SupplierPayment.objects.count() == (run.state == PaymentRun.State.PAID)
    assert remitting.due().count() == (run.state == PaymentRun.State.CANCELLED)


def test_a_run_is_paid_to_all_of_its_suppliers_or_to_none(oak):
    elm = suppliers.keep(Supplier(code="elm", name="Elm"))
    run = remitting.order([billed(supplier, "R-1").pk for supplier in (oak, elm)], on=MONDAY)
    before = every_row()
    for boundary in count():
        was_hit = fail(lambda: remitting.paid(PaymentRun.objects.get(), on=MONDAY), boundary, lasts=False)
        if every_row() != before:
            break
        assert was_hit
    run.refresh_from_db()
    assert boundary > 20
    assert (run.state, SupplierPayment.objects.count()) == (PaymentRun.State.PAID, 2)
    assert is_sound()
