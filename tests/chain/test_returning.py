"""Goods are asked to come back, come, are looked at and taken or not; and consumers withdraw."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from erp import order_to_cash, parcels, returning
from erp.crediting import NotYetBilled
from erp.delivery.closing import NotInspected
from erp.delivery.models import Return
from erp.delivery.returns import NothingToReturn, NotOnTheReturn
from erp.delivery.withdrawals import NoRightOfWithdrawal, last_day, withdrawal_ends
from erp.documents.models import IllegalTransition, Outbox
from erp.inventory.models import StockLevel
from erp.sales.models import Terms
from tests.books import is_sound
from tests.chain.scenes import (
    FRIDAY,
    TUESDAY,
    balances,
    company,
    every_row,
    fresh,
    on_shelf,
    pay,
    place,
    refused,
    ship,
    shipped_line,
    work,
)
from tests.factories import ProductFactory, sale_line, shipping

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 6, 9, 30, tzinfo=UTC)


@pytest.fixture
def lamp():
    """It costs us 60.01, and the customer 119.00: 100.00 without VAT."""
    return ProductFactory(title="Lamp", price=Decimal("119.00"), stock=(10, "60.01"))


@pytest.fixture
def order(lamp):
    """Three lamps for 357.00 and 5.95 for shipping, paid by card and sent."""
    order = place(sale_line(lamp, 3, "119.00"), pay="card", charge="5.95", email="ada@example.com")
    work()
    ship(order)
    return order


def ask(order, pieces=3, key="r1"):
    line = shipped_line(order)
    return returning.request(order, quantities={line.pk: pieces}, on=FRIDAY, key=key, reason="Too bright")


def line(document):
    return document.lines.get()


def receive(document, pieces):
    returning.receive(document, quantities={line(document).pk: pieces}, on=FRIDAY)


def inspect(document, **pieces):
    returning.inspect(document, dispositions={line(document).pk: pieces}, on=FRIDAY)


def close(document):
    return order_to_cash.close_return(document, on=FRIDAY)


# The states, each reached through the chain


def requested(order):
    return ask(order, 2)


def approved(order):
    document = requested(order)
    returning.approve(document, on=FRIDAY)
    return document


def received(order):
    document = approved(order)
    receive(document, 1)
    return document


def inspected(order):
    document = received(order)
    inspect(document, restocked=1)
    return document


def closed(order):
    return close(inspected(order))


def rejected(order):
    document = requested(order)
    returning.reject(document, on=FRIDAY, reason="Worn")
    return document


def cancelled(order):
    document = approved(order)
    returning.cancel(document, on=FRIDAY)
    return document


# The verbs


def do_approve(document):
    returning.approve(document, on=FRIDAY)


def do_reject(document):
    returning.reject(document, on=FRIDAY, reason="Worn")


def do_cancel(document):
    returning.cancel(document, on=FRIDAY, reason="Keeps them")


def do_receive(document):
    receive(document, 1)


def do_inspect(document):
    inspect(document, damaged=1)


VERBS = [do_approve, do_reject, do_cancel, do_receive, do_inspect, close]
NO = IllegalTransition
TABLE = {
    # state: what approve, reject, cancel, receive, inspect and close make of it
    requested: ["approved", "rejected", "cancelled", NO, NO, NO],
    approved: [NO, NO, "cancelled", "received", NO, NO],
    received: [NO, NO, NO, "received", "received", NotInspected],
    inspected: [NO, NO, NO, "received", "received", "closed"],
    closed: [NO, NO, NO, NO, NO, NO],
    rejected: [NO, NO, NO, NO, NO, NO],
    cancelled: [NO, NO, NO, NO, NO, NO],
}
CASES = [
    pytest.param(state, verb, outcome, id=f"{state.__name__}-{verb.__name__}")
    for state, outcomes in TABLE.items()
    for verb, outcome in zip(VERBS, outcomes, strict=True)
]


@pytest.mark.parametrize(("state", "verb", "outcome"), CASES)
def test_every_verb_in_every_state_of_a_return(order, state, verb, outcome):
    document = state(order)
    if isinstance(outcome, type):
        with refused(outcome, "."):
            verb(document)
    else:
        verb(document)
        work()
        assert Return.objects.get(pk=document.pk).state == outcome
        assert is_sound()


# Closing


def test_each_piece_goes_where_it_was_said_at_what_it_had_cost(order, lamp):
    document = ask(order)
    returning.approve(document, on=FRIDAY)
    receive(document, 2)
    receive(document, 1)
    inspect(document, restocked=1, damaged=1, refused=1)

    close(document)
    work()

    assert on_shelf(lamp) == (9, 0)
    assert StockLevel.objects.get(product=lamp).unavailable == 1
    assert (line(document).cost, line(document).lost) == (Decimal("120.02"), 0)
    assert "WRITE_OFF" not in balances()
    assert balances()["COST_OF_GOODS_SOLD"] == "60.01"
    assert order.credit_notes.get().gross == Decimal("238.00")
    assert order.payments.get().refunded == Decimal("238.00")
    assert is_sound()
    again = ask(order, 1, "r2")
    assert again.state == "requested"  # the piece that was refused is the customer's again


def test_what_never_came_is_not_credited_and_may_be_asked_for_again(order):
    document = ask(order)
    returning.approve(document, on=FRIDAY)
    receive(document, 2)
    inspect(document, restocked=1, scrapped=1)
    close(document)
    assert order.credit_notes.get().gross == Decimal("238.00")
    with refused(NothingToReturn, "1 can come back, not 2"):
        ask(order, 2, "r2")
    close_the_rest(ask(order, 1, "r3"))
    assert shipped_line(order).returned == 3
    assert balances()["WRITE_OFF"] == "60.01"
    assert is_sound()


def close_the_rest(document):
    returning.approve(document, on=FRIDAY)
    receive(document, 1)
    inspect(document, restocked=1)
    close(document)


def test_a_return_of_which_all_is_refused_credits_nothing(order):
    document = received(order)
    inspect(document, refused=1)
    close(document)
    assert not order.credit_notes.exists()
    assert is_sound()


def test_a_piece_that_was_cheaper_in_the_end_goes_back_for_that(order):
    invoice = order.invoices.get()
    amounts = {invoice.lines.get(kind="goods").pk: Decimal("30.00")}
    order_to_cash.credit(invoice, amounts=amounts, on=FRIDAY, key="scratched")
    close(inspected(order))
    assert order.credit_notes.order_by("pk").last().gross == Decimal("109.00")
    assert is_sound()


def test_what_is_not_billed_is_not_closed(lamp):
    order = place(sale_line(lamp, 1, "119.00"), pay="card", invoice_on="payment")
    order.delivery_notes.update(state="ready")
    ship(order)
    with refused(NotYetBilled, "Invoice order"):
        order_to_cash.take_back(order, quantities={shipped_line(order).pk: 1}, on=FRIDAY)


# Refusals on the way


def test_no_more_is_asked_for_than_is_with_the_customer(order):
    ask(order, 2)
    for pieces in (2, 0, -1, 10**9):
        with refused(NothingToReturn, f"1 can come back, not {pieces}"):
            ask(order, pieces, "r2")
    with refused(NothingToReturn, "1 can come back"):
        order_to_cash.take_back(order, quantities={shipped_line(order).pk: 2}, on=FRIDAY)


def test_the_same_request_is_one(order):
    document = ask(order)
    before = every_row()
    assert ask(order) == document
    assert every_row() == before


@pytest.mark.parametrize("pieces", [0, -1, 3, 10**9])
def test_no_more_is_received_than_was_asked_for(order, pieces):
    document = approved(order)
    with refused(NotOnTheReturn, f"Of 'Lamp' 2 are to come, not {pieces}"):
        receive(document, pieces)


@pytest.mark.parametrize("pieces", [{"restocked": 2}, {"restocked": 1, "refused": 1}, {"damaged": -1}])
def test_no_more_is_disposed_of_than_was_received(order, pieces):
    document = received(order)
    with refused(NotOnTheReturn, "Of 'Lamp' 1 came in"):
        inspect(document, **pieces)


def test_only_lines_of_the_return_are_received_and_inspected(order):
    document = received(order)
    for wanted in ({}, {0: 1}):
        with refused(NotOnTheReturn, "Only what stands on"):
            returning.receive(document, quantities=wanted, on=FRIDAY)
        with refused(NotOnTheReturn, "Only what stands on"):
            returning.inspect(document, dispositions={key: {"restocked": 1} for key in wanted}, on=FRIDAY)


def test_a_rejected_request_frees_its_pieces_and_says_why(order):
    document = rejected(order)
    assert Return.objects.get(pk=document.pk).answer == "Worn"
    assert shipped_line(order).asked == 0
    kinds = Outbox.objects.filter(topic="mail").order_by("pk").values_list("payload__kind", flat=True)
    assert list(kinds)[-2:] == ["return_requested", "return_rejected"]


# Withdrawal


def withdraw(order, quantities=None, *, now=NOW, key="w1"):
    return returning.withdraw(order, quantities=quantities, now=now, key=key)


def test_the_clock_starts_when_the_last_goods_have_arrived(order):
    assert withdrawal_ends(order) is None
    parcels.deliver(order.delivery_notes.get(), on=FRIDAY)
    assert withdrawal_ends(fresh(order)) == FRIDAY + timedelta(days=14)
    company(withdrawal_days=30)
    assert withdrawal_ends(fresh(order)) == FRIDAY + timedelta(days=30)


def test_it_is_open_while_a_part_is_on_its_way_and_ignores_what_never_comes(order, lamp):
    several = place(sale_line(lamp, 3, "119.00"), pay="card", key="several")
    note = several.delivery_notes.get()
    order_to_cash.ship(note, quantities={note.lines.get().pk: 1}, on=TUESDAY)
    parcels.deliver(note, on=TUESDAY)
    assert withdrawal_ends(several) is None
    parcels.cancel_rest(several.delivery_notes.get(state="ready"), on=FRIDAY)
    assert withdrawal_ends(fresh(several)) == TUESDAY + timedelta(days=14)


def test_no_notes_have_no_last_day():
    assert last_day([], 14) is None


def test_on_the_last_day_one_may_withdraw_and_not_on_the_next(order):
    parcels.deliver(order.delivery_notes.get(), on=TUESDAY)
    late = datetime(2026, 3, 17, 22, 59, tzinfo=UTC)  # 23:59 in Berlin
    with refused(NoRightOfWithdrawal, "ended on 17 March 2026"):
        withdraw(order, now=late + timedelta(minutes=1))
    assert withdraw(order, now=late).returned.state == "approved"


def test_what_has_not_left_is_cancelled_and_all_is_given_back(lamp):
    order = place(sale_line(lamp, 3, "119.00"), pay="card", charge="5.95", email="ada@example.com")
    work()
    declaration = withdraw(order)
    work()
    assert declaration.returned is None
    assert declaration.lines == [{"title": "Lamp", "quantity": 3}]
    assert fresh(order).status == "cancelled"
    assert order.payments.get().refunded == order.total_incl_tax
    assert is_sound()


def test_what_has_left_may_come_back_and_shipping_is_given_back_with_it(order, mailoutbox):
    declaration = withdraw(order)
    document = declaration.returned
    assert (document.state, declaration.declared_at, declaration.is_whole) == ("approved", NOW, True)
    work()
    receipt = mailoutbox[-1]
    assert "withdrawal" in receipt.subject
    for words in (order.number, document.number, "6 March 2026", "10:30:00"):
        assert words in receipt.body

    receive(document, 3)
    inspect(document, restocked=2, damaged=1)
    close(document)
    work()

    assert order.payments.get().refunded == order.total_incl_tax == Decimal("362.95")
    assert {row.kind for row in order.credit_notes.get().lines.all()} == {"goods", "shipping"}
    assert is_sound()


def test_of_a_part_withdrawn_shipping_stays(order):
    document = withdraw(order, {shipped_line(order).pk: 2}).returned
    receive(document, 2)
    inspect(document, restocked=2)
    close(document)
    assert order.credit_notes.get().gross == Decimal("238.00")
    assert is_sound()


def test_the_second_part_brings_shipping_back_too(order):
    for key, pieces in (("w1", 1), ("w2", 2)):
        document = withdraw(order, {shipped_line(order).pk: pieces}, key=key).returned
        receive(document, pieces)
        inspect(document, restocked=pieces)
        close(document)
    assert order.payments.get().refunded == order.total_incl_tax
    assert is_sound()


def test_pieces_that_are_missing_keep_shipping(order):
    document = withdraw(order).returned
    receive(document, 2)
    inspect(document, restocked=2)
    close(document)
    assert order.credit_notes.get().gross == Decimal("238.00")


@pytest.mark.parametrize(("prices", "back"), [("gross", "5.95"), ("net", "5.95")])
def test_of_express_what_the_standard_way_costs_is_given_back(lamp, prices, back):
    charge = shipping("11.90" if prices == "gross" else "10.00")
    order = place(sale_line(lamp, 1, "119.00"), pay="card", shipping=charge, prices=prices)
    Terms.objects.filter(order=order).update(standard_shipping=Decimal("5.95"))
    work()
    ship(order)
    document = withdraw(order).returned
    receive(document, 1)
    inspect(document, restocked=1)
    close(document)
    rows = {row.kind: row.gross for row in order.credit_notes.get().lines.all()}
    assert rows["amount"] == Decimal(back)
    assert is_sound()


def test_of_an_order_that_left_in_part_the_rest_is_cancelled_and_the_part_comes_back(lamp):
    order = place(sale_line(lamp, 3, "119.00"), pay="card", charge="5.95")
    work()
    note = order.delivery_notes.get()
    order_to_cash.ship(note, quantities={note.lines.get().pk: 1}, on=TUESDAY)
    document = withdraw(order).returned
    assert fresh(order).status == "shipped"
    assert order.credit_notes.get().gross == Decimal("238.00")
    receive(document, 1)
    inspect(document, restocked=1)
    close(document)
    work()
    assert order.payments.get().refunded == order.total_incl_tax
    assert is_sound()


def test_a_withdrawal_replaces_a_request_that_could_be_rejected(order):
    document = ask(order, 2)
    declaration = withdraw(order)
    assert Return.objects.get(pk=document.pk).state == "cancelled"
    assert line(declaration.returned).quantity == 3
    assert is_sound()


def test_a_declaration_sent_twice_is_one(order):
    first = withdraw(order)
    before = every_row()
    assert withdraw(order) == first
    assert every_row() == before
    with refused(NoRightOfWithdrawal, "have withdrawn from order"):
        withdraw(order, key="w2")


def test_a_business_has_no_right_to_withdraw(order):
    Terms.objects.filter(order=order).update(vat_id="DE136695976")
    with refused(NoRightOfWithdrawal, "Businesses"):
        withdraw(order)


def test_from_a_cancelled_order_and_from_services_after_a_fortnight_nobody_withdraws(lamp):
    order = place(sale_line(lamp), key="a")
    order_to_cash.cancel(order, on=TUESDAY)
    with refused(NoRightOfWithdrawal, "is cancelled already"):
        withdraw(order)
    advice = ProductFactory(title="Advice", product_class__name="Service", product_class__track_stock=False)
    service = place(sale_line(advice), key="b")
    pay(service)
    assert withdrawal_ends(service) == date(2026, 3, 16)
    withdraw(service)
    assert fresh(service).status == "cancelled"
    assert is_sound()


def test_only_what_has_left_is_withdrawn_from_piece_by_piece(lamp):
    order = place(sale_line(lamp, 3, "119.00"), pay="card")
    with refused(NothingToReturn, "Only what was shipped"):
        withdraw(order, {shipped_line(order).pk: 1})
