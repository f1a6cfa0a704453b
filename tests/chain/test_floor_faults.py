"""The database fails at statements of the floor's verbs: all of it happens, or nothing.

A few boundaries by default; EVERY_BOUNDARY=1 tries each.
"""

import os
from itertools import count

import pytest

from erp import stocktaking, transferring
from erp.documents.models import IllegalTransition
from erp.inventory.models import Stocktake, Transfer, Warehouse
from tests.books import is_sound
from tests.chain.faults import fail
from tests.chain.scenes import TUESDAY, every_row, place
from tests.factories import MONDAY, ProductFactory, sale_line

pytestmark = pytest.mark.django_db(transaction=True)

STEP = 1 if os.environ.get("EVERY_BOUNDARY") else 7


@pytest.fixture
def main():
    return Warehouse.objects.get(code="main")


@pytest.fixture
def lamp():
    return ProductFactory(title="Lamp", stock=(9, "4.00"))


def posting(main, lamp):
    """A stocktake that takes pieces from an order, and finds others."""
    vase = ProductFactory(title="Vase", stock=(9, "4.00"))
    place(sale_line(lamp, 8))
    stocktake = stocktaking.start(main, on=MONDAY)
    found = {line.pk: 10 if line.product_id == vase.pk else 5 for line in stocktake.lines.all()}
    stocktaking.count(stocktake, counted=found)
    return lambda: stocktaking.post(Stocktake.objects.get(), on=TUESDAY)


def receiving(main, lamp):
    """A transfer of which a piece is missing."""
    shop = Warehouse.objects.create(code="shop", name="Shop", priority=20)
    transfer = transferring.draft(main, shop, quantities={lamp.pk: 3}, on=MONDAY)
    transferring.send(transfer, on=MONDAY)
    line = transfer.lines.get().pk
    return lambda: transferring.receive(
        Transfer.objects.get(), missing={line: 1}, reasons={line: "Lost"}, on=TUESDAY
    )


@pytest.mark.parametrize("scene", [posting, receiving])
def test_a_verb_that_fails_half_way_leaves_nothing(main, lamp, scene):
    action = scene(main, lamp)
    before = every_row()
    for boundary in count(1, STEP):
        is_hit = fail(action, boundary, lasts=False)
        if every_row() != before:
            break  # it struck after the commit, or not at all: then everything has happened
        assert is_hit
    assert boundary > 20
    with pytest.raises(IllegalTransition):
        action()
    assert is_sound()
