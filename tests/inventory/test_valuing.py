"""The valuation of a day is the inventory account of that day, to the cent, whatever happened before."""

import os
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounting import chart, ledger
from erp import order_to_cash, stocktaking
from erp.inventory.models import Warehouse
from erp.inventory.services import OutOfStock
from erp.inventory.valuing import valuation
from tests.books import is_sound
from tests.chain.scenes import TUESDAY, place
from tests.factories import MONDAY, ProductFactory, sale_line

pytestmark = pytest.mark.django_db

MORE = int(os.environ.get("VALUATION_EXAMPLES", "8"))


def total(on):
    return sum((row.value for row in valuation(on=on)), Decimal(0))


def test_each_day_has_its_own_figures(lamp):
    found = {
        day: [(row.sku, row.title, row.quantity, row.average, row.value) for row in valuation(on=day)]
        for day in (date(2026, 3, 1), MONDAY, TUESDAY, date(2026, 3, 6))
    }
    assert found == {
        date(2026, 3, 1): [],
        MONDAY: [("LAMP", "Lamp", 5, Decimal("10.00"), Decimal("50.00"))],
        TUESDAY: [("LAMP", "Lamp", 5, Decimal("9.15"), Decimal("45.73"))],
        date(2026, 3, 6): [("LAMP", "Lamp", 6, Decimal("9.15"), Decimal("54.88"))],
    }
    for day in found:
        assert total(day) == ledger.balance(chart.INVENTORY, on=day)


def test_what_is_sold_out_is_not_listed(db):
    lamp = ProductFactory(stock=(1, "3.00"))
    stocktaking.adjust_stock(
        lamp,
        warehouse=Warehouse.objects.get(code="main"),
        quantity=-1,
        reason="Broken",
        on=TUESDAY,
        key="broken",
    )
    assert [row.quantity for row in valuation(on=MONDAY)] == [1]
    assert valuation(on=TUESDAY) == []


STEPS = st.tuples(
    st.sampled_from(["gain", "loss", "sale"]),
    st.integers(1, 4),
    st.integers(0, 999),
    st.integers(-2, 5),  # days: what is written down late is dated before what was written earlier
)


@settings(max_examples=MORE, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(STEPS, min_size=1, max_size=6), st.randoms(use_true_random=False))
def test_at_any_day_it_is_what_the_books_say(db, steps, random):
    products = [ProductFactory(stock=(3, "3.33")), ProductFactory(stock=(1, "0.01"))]
    for number, step in enumerate(steps):
        take(random.choice(products), step, key=f"{random.random()}-{number}")
    for after in range(-4, 8):
        day = MONDAY + timedelta(days=after)
        assert total(day) == ledger.balance(chart.INVENTORY, on=day), day
    assert is_sound()


def take(product, step, *, key):
    kind, quantity, cents, days = step
    on = MONDAY + timedelta(days=days)
    try:
        if kind == "sale":
            order = place(sale_line(product, quantity), pay="card", key=key)
            order_to_cash.ship(order.delivery_notes.get(), on=on)
        else:
            stocktaking.adjust_stock(
                product,
                warehouse=Warehouse.objects.get(code="main"),
                quantity=quantity if kind == "gain" else -quantity,
                cost=Decimal(cents).scaleb(-2) if kind == "gain" else None,
                reason="Counted",
                on=on,
                key=key,
            )
    except OutOfStock:
        pass
