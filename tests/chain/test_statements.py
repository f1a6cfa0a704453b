"""What the verbs cost in statements, BEGIN and COMMIT included: the same for three lines and for twenty."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from erp import order_to_cash
from tests.books import is_sound
from tests.chain.scenes import TUESDAY, card
from tests.factories import MONDAY, ProductFactory, sale, sale_line

pytestmark = pytest.mark.django_db(transaction=True)

MOST = {"place": 38, "settle": 18, "ship in part": 45, "ship": 26}


def statements(action, *args, **kwargs):
    """Return how many statements an action takes, and what it returns."""
    with CaptureQueriesContext(
        connection,
    ) as queries:
        result = action(*args, **kwargs)
    return len(queries), result


def cost_of(lines, pay, key):
    """Place, pay and ship an order of some lines; return the statements of each verb."""
    wanted = [sale_line(ProductFactory(stock=(9, "4.00")), 2) for _ in range(lines)]
    total = 20 * lines + Decimal("5.95")
    payment = card(total, key=key) if pay == "card" else None
    wish = sale(*wanted, key=key, payment_method=pay, payment=payment, charge="5.95")
    cost = {}
    cost["place"], order = statements(order_to_cash.place, wish, on=MONDAY)
    payment = order.payments.get()
    cost["settle"], _ = statements(
        order_to_cash.settle, payment, amount=payment.amount, reference=f"{key}:paid", on=TUESDAY
    )
    note = order.delivery_notes.get()
    one_of_each = {line.pk: 1 for line in note.lines.all()}
    cost["ship in part"], _ = statements(order_to_cash.ship, note, on=TUESDAY, quantities=one_of_each)
    cost["ship"], _ = statements(order_to_cash.ship, order.delivery_notes.get(state="ready"), on=TUESDAY)
    return cost


@pytest.mark.parametrize("pay", ["bank", "card"])
def test_three_lines_and_twenty_take_the_same_few_statements(pay):
    cost_of(1, pay, key="first")  # the year, its counters and the check of the guards come once
    three = cost_of(3, pay, key="three")
    twenty = cost_of(20, pay, key="twenty")

    assert three == twenty
    assert {verb: count for verb, count in three.items() if count > MOST[verb]} == {}
    assert is_sound()
