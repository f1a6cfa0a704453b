"""What becomes of notes that wait while goods come, go missing and come again, and pieces are cancelled."""

from decimal import Decimal

import pytest

from erp import filling, parcels, stocktaking
from erp.inventory.models import Backorder, StockLevel, Warehouse
from erp.inventory.services import main_warehouse
from erp.sales.models import Automation
from tests.books import is_sound
from tests.chain.scenes import FRIDAY, TUESDAY, company, fresh, place, work
from tests.factories import NOON, ProductFactory, sale_line

pytestmark = pytest.mark.django_db


@pytest.fixture
def lamp():
    """One is here, and nine more may be ordered."""
    product = ProductFactory(title="Lamp", stock=(1, "4.00"))
    Backorder.objects.create(product=product, allowed=9)
    return product


@pytest.fixture
def _leaves_by_itself():
    Automation.objects.create(step="ship", mode=Automation.Mode.AUTOMATIC, payment_method="")
    company(ship_before_payment=True)


def find(product, quantity, *, where=None, key="found"):
    stocktaking.adjust_stock(
        product,
        warehouse=where or main_warehouse(),
        quantity=quantity,
        cost=Decimal("4.00"),
        reason="Found",
        on=TUESDAY,
        key=key,
    )


def count(product, pieces):
    taken = stocktaking.start(main_warehouse(), products=[product.pk], on=TUESDAY)
    stocktaking.count(taken, counted={taken.lines.get().pk: pieces})
    stocktaking.post(taken, on=TUESDAY)


def test_pieces_are_cancelled_where_the_note_is_by_now(lamp):
    """Its goods came elsewhere while somebody looked at the note."""
    count(lamp, 0)
    order = place(sale_line(lamp, 3))
    seen = order.delivery_notes.get()
    other = Warehouse.objects.create(code="other", name="Other", priority=20)
    find(lamp, 3, where=other)
    work()

    parcels.cancel_rest(seen, quantities={seen.lines.get().pk: 1}, on=FRIDAY)

    assert StockLevel.objects.get(warehouse=other).reserved == 2
    assert is_sound()


@pytest.mark.usefixtures("_leaves_by_itself")
def test_what_is_here_leaves_by_itself_once_the_rest_is_cancelled(lamp):
    late = ProductFactory(title="Late")
    Backorder.objects.create(product=late, allowed=9)
    order = place(sale_line(lamp), sale_line(late))
    work()
    note = order.delivery_notes.get()
    assert note.state == "waiting stock"

    parcels.cancel_rest(note, quantities={note.lines.get(product=late).pk: 1}, on=FRIDAY)
    work()

    assert fresh(note).state == "shipped"
    assert is_sound()


@pytest.mark.usefixtures("_leaves_by_itself")
def test_goods_that_came_went_missing_and_came_again_leave_by_themselves(lamp):
    order = place(sale_line(lamp, 2))
    find(lamp, 1, key="first")
    filling.sweep(NOON)
    assert order.delivery_notes.get().state == "ready"
    count(lamp, 1)
    assert order.delivery_notes.get().state == "waiting stock"
    work()
    find(lamp, 1, key="second")
    work()

    assert order.delivery_notes.get().state == "shipped"
    assert is_sound()
