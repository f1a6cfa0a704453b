"""What lines of the bank stand for: which are sure, which wait, and what accepting one does."""

from decimal import Decimal
from functools import partial

import pytest
from django.db import DatabaseError, transaction

from erp import order_to_cash
from erp.banking import matching, proposals
from erp.banking.matching import LineTaken, NotTheSame
from erp.banking.models import BankLine, BankMatch
from erp.banking.proposals import Part
from erp.documents.models import Company
from erp.invoicing.models import Payment, PaymentOperation
from tests.books import is_sound
from tests.chain.scenes import FRIDAY, LATER, balances, entries, fresh, pay, place, refused
from tests.chain.threads import split, together
from tests.factories import ProductFactory, sale_line

from .papers import open_account
from .scenes import best, came, line, money, state, sure

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def account(db):
    open_account()


@pytest.fixture
def lamp():
    return ProductFactory(title="Lamp", stock=(40, "4.00"))


@pytest.fixture
def order(lamp):
    """One lamp of 10.00, billed and to be paid by transfer."""
    return place(sale_line(lamp), key="first")


def test_a_transfer_that_names_its_order_and_is_what_is_owed_is_sure(order):
    row = line("10.00", f"Thanks for {order.number}")
    assert sure(row).order == order
    assert best(row).why == [
        f"Order {order.number} is named.",
        "The amount is what is owed.",
        "Ada Lovelace is the customer.",
    ]


def test_accepting_it_pays_the_order_and_books_it_once(order):
    row = line("10.00", order.number, on="2026-03-05")
    assert matching.accept_exact([row]).count == 1

    assert state(row) == "matched"
    [match] = BankMatch.objects.all()
    assert (match.amount, match.is_ours, str(match.operation.on)) == (money("10.00"), True, "2026-03-05")
    assert match.operation.reference == f"bank:{row.pk}:1"
    assert entries()[-1] == ("payment", {"BANK": "10.00", "RECEIVABLE": "-10.00"})
    assert order.delivery_notes.get().state == "ready"
    assert is_sound()


@pytest.mark.parametrize(
    ("amount", "text", "name", "why"),
    [
        ("9.99", "{number}", "", "A part: 0.01 would still be owed."),
        ("10.01", "{number}", "", "0.01 more than is owed."),
        ("10.00", "no number", "", "The amount is what is owed."),
        ("7.00", "no number", "LOVELACE, ADA", "LOVELACE, ADA is the customer."),
        ("7.00", "no number", "ada lovelace", "ada lovelace is the customer."),
        ("7.00", "no number", "Grace", None),
        ("10.00", "{number} {number}", "Grace", "The amount is what is owed."),
    ],
)
def test_what_is_not_sure_waits_with_its_reasons(order, amount, text, name, why):
    row = line(amount, text.format(number=order.number), name=name)
    is_sure = "{number} {number}" in text
    assert (sure(row) is not None) == is_sure
    found = proposals.for_line(row)
    assert (why in found[0].why) if why else found == []
    assert matching.accept_exact([row]).count == is_sure


def test_a_reversal_is_never_sure(order):
    assert sure(line("10.00", order.number, reversal=True)) is None


def test_two_numbers_are_not_sure_but_are_proposed_together(lamp, order):
    second = place(sale_line(lamp, 2), key="second")
    row = line("30.00", f"{order.number} and {second.number}")

    assert sure(row) is None
    both = best(row)
    assert {part.payment.order: str(part.amount) for part in both.parts} == {order: "10.00", second: "20.00"}
    matching.accept(row, both.parts)
    assert balances()["BANK"] == "30.00"
    assert is_sound()


def test_a_line_is_split_over_orders_and_an_account(lamp, order):
    second = place(sale_line(lamp, 2), key="second")
    row = line("31.00", "various")
    parts = [
        Part(money("20.00"), payment=second.payments.get()),
        Part(money("10.00"), payment=order.payments.get()),
        Part(money("1.00"), account="EXPENSES"),
    ]
    matching.accept(row, parts)
    assert BankMatch.objects.count() == 3
    assert balances()["EXPENSES"] == "-1.00"
    assert is_sound()


def test_part_of_what_is_owed_may_be_accepted_and_the_rest_is_then_sure(order):
    first, rest = came(("4.00", order.number), ("6.00", order.number))
    matching.accept(first, best(first).parts)
    assert sure(rest).order == order
    assert matching.accept_exact([rest]).count == 1
    assert order.payments.get().captured == money("10.00")
    assert is_sound()


def test_equal_transfers_for_one_order_are_sure_once(order):
    """The customer paid twice: the second waits for somebody."""
    rows = came(("10.00", order.number), ("10.00", order.number))
    assert matching.accept_exact(rows).count == 1
    assert [state(row) for row in rows] == ["matched", "open"]


def test_money_that_was_taken_in_by_hand_is_shown_not_taken_in_again(order):
    pay(order, reference="seen on paper")
    row = line("10.00", order.number)
    assert sure(row).why[1] == "It was taken in by hand already."
    assert matching.accept_exact([row]).count == 1
    assert PaymentOperation.objects.filter(kind="capture").count() == 1
    assert balances()["BANK"] == "10.00"
    with pytest.raises(NotTheSame, match="Another line of the bank stands for"):
        matching.accept(
            line("10.00", "again"), [Part(money("10.00"), operation=order.payments.get().operations.get())]
        )
    assert is_sound()


def test_an_order_not_yet_billed_is_billed_by_the_money(lamp):
    Company.objects.update(invoice_on="payment")
    order = place(sale_line(lamp), key="first")
    row = line("10.00", order.number)
    assert matching.accept_exact([row]).count == 1
    assert order.invoices.count() == 1
    assert is_sound()


def test_an_invoices_number_names_its_order(order):
    assert sure(line("10.00", order.invoices.get().number.lower().replace("-", " "))).order == order


def test_a_refund_is_shown_by_the_line_that_went_out(order):
    pay(order)
    order_to_cash.cancel(fresh(order), on=FRIDAY)
    row = line("-10.00", f"Refund {order.number}", on="2026-03-06")
    before = balances()
    assert matching.accept_exact([row]).count == 1
    assert BankMatch.objects.get().kind == "refund"
    assert balances() == before
    assert is_sound()


def test_charges_are_proposed_and_booked_to_fees():
    row = line("-4.90", "Kontoführung März", name="")
    assert sure(row) is None
    matching.accept(row, best(row).parts)
    assert entries() == [("bankmatch", {"BANK": "-4.90", "FEES": "4.90"})]
    assert is_sound()


@pytest.mark.parametrize("role", ["RECEIVABLE", "PAYABLE", "BANK"])
def test_accounts_that_need_more_than_an_amount_are_refused(role):
    row = line("-4.90", "x")
    with refused(NotTheSame, "cannot be booked to"):
        matching.accept(row, [Part(row.amount, account=role)])


@pytest.mark.parametrize(
    ("amounts", "sentence"),
    [
        (["9.00"], "The parts come to 9.00, the line to 10.00"),
        (["11.00", "-1.00"], "none is zero"),
        (["10.00", "0.00"], "none is zero"),
        ([], "The parts come to 0.00"),
    ],
)
def test_parts_that_are_not_the_line_are_refused(order, amounts, sentence):
    row, payment = line("10.00", "x"), order.payments.get()
    with refused(NotTheSame, sentence):
        matching.accept(row, [Part(money(amount), payment=payment) for amount in amounts])


def test_an_order_that_pays_by_card_takes_no_transfer(lamp):
    order = place(sale_line(lamp), pay="card")
    row = line("10.00", order.number)
    assert proposals.for_line(row) == []
    with refused(NotTheSame, "pays by Card"):
        matching.accept(row, [Part(row.amount, payment=order.payments.get())])


def test_money_that_went_out_pays_for_nothing(order):
    row = line("-10.00", "x")
    with refused(NotTheSame, "pays for nothing"):
        matching.accept(row, [Part(row.amount, payment=order.payments.get())])


def test_a_line_is_left_for_a_reason_and_taken_up_again(order):
    row = line("10.00", "whose is this?")
    matching.leave(row, reason="Asked the bank")
    assert (state(row), row.reason) == ("left", "Asked the bank")
    with pytest.raises(LineTaken, match="is left already"):
        matching.accept(row, [Part(row.amount, payment=order.payments.get())])
    matching.take_up(row)
    assert state(row) == "open"
    with refused(LineTaken, "was not left"):
        matching.take_up(row)
    assert is_sound()


def test_nobody_leaves_a_line_without_a_reason():
    row = line("10.00", "x")
    with pytest.raises(DatabaseError), transaction.atomic():
        matching.leave(row, reason="")


def test_what_was_booked_by_mistake_is_undone_and_the_line_is_free_again():
    row = line("-4.90", "Fee")
    matching.accept(row, [Part(row.amount, account="FEES")])
    matching.undo(row, because="Not ours", now=LATER)
    assert state(row) == "open"
    assert balances() == {}
    matching.accept(row, [Part(row.amount, account="EXPENSES")])
    assert balances() == {"BANK": "-4.90", "EXPENSES": "4.90"}
    assert is_sound()


def test_a_refund_that_was_shown_by_the_wrong_line_is_free_again(order):
    pay(order)
    order_to_cash.cancel(fresh(order), on=FRIDAY)
    row = line("-10.00", order.number)
    matching.accept(row, best(row).parts)
    matching.undo(row, because="Another one", now=LATER)
    assert sure(row) is not None
    with refused(LineTaken, "is not matched"):
        matching.undo(row, because="Again", now=LATER)
    assert is_sound()


def test_a_match_is_never_changed(order):
    row = line("10.00", order.number)
    matching.accept_exact([row])
    for change in ({"amount": Decimal("1.00")}, {"why": "No"}, {"is_ours": False}, {"kind": "refund"}):
        with pytest.raises(DatabaseError, match="can no longer be changed"), transaction.atomic():
            BankMatch.objects.update(**change)


@pytest.mark.django_db(transaction=True)
def test_of_ten_clerks_with_the_same_line_one_wins(order):
    row, payment = line("10.00", order.number), order.payments.get()

    def accept(_):
        mine = BankLine.objects.get(pk=row.pk)
        return matching.accept(mine, [Part(mine.amount, payment=payment)])

    done, errors = split(together(partial(accept, clerk) for clerk in range(10)))
    assert len(done) == 1
    assert {type(error) for error in errors} == {LineTaken}
    assert {str(error) for error in errors} == {"The line of 10.00 is matched already."}
    assert Payment.objects.get().captured == money("10.00")
    assert is_sound()


@pytest.mark.django_db(transaction=True)
def test_clerks_who_split_lines_over_the_same_orders_do_not_block_each_other(lamp):
    orders = [place(sale_line(lamp, 4), key=f"o{n}") for n in range(3)]
    rows = came(*[("15.00", f"line {n}") for n in range(6)])

    def accept(place_, row):
        turned = orders[place_ % 3 :] + orders[: place_ % 3]
        parts = [Part(money("5.00"), payment=order.payments.get()) for order in turned]
        return matching.accept(BankLine.objects.get(pk=row.pk), parts)

    done, errors = split(together(partial(accept, place_, row) for place_, row in enumerate(rows)))
    assert (len(done), errors) == (6, [])
    assert [payment.captured for payment in Payment.objects.all()] == [money("30.00")] * 3
    assert is_sound()
