"""What the chain refuses once there is an order: each with its sentence, and nothing changed by it."""

from decimal import Decimal

import pytest

from accounting.refusal import Refusal
from erp import order_to_cash, paying, stocktaking
from erp.delivery.returns import NothingToReturn
from erp.documents.models import IllegalTransition
from erp.effects import NothingToRetry, retry
from erp.inventory import services as inventory
from erp.inventory.services import OutOfStock, main_warehouse
from erp.invoicing import payments
from erp.invoicing.invoices import NothingToInvoice
from erp.invoicing.models import Payment
from erp.invoicing.payments import WrongAmount
from erp.invoicing.portions import NothingToCredit
from tests.books import is_sound
from tests.chain.scenes import (
    FRIDAY,
    TUESDAY,
    card,
    every_row,
    fresh,
    pay,
    place,
    refused,
    ship,
    shipped_line,
    stepped,
)
from tests.factories import MONDAY, ProductFactory, sale, sale_line

pytestmark = pytest.mark.django_db


@pytest.fixture
def lamp():
    """It costs us 4.00, and the customer 10.00. Five are on the shelf."""
    return ProductFactory(title="Lamp", stock=(5, "4.00"))


def sent(product, quantity=1):
    """An order that is billed and has left."""
    order = place(sale_line(product, quantity), pay="card")
    ship(order)
    return order


# Papers


def test_an_order_is_invoiced_once(lamp):
    order = place(sale_line(lamp))
    with refused(NothingToInvoice, "is invoiced already"):
        order_to_cash.invoice(order, on=TUESDAY)


def test_a_cancelled_order_is_not_invoiced(lamp):
    order = place(sale_line(lamp), invoice_on="shipment")
    order_to_cash.cancel(order, on=TUESDAY)
    with refused(NothingToInvoice, "is cancelled"):
        order_to_cash.invoice(order, on=TUESDAY)


def test_a_reference_may_be_as_long_as_a_bank_gives_it(lamp):
    order = place(sale_line(lamp, 2))
    pay(order, amount="30.00", reference="x" * 150)
    assert is_sound()


def test_no_more_is_credited_than_was_billed(lamp):
    invoice = place(sale_line(lamp, 2)).invoices.get()
    line = invoice.lines.get()
    for pieces, sentence in ((3, "2 can be credited, not 3"), (0, "not 0"), (-1, "not -1"), (10**9, "2 can")):
        with refused(NothingToCredit, sentence):
            order_to_cash.credit(invoice, quantities={line.pk: pieces}, on=TUESDAY, key="c1")


def test_only_lines_of_the_invoice_are_credited(lamp):
    invoice = place(sale_line(lamp)).invoices.get()
    other = place(sale_line(lamp), key="another").invoices.get().lines.get()
    for quantities in ({}, {other.pk: 1}, {0: 1}):
        with refused(NothingToCredit, "Only lines of this invoice"):
            order_to_cash.credit(invoice, quantities=quantities, on=TUESDAY, key="c1")


def test_the_same_credit_is_given_once(lamp):
    invoice = sent(lamp, 2).invoices.get()
    quantities = {invoice.lines.get().pk: 1}
    note = order_to_cash.credit(invoice, quantities=quantities, on=TUESDAY, key="c1")
    before = every_row()
    assert order_to_cash.credit(invoice, quantities=quantities, on=TUESDAY, key="c1") == note
    assert every_row() == before


def test_what_is_credited_whole_is_not_credited_again(lamp):
    invoice = sent(lamp).invoices.get()
    quantities = {invoice.lines.get().pk: 1}
    order_to_cash.credit(invoice, quantities=quantities, on=TUESDAY, key="c1")
    with refused(NothingToCredit, "0 can be credited, not 1"):
        order_to_cash.credit(invoice, quantities=quantities, on=TUESDAY, key="c2")


@pytest.mark.parametrize("amount", ["0.00", "-1.00", "10.01"])
def test_no_more_is_refunded_than_was_taken(lamp, amount):
    payment = pay(place(sale_line(lamp))).payment
    with refused(WrongAmount, "cannot be refunded: 10.00 of payment"):
        payments.refund(payment, Decimal(amount), reference="refund-1", on=FRIDAY)


# Goods


def test_a_note_leaves_once(lamp):
    order = place(sale_line(lamp), pay="card")
    note = order.delivery_notes.get()
    order_to_cash.ship(note, on=TUESDAY)
    with refused(IllegalTransition, "is shipped: it cannot become shipped"):
        order_to_cash.ship(note, on=TUESDAY)


def test_goods_wait_for_the_money(lamp):
    note = place(sale_line(lamp)).delivery_notes.get()
    with refused(IllegalTransition, "is waiting for payment: it cannot become shipped"):
        order_to_cash.ship(note, on=TUESDAY)


def test_a_cancelled_order_is_not_shipped(lamp):
    order = place(sale_line(lamp), pay="card")
    note = order.delivery_notes.get()
    order_to_cash.cancel(order, on=TUESDAY)
    with refused(IllegalTransition, "no longer ready"):
        order_to_cash.ship(note, on=TUESDAY)


def test_what_has_left_is_not_cancelled(lamp):
    order = place(sale_line(lamp), pay="card")
    ship(order)
    with refused(IllegalTransition, "is shipped: it cannot become cancelled"):
        order_to_cash.cancel(order, on=TUESDAY)


def test_an_order_is_cancelled_once(lamp):
    order = place(sale_line(lamp))
    order_to_cash.cancel(order, on=TUESDAY)
    with refused(IllegalTransition, "is cancelled: it cannot become cancelled"):
        order_to_cash.cancel(order, on=TUESDAY)


def test_no_more_comes_back_than_was_shipped(lamp):
    order = place(sale_line(lamp, 2), pay="card")
    ship(order)
    line = shipped_line(order)
    order_to_cash.take_back(order, quantities={line.pk: 1}, on=FRIDAY)
    for pieces, sentence in ((2, "Of 'Lamp' 1 can come back, not 2."), (0, "not 0"), (-1, "not -1")):
        with refused(NothingToReturn, sentence):
            order_to_cash.take_back(order, quantities={line.pk: pieces}, on=FRIDAY)


def test_only_what_was_shipped_with_the_order_comes_back(lamp):
    order = place(sale_line(lamp), pay="card")
    other = place(sale_line(lamp), pay="card", key="another")
    ship(other)
    waiting, foreign = shipped_line(order), shipped_line(other)
    for quantities in ({}, {waiting.pk: 1}, {foreign.pk: 1}, {0: 1}):
        with refused(NothingToReturn, "Only what was shipped with this order"):
            order_to_cash.take_back(order, quantities=quantities, on=FRIDAY)


# Steps and stock


def test_a_step_that_is_done_is_not_taken_again(lamp):
    order = place(sale_line(lamp))
    with refused(NothingToRetry, "The step 'invoice' is done."):
        retry(order.steps.get(name="invoice"), on=TUESDAY)


def test_a_step_to_ship_needs_a_note_that_is_ready(lamp):
    order = place(sale_line(lamp))
    assert stepped(order)["ship"] == "manual"
    with refused(NothingToRetry, "No delivery note of this order is ready"):
        retry(order.steps.get(name="ship"), on=TUESDAY)


def adjust(product, quantity, *, reason="Counted", **changes):
    stocktaking.adjust_stock(
        product, warehouse=main_warehouse(), quantity=quantity, reason=reason, on=TUESDAY, key="a1", **changes
    )


@pytest.mark.parametrize(("quantity", "reason"), [(0, "Counted"), (1, " ")])
def test_an_adjustment_needs_a_quantity_and_a_reason(lamp, quantity, reason):
    with refused(stocktaking.NoReason, "needs a quantity and a reason"):
        adjust(lamp, quantity, reason=reason)


@pytest.mark.parametrize("quantity", [-2, -(10**9)])
def test_what_is_promised_is_not_counted_away(lamp, quantity):
    place(sale_line(lamp, 4))
    with refused(OutOfStock, "Only 1 of 'Lamp' can be taken off"):
        adjust(lamp, quantity)


def test_pieces_found_do_not_cost_less_than_nothing(lamp):
    with refused(Refusal, "cannot cost less than nothing"):
        adjust(lamp, 2, cost=Decimal("-1.00"))


def test_no_more_is_found_than_can_be_counted(lamp):
    with refused(Refusal, "more than can be counted"):
        adjust(lamp, 10**10)


def test_an_adjustment_is_made_once(lamp):
    adjust(lamp, -1)
    before = every_row()
    adjust(lamp, -1)
    assert every_row() == before


def test_a_price_that_stays_is_no_change(lamp):
    record = lamp.stockrecords.get()
    before = every_row()
    inventory.set_price(record, record.price)
    assert every_row() == before


def test_a_refused_order_gives_its_hold_on_a_card_back(lamp):
    payment = card("60.00")
    with pytest.raises(OutOfStock):
        order_to_cash.place(sale(sale_line(lamp, 6), payment_method="card", payment=payment), on=MONDAY)
    paying.void_payment(payment, on=MONDAY)
    assert Payment.objects.get().state == "voided"


def test_an_order_that_was_refused_can_be_placed_with_the_same_key(lamp):
    with refused(OutOfStock, "Only 5"):
        place(sale_line(lamp, 6))
    assert fresh(place(sale_line(lamp, 5))).status == "confirmed"
