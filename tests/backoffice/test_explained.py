"""Accounts in between: each is made of its papers on every day, and what is not is said loudly."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings

from accounting import chart, ledger
from accounting.ledger import credit, debit
from erp import order_to_cash
from erp.backoffice.sheets.explained import ROLES
from erp.banking import payouts
from erp.banking.models import PayoutLine
from erp.invoicing.models import PaymentOperation
from erp.purchasing.models import PurchaseOrder
from erp.reporting.explained import explained
from erp.reporting.parts import Order
from tests.backoffice.desk import shown, words
from tests.banking.papers import TODAY, open_account
from tests.banking.reports import report
from tests.chain import test_histories as chain
from tests.chain.scenes import FRIDAY, TUESDAY, place, ship, work
from tests.factories import MONDAY, sale_line
from tests.purchasing import buying

pytestmark = pytest.mark.django_db

PAGE = "/admin/reports/clearing/"
world = chain.world


def parts(role, on):
    found = explained(role, on=on)
    assert found.rest == 0
    return {part: str(amount) for part, amount in found.parts.items()}


@pytest.fixture
def charged(lamp):
    """An order of Monday by card whose money was taken on the day of its work."""
    order = place(sale_line(lamp, 1, "119.00"), pay="card")
    work()
    return PaymentOperation.objects.get(payment__order=order, kind="capture")


def test_revenue_is_deferred_until_the_day_of_shipment(lamp):
    order = place(sale_line(lamp, 1, "119.00"), pay="card")
    ship(order)
    assert parts(chart.DEFERRED_REVENUE, MONDAY - timedelta(days=1)) == {}
    assert parts(chart.DEFERRED_REVENUE, MONDAY) == {(Order, order.pk): "-100.00"}
    assert parts(chart.DEFERRED_REVENUE, TUESDAY) == {}


def test_goods_wait_for_their_bill_from_the_day_they_came(lamp):
    purchase = buying.ordered((lamp, 4, "6.00"))
    buying.receive(purchase)
    buying.book(purchase.supplier, buying.goods(purchase, 3, "18.00"), issued_on=buying.FRIDAY)
    role = chart.GOODS_RECEIVED_NOT_INVOICED
    assert parts(role, MONDAY) == {}
    assert parts(role, TUESDAY) == {(PurchaseOrder, purchase.pk): "-24.00"}
    assert parts(role, FRIDAY) == {(PurchaseOrder, purchase.pk): "-6.00"}


def test_money_is_in_clearing_until_the_day_of_its_payout(charged):
    open_account()
    paid = report(("charge", charged.reference, "119.00", "0.35"), ("charge", "who?", "7.00", "0.00"))
    loaded = payouts.load(paid, provider="card", name="report.csv", today=TODAY)
    [payout] = loaded.payouts
    strange = PayoutLine.objects.get(reference="who?")
    nobodys = {(PayoutLine, strange.pk): "-7.00"}
    assert payout.paid_on < charged.on  # the provider was told late
    assert parts(chart.CLEARING, payout.paid_on - timedelta(days=1)) == {}
    assert parts(chart.CLEARING, payout.paid_on) == {(PaymentOperation, charged.pk): "-119.00"} | nobodys
    assert parts(chart.CLEARING, charged.on) == nobodys
    payouts.explain(strange, operation=None, note="Lost", on=charged.on + timedelta(days=3))
    assert parts(chart.CLEARING, charged.on + timedelta(days=2)) == nobodys
    assert parts(chart.CLEARING, charged.on + timedelta(days=3)) == {}


def test_money_that_nobody_owes_is_a_prepayment_by_party(office, lamp):
    order = place(sale_line(lamp, 1, "119.00"))
    payment = order.payments.get()
    order_to_cash.settle(payment, amount=Decimal("150.00"), reference="too much", on=TUESDAY)
    response = office.get(PAGE, {"on": TUESDAY})
    titles = [shown["sheet"].title for shown in response.context["sheets"]]
    place_of = titles.index(str(chart.account(chart.PREPAYMENTS)))
    row = shown(response, place_of)[0]
    assert (row[2], row[-1]) == ("Ada Lovelace", "31.00")


def test_what_no_paper_explains_is_said_with_its_entries(office, charged):
    with transaction.atomic():
        lines = (debit(chart.CLEARING, Decimal("3.00")), credit(chart.FEES, Decimal("3.00")))
        ledger.post(ledger.Entry(charged.on, "manual:1", "Found", lines, journal="GENERAL"))
    response = office.get(PAGE, {"on": charged.on, "compare": "before"})
    assert "1050 Payment gateway clearing: no paper explains 3.00 of its balance." in words(response)
    assert shown(response)[0][1:] == ["122.00", "119.00", "", "3.00", "", ""]
    assert shown(response, 2)[0][1] == "Found"


@pytest.mark.parametrize("kind", ["csv", "xlsx", "pdf"])
def test_it_goes_out_as_a_file(office, charged, kind):
    response = office.get(f"{PAGE[:-1]}.{kind}", {"on": charged.on})
    assert len(b"".join(response.streaming_content)) > 300


@settings(max_examples=8, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(chain.histories.map(lambda both: both[0] + both[1]))
def test_whatever_happens_papers_explain_every_account_on_each_day(world, history):
    with transaction.atomic():
        chain.company(ship_before_payment=True)
        world.__init__(world.products, world.warehouses)
        world.live(history)
        for after in range(0, (world.day - MONDAY).days + 1, 3):
            for role in ROLES:
                assert explained(role, on=MONDAY + timedelta(days=after)).rest == 0
        transaction.set_rollback(True)
