"""Transfers of more than is owed: taken in whole, kept for the customer, given back or used, explained."""

import pytest

from erp import order_to_cash
from erp.banking import matching, proposals, transfers
from erp.banking.models import BankMatch
from erp.invoicing.models import Payment
from tests.books import is_sound
from tests.chain.scenes import FRIDAY, balances, fresh, place
from tests.factories import ProductFactory, sale_line

from .papers import OTHER_IBAN, open_account
from .scenes import best, came, line, money, sure

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def account(db):
    open_account()


@pytest.fixture
def lamp():
    return ProductFactory(title="Lamp", stock=(40, "4.00"))


@pytest.fixture
def order(lamp):
    return place(sale_line(lamp), key="first")


def accept(row):
    matching.accept(row, best(row).parts)


def surplus():
    return Payment.objects.get(kind="surplus")


def test_more_than_is_owed_is_two_movements_of_one_line(order):
    row = line("12.50", order.number)
    assert sure(row) is None
    accept(row)
    assert [str(match.amount) for match in BankMatch.objects.order_by("pk")] == ["10.00", "2.50"]
    assert (balances()["BANK"], balances()["PREPAYMENTS"]) == ("12.50", "-2.50")
    assert is_sound()


@pytest.mark.parametrize("before", ["paid", "cancelled"])
def test_money_for_an_order_that_owes_nothing_is_kept_and_goes_back_where_it_came_from(order, before):
    if before == "paid":
        accept(line("10.00", order.number))
    else:
        order_to_cash.cancel(order, on=FRIDAY)
    row = line("10.00", f"{order.number} again")
    assert "Nothing is owed on it: all would be kept for the customer." in best(row).why
    accept(row)
    assert surplus().amount == money("10.00")

    order_to_cash.give_back(surplus(), on=FRIDAY)

    [due] = transfers.due()
    assert (due.refund.amount, due.iban) == (money("10.00"), OTHER_IBAN)
    back = line("-10.00", order.number)
    assert matching.accept_exact([back]).count == 1
    assert is_sound()


def test_what_pays_for_another_order_is_no_movement_at_the_bank(lamp):
    orders = [place(sale_line(lamp, pieces), key=f"k{pieces}", party_key="user:1") for pieces in (1, 2)]
    accept(line("30.00", orders[0].number))
    order_to_cash.use_for(surplus(), fresh(orders[1]), on=FRIDAY)
    assert balances()["BANK"] == "30.00"
    assert proposals.for_line(line("20.00", orders[1].number))[0].owed == money("0.00")
    assert is_sound()


def test_what_was_paid_with_kept_money_goes_back_to_where_that_came_from(lamp):
    orders = [place(sale_line(lamp), key=key, party_key="user:1") for key in ("first", "second")]
    accept(line("20.00", orders[0].number))
    order_to_cash.use_for(surplus(), fresh(orders[1]), on=FRIDAY)

    order_to_cash.cancel(fresh(orders[1]), on=FRIDAY)

    [due] = transfers.due()
    assert (due.refund.amount, due.iban) == (money("10.00"), OTHER_IBAN)
    assert is_sound()


def test_both_halves_of_a_double_payment_are_told_apart(order):
    first, second = came(("10.00", order.number), ("10.00", order.number))
    assert matching.accept_exact([first, second]).count == 1
    accept(second)
    assert surplus().amount == money("10.00")
    assert {match.line_id for match in BankMatch.objects.all()} == {first.pk, second.pk}
    assert is_sound()
