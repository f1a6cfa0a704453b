"""The chain names accounts by role: with the other chart it posts the same sums."""

from decimal import Decimal

import pytest

from accounting import chart
from accounting.models import Account
from erp import order_to_cash
from tests.books import is_sound
from tests.chain.scenes import FRIDAY, balances, pay, place, ship, shipped_line
from tests.factories import ProductFactory, sale_line

pytestmark = pytest.mark.django_db


def test_a_sale_and_a_return_go_through_the_other_chart(settings):
    Account.objects.all().delete()
    settings.CHART_OF_ACCOUNTS = "skr04"
    chart.seed()
    lamp = ProductFactory(title="Lamp", price=Decimal("119.00"), stock=(9, "60.00"))
    order = place(sale_line(lamp, 2, "119.00"))
    pay(order)
    ship(order)
    order_to_cash.take_back(order, quantities={shipped_line(order).pk: 1}, on=FRIDAY, key="back", reason="")

    assert balances() == {
        "BANK": "119.00",
        "COST_OF_GOODS_SOLD": "60.00",
        "INVENTORY": "480.00",
        "OPENING_BALANCES": "-540.00",
        "RETURNS": "100.00",
        "REVENUE": "-200.00",
        "VAT_PAYABLE": "-19.00",
    }
    assert chart.account(chart.REVENUE).code == "4200"
    assert is_sound()
