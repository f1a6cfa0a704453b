"""Stripe's itemised payout reconciliation: each row finds the movement that it stands for."""

import pytest

from accounting import ledger
from erp import order_to_cash, paying
from erp.banking import clearing, payouts
from erp.banking.models import Payout
from erp.banking.payouts import PayoutDiffers, ReportKnown
from erp.banking.reading.words import Unreadable
from erp.invoicing.models import Payment, PaymentOperation
from tests.books import is_sound
from tests.chain.scenes import FRIDAY, MONDAY, entries, fresh, refused
from tests.factories import ProductFactory, sale, sale_line

from .papers import TODAY, open_account
from .scenes import money

pytestmark = pytest.mark.django_db

COLUMNS = """automatic_payout_id automatic_payout_effective_at balance_transaction_id created_utc created
available_on_utc available_on currency gross fee net reporting_category source_id description
customer_facing_amount customer_facing_currency charge_id payment_intent_id payment_metadata[payment]
refund_metadata[reference]""".split()  # noqa: SIM905 - read as the heading it is


def report(*rows, payout="po_1", without=()):
    """Return Stripe's file; a row is category, source, gross, fee and our reference of a refund."""
    names = [name for name in COLUMNS if name not in without]
    lines = [",".join(names)]
    for number, (category, source, gross, fee, ours) in enumerate(rows, start=1):
        cells = dict.fromkeys(COLUMNS, "") | {
            "automatic_payout_id": payout,
            "automatic_payout_effective_at": "2026-03-06 00:00:00",
            "balance_transaction_id": f"txn_{number}",
            "created": "2026-03-02 12:00:00",
            "currency": "eur",
            "gross": gross,
            "fee": fee,
            "net": str(money(gross) - money(fee)),
            "reporting_category": category,
            "source_id": source,
            "description": '"Your order, at Shop"',
            "refund_metadata[reference]": ours,
        }
        lines.append(",".join(cells[name] for name in names))
    return ("\n".join(lines) + "\n").encode()


def load(content):
    return payouts.load(content, provider="stripe", name="payout_reconciliation.csv", today=TODAY)


@pytest.fixture(autouse=True)
def account(db):
    open_account()


@pytest.fixture
def order(stripe):
    """An order of 30.00 whose money Stripe took as ch_1, and of which 10.00 went back."""
    lamp = ProductFactory(title="Lamp", stock=(40, "4.00"))
    payment = paying.payments.start(provider="stripe", amount=money("30.00"), key="first")
    paying.payments.authorise(payment, reference="pi_1", on=MONDAY)
    wish = sale(sale_line(lamp, 3), payment_method="stripe", payment=payment, email="")
    order = order_to_cash.place(wish, on=MONDAY)
    order_to_cash.settle(Payment.objects.get(), amount=money("30.00"), reference="ch_1", on=MONDAY)
    invoice = order.invoices.get()
    amounts = {invoice.lines.get(kind="goods").pk: money("10.00")}
    order_to_cash.credit(invoice, amounts=amounts, on=FRIDAY, key="c1")
    return fresh(order)


def our_refund():
    return PaymentOperation.objects.get(kind="refund").reference


def test_charges_refunds_and_fees_of_a_payout_are_explained(order):
    booked = load(
        report(
            ("charge", "ch_1", "30.00", "0.70", ""),
            ("refund", "re_1", "-10.00", "0.00", our_refund()),
            ("fee", "fee_1", "-0.05", "0.00", ""),
            ("payout", "po_1", "-19.25", "0.00", ""),
        )
    )
    assert booked.findings == []
    [payout] = Payout.objects.all()
    assert (payout.gross, payout.fees, payout.net) == (money("20.00"), money("0.75"), money("19.25"))
    assert str(payout.paid_on) == "2026-03-06"
    assert entries()[-1] == ("payout", {"BANK": "19.25", "FEES": "0.75", "CLEARING": "-20.00"})
    assert ledger.balance("CLEARING") == money("0.00")
    assert list(clearing.waiting("CLEARING", today=TODAY)) == []
    assert is_sound()


def test_without_the_column_of_our_references_a_refund_waits_to_be_explained(order):
    rows = ("charge", "ch_1", "30.00", "0.70", ""), ("refund", "re_1", "-10.00", "0.00", our_refund())
    booked = load(report(*rows, without=("refund_metadata[reference]",)))
    assert booked.findings == ["Refund 're_1' over -10.00: nothing here is called so."]
    assert is_sound()


def test_disputes_and_refunds_that_bounced_are_booked_and_shown(order):
    booked = load(
        report(("dispute", "du_1", "-30.00", "15.00", ""), ("refund_failure", "re_1", "10.00", "0.00", ""))
    )
    assert len(booked.findings) == 2
    assert Payout.objects.get().net == money("-35.00")
    assert is_sound()


def test_the_same_report_again_changes_nothing_and_another_is_refused(order):
    content = report(("charge", "ch_1", "30.00", "0.70", ""))
    load(content)
    with refused(ReportKnown, "booked already"):
        load(content)
    with refused(PayoutDiffers, "says something else"):
        load(report(("charge", "ch_1", "30.00", "0.80", "")))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (report(("charge", "ch_1", "30.00", "0.70", "")).replace(b"29.30", b"29.31"), "is not"),
        (report(("charge", "ch_1", "30.00", "0.70", "")).replace(b",eur,", b",usd,"), "USD"),
        (report(("charge", "ch_1", "30.00", "0.70", ""), payout=""), "No payout"),
        (report(("charge", "ch_1", "30.00", "0.70", ""), without=("source_id",)), "source_id"),
        (report(("payout", "po_1", "-1.00", "0.00", "")), "no payouts"),
    ],
)
def test_a_report_that_is_not_whole_is_refused(order, content, words):
    with refused(Unreadable, words):
        load(content)
