"""Every state of an order and every verb: it goes where it should, or is refused and nothing changed."""

from decimal import Decimal

import pytest

from accounting.models import Account
from erp import order_to_cash, parcels, stocktaking
from erp.delivery.returns import NothingToReturn
from erp.documents.models import IllegalTransition
from erp.effects import retry
from erp.inventory.models import Warehouse
from erp.invoicing.invoices import NothingToInvoice
from erp.invoicing.portions import NothingToCredit
from tests.books import is_sound
from tests.chain.scenes import (
    FRIDAY,
    TUESDAY,
    company,
    every_row,
    fresh,
    pay,
    place,
    refused,
    ship,
    shipped_line,
    work,
)
from tests.factories import MONDAY, ProductFactory, sale_line

pytestmark = pytest.mark.django_db

NO_INVOICE = "there is no invoice to credit"


@pytest.fixture
def lamp():
    """Two of them lie in one warehouse, two in another: an order of four has two notes."""
    product = ProductFactory(title="Lamp", stock=(2, "4.00"))
    other = Warehouse.objects.create(code="other", name="Other", priority=20)
    stocktaking.adjust_stock(
        product, warehouse=other, quantity=2, cost=Decimal("8.00"), reason="Found", on=MONDAY, key="other"
    )
    return product


# The states, each reached through the chain


def unpaid(lamp):
    return place(sale_line(lamp, 4), charge="5.95")


def paid(lamp):
    order = unpaid(lamp)
    pay(order)
    return order


def held_on_card(lamp):
    return place(sale_line(lamp, 4), charge="5.95", pay="card")


def unbilled(lamp):
    return place(sale_line(lamp, 4), charge="5.95", pay="card", invoice_on="shipment")


def invoice_failed(lamp):
    Account.objects.filter(role="VAT_PAYABLE").update(active=False)
    order = unpaid(lamp)
    Account.objects.filter(role="VAT_PAYABLE").update(active=True)
    return order


def partly_shipped(lamp):
    order = paid(lamp)
    order_to_cash.ship(order.delivery_notes.order_by("pk")[0], on=TUESDAY)
    return order


def rest_cancelled(lamp):
    order = partly_shipped(lamp)
    parcels.cancel_rest(order.delivery_notes.get(state="ready"), on=TUESDAY)
    return order


def delivered(lamp):
    order = shipped(lamp)
    for note in order.delivery_notes.all():
        parcels.deliver(note, on=FRIDAY)
    return order


def shipped(lamp):
    order = paid(lamp)
    ship(order)
    return order


def shipped_unpaid(lamp):
    company(ship_before_payment=True)
    order = unpaid(lamp)
    ship(order)
    return order


def billed_on_shipment(lamp):
    order = unbilled(lamp)
    ship(order)
    work()
    return order


def all_returned(lamp):
    order = shipped(lamp)
    lines = [shipped_line(order, place) for place in range(2)]
    order_to_cash.take_back(order, quantities={line.pk: line.quantity for line in lines}, on=FRIDAY)
    return order


def all_credited(lamp):
    order = shipped(lamp)
    invoice = order.invoices.get()
    quantities = {line.pk: line.quantity for line in invoice.lines.all()}
    order_to_cash.credit(invoice, quantities=quantities, on=FRIDAY, key="all")
    return order


def cancelled_unpaid(lamp):
    order = unpaid(lamp)
    order_to_cash.cancel(order, on=FRIDAY)
    return order


def cancelled_paid(lamp):
    order = paid(lamp)
    order_to_cash.cancel(order, on=FRIDAY)
    return order


def cancelled_unbilled(lamp):
    order = unbilled(lamp)
    order_to_cash.cancel(order, on=FRIDAY)
    return order


# The verbs, each for what is next in line


def do_ship(order):
    notes = order.delivery_notes.order_by("pk")
    note = notes.exclude(state="shipped").first() or notes.first()
    order_to_cash.ship(note, on=FRIDAY)


def do_invoice(order):
    order_to_cash.invoice(order, on=FRIDAY)


def do_settle(order):
    payment = order.payments.get()
    amount = payment.amount - payment.captured or payment.amount
    order_to_cash.settle(payment, amount=amount, reference="again", on=FRIDAY)


def do_credit(order):
    invoice = order.invoices.order_by("pk")[0]
    quantities = {invoice.lines.order_by("pk")[0].pk: 1}
    order_to_cash.credit(invoice, quantities=quantities, on=FRIDAY, key="one")


def do_reduce(order):
    invoice = order.invoices.order_by("pk")[0]
    amounts = {invoice.lines.order_by("pk")[0].pk: Decimal("1.50")}
    order_to_cash.credit(invoice, amounts=amounts, on=FRIDAY, key="reduced")


def do_ship_a_part(order):
    notes = order.delivery_notes.order_by("pk")
    note = notes.exclude(state="shipped").first() or notes.first()
    order_to_cash.ship(note, on=FRIDAY, quantities={note.lines.get().pk: 1})


def do_cancel_the_rest(order):
    notes = order.delivery_notes.order_by("pk")
    note = notes.exclude(state="shipped").first() or notes.first()
    parcels.cancel_rest(note, on=FRIDAY)


def do_deliver(order):
    parcels.deliver(order.delivery_notes.order_by("pk")[0], on=FRIDAY)


def do_cancel(order):
    order_to_cash.cancel(order, on=FRIDAY)


def do_take_back(order):
    order_to_cash.take_back(order, quantities={shipped_line(order).pk: 1}, on=FRIDAY)


VERBS = [
    do_ship,
    do_ship_a_part,
    do_cancel_the_rest,
    do_deliver,
    do_invoice,
    do_settle,
    do_credit,
    do_reduce,
    do_cancel,
    do_take_back,
]
CONFIRMED, PARTLY, SHIPPED, CANCELLED = "confirmed", "partly shipped", "shipped", "cancelled"
GONE, BILLED, CREDITED, KEPT = (
    IllegalTransition,
    NothingToInvoice,
    NothingToCredit,
    NothingToReturn,
)
TABLE = {
    # state: what is made of it by ship, ship a part, cancel the rest, deliver,
    #        invoice, settle, credit, reduce, cancel, take_back
    unpaid: [GONE, GONE, CONFIRMED, GONE, BILLED, CONFIRMED, CREDITED, CONFIRMED, CANCELLED, KEPT],
    paid: [PARTLY, PARTLY, CONFIRMED, GONE, BILLED, CONFIRMED, CREDITED, CONFIRMED, CANCELLED, KEPT],
    held_on_card: [PARTLY, PARTLY, CONFIRMED, GONE, BILLED, CONFIRMED, CREDITED, CONFIRMED, CANCELLED, KEPT],
    unbilled: [
        PARTLY,
        PARTLY,
        CONFIRMED,
        GONE,
        CONFIRMED,
        CONFIRMED,
        NO_INVOICE,
        NO_INVOICE,
        CANCELLED,
        KEPT,
    ],
    invoice_failed: [
        GONE,
        GONE,
        CONFIRMED,
        GONE,
        CONFIRMED,
        CONFIRMED,
        NO_INVOICE,
        NO_INVOICE,
        CANCELLED,
        KEPT,
    ],
    partly_shipped: [SHIPPED, PARTLY, SHIPPED, PARTLY, BILLED, PARTLY, PARTLY, PARTLY, GONE, PARTLY],
    rest_cancelled: [GONE, GONE, GONE, SHIPPED, BILLED, SHIPPED, SHIPPED, SHIPPED, GONE, SHIPPED],
    shipped: [GONE, GONE, GONE, SHIPPED, BILLED, SHIPPED, SHIPPED, SHIPPED, GONE, SHIPPED],
    delivered: [GONE, GONE, GONE, GONE, BILLED, SHIPPED, SHIPPED, SHIPPED, GONE, SHIPPED],
    shipped_unpaid: [GONE, GONE, GONE, SHIPPED, BILLED, SHIPPED, SHIPPED, SHIPPED, GONE, SHIPPED],
    billed_on_shipment: [GONE, GONE, GONE, SHIPPED, BILLED, SHIPPED, SHIPPED, SHIPPED, GONE, SHIPPED],
    all_returned: [GONE, GONE, GONE, SHIPPED, BILLED, SHIPPED, CREDITED, CREDITED, GONE, KEPT],
    all_credited: [GONE, GONE, GONE, SHIPPED, BILLED, SHIPPED, CREDITED, CREDITED, GONE, SHIPPED],
    cancelled_unpaid: [GONE, GONE, GONE, GONE, BILLED, CANCELLED, CREDITED, CREDITED, GONE, KEPT],
    cancelled_paid: [GONE, GONE, GONE, GONE, BILLED, CANCELLED, CREDITED, CREDITED, GONE, KEPT],
    cancelled_unbilled: [GONE, GONE, GONE, GONE, BILLED, CANCELLED, NO_INVOICE, NO_INVOICE, GONE, KEPT],
}
CASES = [
    pytest.param(state, verb, outcome, id=f"{state.__name__}-{verb.__name__}")
    for state, outcomes in TABLE.items()
    for verb, outcome in zip(VERBS, outcomes, strict=True)
]


@pytest.mark.parametrize(("state", "verb", "outcome"), CASES)
def test_every_verb_in_every_state(lamp, state, verb, outcome):
    order = state(lamp)
    if outcome is NO_INVOICE:
        assert not order.invoices.exists()
    elif isinstance(outcome, type):
        with refused(outcome, "."):
            verb(order)
    else:
        verb(order)
        work()
        assert fresh(order).status == outcome
        for step in order.steps.filter(state="failed"):
            retry(step, on=FRIDAY)
        assert is_sound()


@pytest.mark.parametrize("state", TABLE, ids=lambda state: state.__name__)
def test_placing_again_is_the_same_order_whatever_became_of_it(lamp, state):
    order = state(lamp)
    before = every_row()

    again = place(sale_line(lamp, 4), charge="5.95")

    assert again == order
    assert every_row() == before


def test_a_verb_called_with_what_was_known_before_is_judged_by_what_is(lamp):
    """Objects that were read before the state changed do not let anything through."""
    order = unpaid(lamp)
    stale = fresh(order), order.delivery_notes.order_by("pk")[0]
    order_to_cash.cancel(order, on=TUESDAY)
    with refused(IllegalTransition, "."):
        order_to_cash.cancel(stale[0], on=FRIDAY)
    with refused(IllegalTransition, "."):
        order_to_cash.ship(stale[1], on=FRIDAY)
