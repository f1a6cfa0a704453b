"""The story of one sale, told once from beginning to end. Read this test first."""

from datetime import date
from decimal import Decimal

import pytest

from accounting import chart
from accounting.ledger import balance
from erp import order_to_cash, paying
from erp.delivery.models import DeliveryLine
from erp.documents import outbox
from erp.inventory.models import StockLevel
from tests.books import is_sound
from tests.factories import MONDAY, NOON, ProductFactory, sale, sale_line

pytestmark = pytest.mark.django_db

TUESDAY, FRIDAY = date(2026, 3, 3), date(2026, 3, 6)


@pytest.fixture
def lamp():
    """It costs us 60.00, and the customer 119.00. Five are on the shelf."""
    return ProductFactory(title="Lamp", price=Decimal("119.00"), stock=(5, "60.00"))


@pytest.fixture
def bowl():
    """It costs us 25.00, and the customer 59.50. Four are on the shelf."""
    return ProductFactory(title="Bowl", price=Decimal("59.50"), stock=(4, "25.00"))


@pytest.fixture
def order(lamp, bowl):
    """Two lamps and a bowl with 10 % off by voucher, shipping 5.95, held on a card: 273.70 in all."""
    payment = paying.start_payment(
        "card", Decimal("273.70"), key="b1", form_data={"card_number": "4111 1111 1111 1111"}, on=MONDAY
    )
    lines = (sale_line(lamp, 2, "119.00", "23.80"), sale_line(bowl, 1, "59.50", "5.95"))
    wish = sale(*lines, charge="5.95", payment_method="card", payment=payment)
    return order_to_cash.place(wish, on=MONDAY)


def on_shelf(product):
    level = StockLevel.objects.get(product=product)
    return level.on_hand, level.reserved


def opened(role):
    """The balance, without what the opening stock brought."""
    return balance(role) - {chart.INVENTORY: Decimal(400)}.get(role, 0)


def everything_but_the_opening():
    roles = ("RECEIVABLE", "CLEARING", "INVENTORY", "DEFERRED_REVENUE", "VAT_PAYABLE", "REVENUE")
    more = ("SHIPPING_INCOME", "RETURNS", "COST_OF_GOODS_SOLD")
    return {role: opened(role) for role in roles + more if opened(role)}


def test_a_sale_from_order_to_cash_and_one_piece_back(order, lamp, bowl):
    # The customer orders: two of five lamps are promised, and she owes us money. Nothing is earned yet.
    assert on_shelf(lamp) == (5, 2)
    assert order.total_incl_tax == Decimal("273.70")
    assert order.total_excl_tax == Decimal("230.00")
    assert everything_but_the_opening() == {
        "RECEIVABLE": Decimal("273.70"),
        "DEFERRED_REVENUE": Decimal("-230.00"),
        "VAT_PAYABLE": Decimal("-43.70"),
    }
    invoice = order.invoices.get()
    assert invoice.number == "INV-2026-000001"

    # The card is charged in the background: the customer owes nothing, the provider owes us.
    outbox.run_due(NOON.replace(year=2027))
    assert balance(chart.RECEIVABLE) == 0
    assert balance(chart.CLEARING) == Decimal("273.70")

    # The warehouse ships: cost becomes an expense, what was deferred becomes revenue.
    order_to_cash.ship(order.delivery_notes.get(), on=TUESDAY)
    assert on_shelf(lamp) == (3, 0)
    assert everything_but_the_opening() == {
        "CLEARING": Decimal("273.70"),
        "INVENTORY": Decimal("-145.00"),
        "VAT_PAYABLE": Decimal("-43.70"),
        "REVENUE": Decimal("-225.00"),
        "SHIPPING_INCOME": Decimal("-5.00"),
        "COST_OF_GOODS_SOLD": Decimal("145.00"),
    }

    # One lamp comes back: on the shelf at what it had cost, credited less its part of the voucher, refunded.
    line = DeliveryLine.objects.get(product=lamp)
    order_to_cash.take_back(order, quantities={line.pk: 1}, on=FRIDAY, reason="Too bright")
    assert on_shelf(lamp) == (4, 0)
    assert order.credit_notes.get().gross == Decimal("107.10")
    assert everything_but_the_opening() == {
        "CLEARING": Decimal("166.60"),
        "INVENTORY": Decimal("-85.00"),
        "VAT_PAYABLE": Decimal("-26.60"),
        "REVENUE": Decimal("-225.00"),
        "SHIPPING_INCOME": Decimal("-5.00"),
        "RETURNS": Decimal("90.00"),
        "COST_OF_GOODS_SOLD": Decimal("85.00"),
    }
    assert is_sound()


def test_a_sale_cancelled_before_shipment_leaves_every_account_at_zero(order, lamp):
    outbox.run_due(NOON.replace(year=2027))

    order_to_cash.cancel(order, on=TUESDAY, reason="Changed my mind")

    assert everything_but_the_opening() == {}
    assert on_shelf(lamp) == (5, 0)
    assert is_sound()
