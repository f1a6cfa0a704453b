"""What is locked when: orders first, then stock, the counters last. Else two wait in a circle."""

from decimal import Decimal
from functools import partial

import pytest

from erp import order_to_cash, returning, stocktaking
from erp.banking import matching, payouts
from erp.banking.proposals import Part
from erp.inventory.models import Warehouse
from tests.banking.papers import TODAY, open_account
from tests.banking.reports import report
from tests.banking.scenes import line
from tests.books import is_sound
from tests.chain.scenes import TUESDAY, fresh, pay, place
from tests.chain.threads import split, together
from tests.factories import MONDAY, NOON, ProductFactory, sale, sale_line

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def lamp():
    return ProductFactory(title="Lamp", stock=(40, "4.00"))


@pytest.mark.parametrize("round_no", range(2))
def test_a_line_that_pays_many_orders_does_not_block_who_is_paid_by_hand(lamp, round_no):
    open_account()
    orders = [place(sale_line(lamp), key=f"k{n}") for n in range(6)]
    row = line("60.00")
    parts = [Part(each.total_incl_tax, payment=each.payments.get()) for each in orders]
    by_hand = [partial(pay, each, reference=f"by hand {each.pk}") for each in orders[3:]]

    _, errors = split(together([partial(matching.accept, row, parts), *by_hand]))

    assert errors == []
    assert is_sound()


@pytest.mark.parametrize("round_no", range(2))
def test_a_carriers_report_does_not_block_who_is_paid_by_hand(lamp, round_no):
    orders = [place(sale_line(lamp), key=f"k{n}", pay="cod") for n in range(6)]
    rows = [("charge", order.number, "10.00", "0.00") for order in orders]
    load = partial(payouts.load, report(*rows), provider="cod", name="cod.csv", today=TODAY)
    by_hand = [partial(pay, each, reference=f"by hand {each.pk}") for each in orders[3:]]

    _, errors = split(together([load, *by_hand]))

    assert errors == []
    assert is_sound()


@pytest.mark.parametrize("round_no", range(2))
def test_who_withdraws_from_notes_of_two_warehouses_does_not_block_who_buys(round_no):
    first, second, third = (ProductFactory(title=name) for name in ("First", "Second", "Third"))
    other = Warehouse.objects.create(code="other", name="Other", priority=20)
    main = Warehouse.objects.get(code="main")
    for product, place_ in ((first, other), (second, main), (third, main)):
        stocktaking.adjust_stock(
            product,
            warehouse=place_,
            quantity=40,
            cost=Decimal("160.00"),
            reason="Found",
            on=MONDAY,
            key=f"found:{product.pk}",
        )
    order = place(*[sale_line(product) for product in (first, second, third)], pay="card")
    note = order.delivery_notes.get(warehouse=main)
    sent = note.lines.get(product=third)
    order_to_cash.ship(note, quantities={sent.pk: 1}, on=TUESDAY)
    wishes = [sale(sale_line(second), key=f"buyer-{n}") for n in range(6)]
    buy = [partial(order_to_cash.place, wish, on=TUESDAY) for wish in wishes]

    _, errors = split(together([partial(returning.withdraw, order, now=NOON, key="w1"), *buy]))

    assert errors == []
    assert fresh(order).status == "shipped"
    assert is_sound()
