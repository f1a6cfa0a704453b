"""A form that is sent twice has its effect once."""

from datetime import date
from decimal import Decimal

import pytest

from erp import order_to_cash
from erp.delivery.models import DeliveryLine, Return
from erp.invoicing.models import CreditNote
from tests.books import is_sound
from tests.factories import MONDAY, ProductFactory, sale, sale_line

pytestmark = pytest.mark.django_db

FRIDAY = date(2026, 3, 6)


@pytest.fixture
def order():
    """Four lamps, invoiced, and on their way."""
    lamp = ProductFactory(price=Decimal("119.00"), stock=(5, "60.00"))
    order = order_to_cash.place(sale(sale_line(lamp, 4, "119.00")), on=MONDAY)
    order_to_cash.settle(order.payments.get(), amount=Decimal("476.00"), reference="line 7", on=MONDAY)
    order_to_cash.ship(order.delivery_notes.get(), on=MONDAY)
    return order


def test_goods_taken_back_with_one_key_come_back_once(order):
    wanted = {DeliveryLine.objects.get().pk: 1}

    first = order_to_cash.take_back(order, quantities=wanted, on=FRIDAY, key="a form")
    second = order_to_cash.take_back(order, quantities=wanted, on=FRIDAY, key="a form")
    other = order_to_cash.take_back(order, quantities=wanted, on=FRIDAY, key="another form")

    assert first == second != other
    assert Return.objects.count() == 2
    assert is_sound()


def test_an_invoice_credited_with_one_key_is_credited_once(order):
    invoice = order.invoices.get()
    wanted = {invoice.lines.get().pk: 1}

    first = order_to_cash.credit(invoice, quantities=wanted, on=FRIDAY, key="a form")
    second = order_to_cash.credit(invoice, quantities=wanted, on=FRIDAY, key="a form")

    assert first == second
    assert CreditNote.objects.get().gross == Decimal("119.00")
    assert is_sound()
