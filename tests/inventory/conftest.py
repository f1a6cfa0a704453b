"""A lamp whose stock has seen everything: two warehouses, sales, a return, damage, holds, a promise."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import transaction

from erp import order_to_cash, stocktaking
from erp.inventory import services as inventory
from erp.inventory.models import Backorder, Hold, StockMove, Warehouse
from erp.inventory.services import Cause, Piece
from tests.chain.scenes import FRIDAY, TUESDAY, place, ship, shipped_line
from tests.factories import NOON, ProductFactory, sale_line

KIND = StockMove.Kind


@pytest.fixture
def other(db):
    return Warehouse.objects.create(code="other", name="Other", priority=20)


@pytest.fixture
def lamp(other):
    """Five of 10.00 in the main warehouse, two of 7.01 in another; two are sold, one of them is back.

    One in the other warehouse is damaged. Three more were ordered, and one is held.
    """
    product = ProductFactory(title="Lamp", upc="LAMP", price=Decimal("119.00"), stock=(5, "10.00"))
    Backorder.objects.create(product=product, allowed=4)
    stocktaking.adjust_stock(
        product, warehouse=other, quantity=2, cost=Decimal("14.02"), reason="Found", on=TUESDAY, key="found"
    )
    sold = place(sale_line(product, 2, "119.00"), pay="card", key="sold")
    ship(sold)
    order_to_cash.take_back(sold, quantities={shipped_line(sold).pk: 1}, on=FRIDAY)
    put_aside(product, other, 1)
    place(sale_line(product, 3, "119.00"), pay="card", key="open")
    Hold.objects.create(key="shopper", product=product, quantity=1, until=NOON + timedelta(minutes=15))
    Hold.objects.create(key="gone", product=product, quantity=9, until=NOON - timedelta(minutes=15))
    return product


def put_aside(product, warehouse, quantity):
    cause = Cause(KIND.SET_ASIDE, f"aside:{product.pk}", FRIDAY, reason="Scratched")
    with transaction.atomic():
        inventory.set_aside([Piece(product.pk, warehouse.pk, quantity, condition="damaged")], cause=cause)
