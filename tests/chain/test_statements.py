"""What the verbs cost in statements, BEGIN and COMMIT included: the same for three lines and for twenty."""

from decimal import Decimal

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test.utils import CaptureQueriesContext

from erp import order_to_cash, returning
from erp.delivery.models import DeliveryLine
from tests.books import is_sound
from tests.chain.scenes import TUESDAY, card
from tests.chain.vouchers import once_a_customer, taken_off
from tests.factories import MONDAY, ProductFactory, sale, sale_line

pytestmark = pytest.mark.django_db(transaction=True)

MOST = {"place": 38, "settle": 19, "ship in part": 46, "ship": 27, "take_back": 71, "close_return": 62}


def statements(action, *args, **kwargs):
    """Return how many statements an action takes, and what it returns."""
    with CaptureQueriesContext(
        connection,
    ) as queries:
        result = action(*args, **kwargs)
    return len(queries), result


def cost_of_discount(key, **changes):
    """Return the statements of placing an order with a discount."""
    line = sale_line(ProductFactory(stock=(9, "4.00")), discount="1.00")
    return statements(order_to_cash.place, sale(line, key=key, **changes), on=MONDAY)[0]


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
    lines = DeliveryLine.objects.filter(note__order=order)
    first, second = (list(lines.filter(note=each)) for each in order.delivery_notes.order_by("pk"))
    back = {line.pk: 1 for line in first}
    cost["take_back"], _ = statements(order_to_cash.take_back, order, quantities=back, on=TUESDAY)
    cost["close_return"], _ = statements(order_to_cash.close_return, inspected(order, second), on=TUESDAY)
    return cost


def inspected(order, lines):
    """Return a return of one piece a line, all broken."""
    document = returning.request(order, quantities={line.pk: 1 for line in lines}, on=TUESDAY)
    returning.approve(document, on=TUESDAY)
    rows = list(document.lines.all())
    returning.receive(document, quantities={row.pk: 1 for row in rows}, on=TUESDAY)
    returning.inspect(document, dispositions={row.pk: {"damaged": 1} for row in rows}, on=TUESDAY)
    return document


@pytest.mark.parametrize("pay", ["bank", "card"])
def test_three_lines_and_twenty_take_the_same_few_statements(pay):
    cost_of(1, pay, key="first")  # the year, its counters and the check of the guards come once
    three = cost_of(3, pay, key="three")
    twenty = cost_of(20, pay, key="twenty")

    assert three == twenty
    assert {verb: count for verb, count in three.items() if count > MOST[verb]} == {}
    assert is_sound()


def test_a_limit_per_customer_takes_one_statement_and_only_where_there_may_be_one():
    offer = once_a_customer(most=9)
    ada = get_user_model().objects.create_user("ada", "ada@example.com")
    cost_of(1, "bank", key="first")

    free = cost_of_discount("free", user=ada, discounts=taken_off(offer, limited=False))

    assert cost_of_discount("limited", user=ada, discounts=taken_off(offer)) == free + 1
    assert cost_of_discount("guest", discounts=taken_off(offer)) == free
    assert is_sound()
