"""When an order is billed, paid and shipped is a matter of settings: the books end the same."""

from decimal import Decimal

import pytest

from accounting.money import ZERO
from erp import order_to_cash, parcels
from erp.delivery.models import DeliveryNote
from erp.invoicing.payments import still_to_come
from tests.books import is_sound
from tests.chain.scenes import (
    FRIDAY,
    TUESDAY,
    balances,
    company,
    entries,
    fresh,
    on_shelf,
    pay,
    place,
    ship,
    stepped,
    work,
)
from tests.factories import ProductClassFactory, ProductFactory, sale_line

pytestmark = pytest.mark.django_db

# Two lamps of 119.00 that cost us 60.00 each, and shipping: 243.95, of which 38.95 are VAT.
MONEY = {"bank": "BANK", "card": "CLEARING"}
BILLED_AHEAD = {"RECEIVABLE": "243.95", "DEFERRED_REVENUE": "-205.00", "VAT_PAYABLE": "-38.95"}
BILLED_AFTER = {
    "RECEIVABLE": "243.95",
    "REVENUE": "-200.00",
    "VAT_PAYABLE": "-38.95",
    "SHIPPING_INCOME": "-5.00",
}
GONE = {"COST_OF_GOODS_SOLD": "120.00", "INVENTORY": "-120.00"}
GONE_AND_EARNED = GONE | {"DEFERRED_REVENUE": "205.00", "REVENUE": "-200.00", "SHIPPING_INCOME": "-5.00"}
IN_THE_END = {
    "RECEIVABLE": "0.00",
    "INVENTORY": "180.00",
    "VAT_PAYABLE": "-38.95",
    "REVENUE": "-200.00",
    "SHIPPING_INCOME": "-5.00",
    "COST_OF_GOODS_SOLD": "120.00",
    "OPENING_BALANCES": "-300.00",
}


@pytest.fixture
def lamp():
    return ProductFactory(title="Lamp", price=Decimal("119.00"), stock=(5, "60.00"))


@pytest.fixture
def advice():
    kind = ProductClassFactory(name="Services", track_stock=False, requires_shipping=False)
    return ProductFactory(title="Advice", product_class=kind, price=Decimal("59.50"))


def paid(by):
    return {MONEY[by]: "243.95", "RECEIVABLE": "-243.95"}


AHEAD = ["bill ahead", "pay", "ship and earn"]
ON_CREDIT = ["bill ahead", "ship and earn", "pay"]
AFTERWARDS = ["ship", "bill", "pay"]
COURSES = [
    # invoice on, paid by, ship before payment, what is posted
    ("order", "card", False, AHEAD),
    ("order", "card", True, AHEAD),
    ("order", "bank", False, AHEAD),
    ("order", "bank", True, ON_CREDIT),
    ("payment", "card", False, AHEAD),
    ("payment", "card", True, AHEAD),
    ("payment", "bank", False, AHEAD),
    ("payment", "bank", True, AHEAD),
    ("shipment", "card", False, AFTERWARDS),
    ("shipment", "card", True, AFTERWARDS),
    ("shipment", "bank", False, AHEAD),
    ("shipment", "bank", True, AFTERWARDS),
]


@pytest.mark.parametrize(("invoice_on", "by", "trusting", "course"), COURSES)
def test_every_policy_ends_paid_and_shipped(lamp, invoice_on, by, trusting, course):
    company(invoice_on=invoice_on, ship_before_payment=trusting)

    order = place(sale_line(lamp, 2, "119.00"), pay=by, charge="5.95")
    go_on(order, by)

    meaning = {
        "bill ahead": ("invoice", BILLED_AHEAD),
        "bill": ("invoice", BILLED_AFTER),
        "pay": ("payment", paid(by)),
        "ship": ("delivery", GONE),
        "ship and earn": ("delivery", GONE_AND_EARNED),
    }
    assert entries() == [meaning[event] for event in course]
    expected = IN_THE_END | {MONEY[by]: "243.95"}
    assert balances() == {role: amount for role, amount in expected.items() if amount != "0.00"}
    assert fresh(order).status == "shipped"
    assert set(stepped(order).values()) == {"done"}
    assert order.payments.get().captured == order.total_incl_tax
    assert is_sound()


def go_on(order, by):
    """Whatever can be done is done: goods leave as soon as they may, money comes as soon as it can."""
    work()
    if order.delivery_notes.get().state == "ready":
        ship(order)
        work()
    if by == "bank":
        pay(order)
    if fresh(order).status != "shipped":
        ship(order)


def test_an_order_for_nothing_has_no_invoice_but_ships_and_costs(lamp):
    order = place(sale_line(lamp, 1, "119.00", "119.00"))
    assert order.total_incl_tax == 0
    assert stepped(order) == {"ship": "manual"}

    ship(order)

    assert entries() == [("delivery", {"COST_OF_GOODS_SOLD": "60.00", "INVENTORY": "-60.00"})]
    assert not order.invoices.exists()
    assert not order.payments.exists()
    assert is_sound()


@pytest.mark.parametrize("invoice_on", ["order", "shipment"])
def test_services_are_revenue_at_once_and_have_no_delivery_note(advice, invoice_on):
    order = place(sale_line(advice, 2, "59.50"), pay="card", invoice_on=invoice_on)
    work()

    assert not order.delivery_notes.exists()
    bill = {"RECEIVABLE": "119.00", "REVENUE": "-100.00", "VAT_PAYABLE": "-19.00"}
    assert entries() == [
        ("invoice", bill),
        ("payment", {"CLEARING": "119.00", "RECEIVABLE": "-119.00"}),
    ]
    assert stepped(order) == {"invoice": "done", "capture": "done"}
    assert is_sound()


def test_services_billed_on_payment_are_billed_when_it_comes(advice):
    order = place(sale_line(advice, 2, "59.50"), invoice_on="payment")
    assert entries() == []

    pay(order)

    assert [cause for cause, _ in entries()] == ["invoice", "payment"]
    assert stepped(order) == {"invoice": "done"}
    assert is_sound()


def test_of_goods_and_services_only_the_goods_are_deferred(lamp, advice):
    order = place(sale_line(lamp, 1, "119.00"), sale_line(advice, 1, "59.50"), pay="card", charge="5.95")
    ship(order)

    assert entries() == [
        (
            "invoice",
            {
                "RECEIVABLE": "184.45",
                "DEFERRED_REVENUE": "-105.00",
                "VAT_PAYABLE": "-29.45",
                "REVENUE": "-50.00",
            },
        ),
        (
            "delivery",
            {
                "COST_OF_GOODS_SOLD": "60.00",
                "INVENTORY": "-60.00",
                "DEFERRED_REVENUE": "105.00",
                "REVENUE": "-100.00",
                "SHIPPING_INCOME": "-5.00",
            },
        ),
    ]
    assert is_sound()


def test_part_payments_add_up_and_the_last_one_frees_the_goods(lamp):
    order = place(sale_line(lamp, 2, "119.00"))
    for place_of, amount in enumerate(("100.00", "38.00")):
        pay(order, amount=amount, reference=f"part-{place_of}")
        assert order.delivery_notes.get().state == "waiting payment"

    pay(order, amount="100.00", reference="part-3")

    assert order.delivery_notes.get().state == "ready"
    assert balances()["BANK"] == "238.00"
    assert "RECEIVABLE" not in balances()
    assert is_sound()


def test_money_noted_a_day_late_makes_an_invoice_of_the_day_that_is_left(lamp):
    late = place(sale_line(lamp), key="late", invoice_on="payment")
    order_to_cash.invoice(place(sale_line(lamp), key="other", invoice_on="shipment"), on=FRIDAY)
    pay(late)
    assert late.payments.get().operations.get().on == TUESDAY
    assert late.invoices.get().issued_on == FRIDAY
    assert is_sound()


def test_goods_are_free_when_what_is_left_after_a_credit_is_paid(lamp, advice):
    order = place(sale_line(lamp, 1, "119.00"), sale_line(advice, 1, "59.50"))
    invoice = order.invoices.get()
    service = invoice.lines.get(kind="service")
    order_to_cash.credit(invoice, quantities={service.pk: 1}, on=TUESDAY, key="c1")

    pay(order, amount="119.00")

    assert order.delivery_notes.get().state == "ready"
    assert is_sound()


def test_goods_are_free_when_a_credit_leaves_nothing_to_pay(lamp, advice):
    order = place(sale_line(lamp, 1, "119.00"), sale_line(advice, 1, "59.50"))
    invoice = order.invoices.get()
    service = invoice.lines.get(kind="service")
    pay(order, amount="130.00")
    assert order.delivery_notes.get().state == "waiting payment"

    order_to_cash.credit(invoice, quantities={service.pk: 1}, on=TUESDAY, key="c1")

    assert order.delivery_notes.get().state == "ready"
    assert still_to_come(order.payments.get()) == ZERO
    assert order.payments.get().refunded == Decimal("11.00")
    assert is_sound()


def test_goods_that_nobody_paid_stay_when_some_of_them_are_cancelled(lamp):
    order = place(sale_line(lamp, 2, "119.00"))
    note = order.delivery_notes.get()

    parcels.cancel_rest(note, on=TUESDAY, quantities={note.lines.get().pk: 1})

    assert DeliveryNote.objects.get(pk=note.pk).state == "waiting payment"
    assert still_to_come(order.payments.get()) == Decimal("119.00")
    assert is_sound()


def test_net_prices_carry_their_vat_on_top(lamp):
    order = place(sale_line(lamp, 3, "33.33"), pay="card", charge="4.90", prices="net")
    ship(order)
    work()

    assert (order.total_excl_tax, order.total_incl_tax) == (Decimal("104.89"), Decimal("124.82"))
    invoice = order.invoices.get()
    assert (invoice.net, invoice.tax, invoice.gross) == (
        Decimal("104.89"),
        Decimal("19.93"),
        Decimal("124.82"),
    )
    assert balances()["VAT_PAYABLE"] == "-19.93"
    assert is_sound()


def test_each_rate_is_rounded_on_its_own_total(lamp, advice):
    lines = [sale_line(lamp, 3, "0.33"), sale_line(advice, 5, "0.10", tax_code="DE-S-7")]
    order = place(*lines, pay="card")

    taxes = {row["code"]: row["tax"] for row in order.invoices.get().taxes}
    assert taxes == {"DE-S-19": "0.16", "DE-S-7": "0.03"}
    ship(order)
    work()
    assert is_sound()


def test_a_cancelled_order_gives_back_what_was_paid(lamp):
    order = place(sale_line(lamp, 2, "119.00"))
    pay(order, amount="100.00")

    order_to_cash.cancel(order, on=TUESDAY)
    work()

    assert balances() == {"INVENTORY": "300.00", "OPENING_BALANCES": "-300.00"}
    assert on_shelf(lamp) == (5, 0)
    assert is_sound()
