"""Every state of an order and every verb: it goes where it should, or is refused and nothing changed."""

from decimal import Decimal

import pytest

from accounting.models import Account
from erp import order_to_cash, stocktaking
from erp.delivery.returns import NothingToReturn
from erp.documents.models import IllegalTransition
from erp.inventory.models import Warehouse
from erp.invoicing.credit_notes import NothingToCredit
from erp.invoicing.invoices import NothingToInvoice
from erp.invoicing.payments import WrongAmount
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
    order = paid(lamp)
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


def do_cancel(order):
    order_to_cash.cancel(order, on=FRIDAY)


def do_take_back(order):
    order_to_cash.take_back(order, quantities={shipped_line(order).pk: 1}, on=FRIDAY)


VERBS = [do_ship, do_invoice, do_settle, do_credit, do_cancel, do_take_back]
CONFIRMED, PARTLY, SHIPPED, CANCELLED = "confirmed", "partly shipped", "shipped", "cancelled"
TABLE = {
    # state: what ship, invoice, settle, credit, cancel and take_back make of it
    unpaid: [IllegalTransition, NothingToInvoice, CONFIRMED, CONFIRMED, CANCELLED, NothingToReturn],
    paid: [PARTLY, NothingToInvoice, WrongAmount, CONFIRMED, CANCELLED, NothingToReturn],
    held_on_card: [PARTLY, NothingToInvoice, CONFIRMED, CONFIRMED, CANCELLED, NothingToReturn],
    unbilled: [PARTLY, CONFIRMED, CONFIRMED, NO_INVOICE, CANCELLED, NothingToReturn],
    invoice_failed: [IllegalTransition, CONFIRMED, CONFIRMED, NO_INVOICE, CANCELLED, NothingToReturn],
    partly_shipped: [SHIPPED, NothingToInvoice, WrongAmount, PARTLY, IllegalTransition, PARTLY],
    shipped: [IllegalTransition, NothingToInvoice, WrongAmount, SHIPPED, IllegalTransition, SHIPPED],
    shipped_unpaid: [IllegalTransition, NothingToInvoice, SHIPPED, SHIPPED, IllegalTransition, SHIPPED],
    billed_on_shipment: [
        IllegalTransition,
        NothingToInvoice,
        WrongAmount,
        SHIPPED,
        IllegalTransition,
        SHIPPED,
    ],
    all_returned: [
        IllegalTransition,
        NothingToInvoice,
        WrongAmount,
        NothingToCredit,
        IllegalTransition,
        NothingToReturn,
    ],
    all_credited: [PARTLY, NothingToInvoice, WrongAmount, NothingToCredit, CANCELLED, NothingToReturn],
    cancelled_unpaid: [
        IllegalTransition,
        NothingToInvoice,
        IllegalTransition,
        NothingToCredit,
        IllegalTransition,
        NothingToReturn,
    ],
    cancelled_paid: [
        IllegalTransition,
        NothingToInvoice,
        WrongAmount,
        NothingToCredit,
        IllegalTransition,
        NothingToReturn,
    ],
    cancelled_unbilled: [
        IllegalTransition,
        NothingToInvoice,
        IllegalTransition,
        NO_INVOICE,
        IllegalTransition,
        NothingToReturn,
    ],
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
