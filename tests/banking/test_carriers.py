"""Cash on delivery: taken in by the carrier's report, explained, and given back by a transfer of ours."""

from datetime import date

import pytest

from accounting import chart, ledger
from erp import order_to_cash
from erp.banking import clearing, matching, payouts, transfers
from erp.banking.proposals import end_to_end
from erp.invoicing.models import PaymentOperation
from erp.invoicing.providers.bank import BankTransfer
from tests.books import is_sound
from tests.chain.scenes import FRIDAY, balances, fresh, pay, place
from tests.factories import ProductFactory, sale_line

from .papers import TODAY, open_account
from .reports import report
from .scenes import came, line, money, sure

pytestmark = pytest.mark.django_db


class Carrier(BankTransfer):
    """Money at the door, paid out by the carrier later."""

    code = "carrier"
    name = "Cash on delivery by carrier"
    money_account = chart.CASH_CLEARING


@pytest.fixture(autouse=True)
def carrier(db, settings):
    open_account()
    settings.PAYMENT_PROVIDERS = [*settings.PAYMENT_PROVIDERS, f"{__name__}.Carrier"]


@pytest.fixture
def order():
    return place(sale_line(ProductFactory(stock=(9, "4.00"))), pay="carrier")


def load(*rows, **changes):
    content = report(*rows, **changes)
    return payouts.load(content, provider="carrier", name="carrier.csv", today=TODAY)


def names(order):
    return [order.number, order.delivery_notes.get().number, order.payments.get().reference]


@pytest.mark.parametrize("name", range(3), ids=["order", "delivery note", "payment"])
def test_a_report_takes_in_the_cash_it_names_and_pays_it_out(order, name):
    booked = load(("charge", names(order)[name], "10.00", "2.50"))
    assert booked.findings == []
    assert order.payments.get().captured == money("10.00")
    assert (ledger.balance("BANK"), ledger.balance("FEES")) == (money("7.50"), money("2.50"))
    assert list(clearing.waiting(chart.CASH_CLEARING, today=TODAY)) == []
    assert is_sound()


def test_cash_that_was_taken_in_by_hand_is_not_taken_in_again(order):
    pay(order)
    assert load(("charge", order.number, "10.00", "0.00")).findings == []
    assert PaymentOperation.objects.filter(kind="capture").count() == 1
    assert is_sound()


@pytest.mark.parametrize("amount", ["9.00", "11.00"])
def test_cash_of_another_amount_waits_for_somebody(order, amount):
    booked = load(("charge", order.number, amount, "0.00"))
    assert booked.findings == [f"Charge '{order.number}' over {amount}: nothing here is called so."]
    assert order.payments.get().captured == money("0.00")
    assert is_sound()


def test_the_carriers_line_at_the_bank_shows_its_payout(order):
    load(("charge", order.number, "10.00", "2.50"), payout="CARRIER 77")
    [row] = came(("7.50", "Payout CARRIER-77"))
    assert matching.accept_exact([row]).count == 1
    assert ledger.balance("BANK") == money("7.50")
    assert is_sound()


def test_its_refund_is_transferred_by_ourselves_out_of_clearing(order):
    load(("charge", order.number, "10.00", "0.00"))
    order_to_cash.cancel(fresh(order), on=FRIDAY)
    [due] = transfers.due()
    assert ledger.balance(chart.CASH_CLEARING) == money("-10.00")

    transfers.order([due.refund], on=date(2026, 3, 7))
    row = line("-10.00", "back", end_to_end=end_to_end(due.refund))
    assert sure(row) is not None
    matching.accept_exact([row])

    assert chart.CASH_CLEARING not in balances()
    assert ledger.balance("BANK") == money("0.00")
    assert is_sound()


def test_a_shown_refund_that_is_undone_is_back_in_clearing(order):
    load(("charge", order.number, "10.00", "0.00"))
    order_to_cash.cancel(fresh(order), on=FRIDAY)
    row = line("-10.00", f"back for {order.number}")
    assert matching.accept_exact([row]).count == 1
    matching.undo(row, because="Not this one", now=order.date_placed.replace(day=9))
    assert ledger.balance(chart.CASH_CLEARING) == money("-10.00")
    assert is_sound()
