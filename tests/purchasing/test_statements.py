"""What the verbs of purchasing cost in statements: the same for three lines and for twenty."""

import pytest

from erp import procure_to_pay
from tests.books import is_sound
from tests.chain.test_statements import statements
from tests.factories import MONDAY, ProductFactory
from tests.purchasing.buying import book, drafted, goods, pay, receive, supplier

pytestmark = pytest.mark.django_db(transaction=True)

MOST = {"draft": 8, "order": 7, "receive": 32, "bill": 27, "send back": 23, "pay": 15}


def cost_of(lines, key):
    """Order, receive, bill, send back and pay goods of some lines; return the statements of each verb."""
    acme = supplier(key)
    products = [ProductFactory(title=f"{key} {n}") for n in range(lines)]
    cost = {}
    cost["draft"], purchase = statements(drafted, *((product, 6, "4.00") for product in products), of=acme)
    cost["order"], _ = statements(procure_to_pay.order, purchase, on=MONDAY)
    all_of_it = dict.fromkeys(purchase.lines.values_list("pk", flat=True), 6)
    cost["receive"], _ = statements(
        procure_to_pay.receive, purchase, quantities=all_of_it, on=MONDAY, key=key
    )
    items = [goods(purchase, 6, "24.30", place=place) for place in range(lines)]
    cost["bill"], bill = statements(book, acme, *items)
    one_of_each = dict.fromkeys(all_of_it, 1)
    cost["send back"], _ = statements(
        procure_to_pay.send_back, purchase, quantities=one_of_each, on=MONDAY, key=key, reason="Broken"
    )
    cost["pay"], _ = statements(pay, acme, bill.gross, reference=key)
    return cost


def test_three_lines_and_twenty_take_the_same_few_statements():
    cost_of(1, "first")  # the year, its counters and the check of the guards come once
    three = cost_of(3, "three")
    twenty = cost_of(20, "twenty")

    assert three == twenty
    assert {verb: count for verb, count in three.items() if count > MOST[verb]} == {}
    assert is_sound()


def test_paying_many_bills_takes_as_many_statements_as_paying_one():
    costs = {}
    for bills in (1, 2, 9):
        acme = supplier(f"acme-{bills}")
        purchase = procure_to_pay.order(drafted((ProductFactory(), 10, "4.00"), of=acme), on=MONDAY)
        receive(purchase, key=f"receipt-{bills}")
        for n in range(bills):
            book(acme, goods(purchase, 1, "4.00"), number=f"R {n}")
        costs[bills], _ = statements(pay, acme, f"{bills * 4.76:.2f}", reference=f"SEPA {bills}")
    assert costs[2] == costs[9]
    assert is_sound()
