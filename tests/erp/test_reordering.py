"""What should be ordered, from whom and why; and the drafts that are made of it."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from erp import procure_to_pay, reordering
from erp.inventory.models import Backorder
from erp.purchasing import prices, suppliers
from erp.purchasing.models import PurchaseOrder, Supplier, SupplierPrice
from tests.chain.scenes import pay, place, ship
from tests.factories import MONDAY, ProductFactory, sale_line

pytestmark = pytest.mark.django_db

LATER = MONDAY + timedelta(days=20)


@pytest.fixture
def oak():
    return suppliers.keep(Supplier(code="oak", name="Oak & Sons", email="orders@oak.example", lead_days=10))


@pytest.fixture
def table():
    product = ProductFactory(title="Table", upc="TABLE", stock=(9, "60.00"))
    product.stockrecords.update(low_stock_threshold=2)
    return product


def offered(supplier, product, price="6.00", **changes):
    return prices.keep(SupplierPrice(supplier=supplier, product=product, price=Decimal(price), **changes))


def sold(product, pieces):
    """Sell and ship pieces on the Monday."""
    order = place(sale_line(product, pieces), key=f"sold-{product.pk}-{pieces}")
    pay(order, reference=f"paid-{product.pk}-{pieces}")
    ship(order)


def only(**wanted):
    [found] = reordering.suggestions(on=LATER, **wanted)
    return found


def test_what_lasts_until_new_ones_are_here_is_not_ordered(oak, table):
    offered(oak, table)
    assert reordering.suggestions(on=LATER) == []


def test_what_will_not_last_is_ordered_and_says_why(oak, table):
    offered(oak, table, pack=6)
    sold(table, 6)
    place(sale_line(table, 2), key="waits")
    found = only()
    # 6 sold in 30 days are a fifth a day: 2 in ten days, and 2 are the minimum. 3 are left, 2 promised.
    assert found.stand.forecast == 1
    assert found.quantity == 6
    assert found.cost == Decimal("6.00")
    assert found.why == (
        "1 will be left (3 here, 2 promised). 6 sold in 30 days, 6 in 90: 4 should last the 10 days until new"
        " ones are here and leave at least 2. 3 are missing; sold in packs of 6."
    )


def test_what_is_on_order_or_drafted_counts_as_here_and_what_is_waited_for_as_gone(oak, table):
    offered(oak, table)
    Backorder.objects.create(product=table, allowed=50)
    place(sale_line(table, 14), key="more than there is")
    assert (only().stand.waiting, only().quantity) == (5, 5 + 2)
    wanted = [procure_to_pay.Wanted(table, 4)]
    drafted = procure_to_pay.draft(oak, lines=wanted, on=MONDAY)
    assert (only().stand.incoming, only().quantity) == (4, 3)
    procure_to_pay.order(drafted, on=MONDAY)
    assert (only().stand.incoming, only().quantity) == (4, 3)
    assert "4 on order, 5 waited for" in only().why
    procure_to_pay.cancel(drafted, on=MONDAY)
    assert only().quantity == 7


def test_the_least_a_supplier_sells_is_ordered_in_whole_packs(oak, table):
    price = offered(oak, table, pack=4, minimum=10)
    assert [reordering.packed(short, price) for short in (1, 10, 12, 13)] == [12, 12, 12, 16]
    table.stockrecords.update(low_stock_threshold=10)
    assert only().quantity == 12
    assert only().why.endswith("1 are missing; sold in packs of 4 and at least 10 an order.")


def test_the_preferred_supplier_is_asked_else_the_one_whose_pieces_cost_least(oak, table):
    table.stockrecords.update(low_stock_threshold=10)
    elm = suppliers.keep(Supplier(code="elm", name="Elm"))
    offered(oak, table, "6.00")
    dear = offered(elm, table, "50.00", pack=10)
    assert only().price.supplier == elm
    prices.keep(SupplierPrice.objects.get(supplier=oak))
    offered_first = SupplierPrice.objects.get(supplier=oak)
    offered_first.is_preferred = True
    prices.keep(offered_first)
    assert only().price.supplier == oak
    dear.is_preferred = True
    prices.keep(dear)
    assert not SupplierPrice.objects.get(supplier=oak).is_preferred
    elm.is_active = False
    suppliers.keep(elm)
    assert only().price.supplier == oak


def test_drafts_are_made_one_a_supplier_and_once(oak, table):
    bench = ProductFactory(title="Bench", stock=(1, "30.00"))
    for product in (table, bench):
        product.stockrecords.update(low_stock_threshold=10)
    offered(oak, table, "6.00")
    offered(oak, bench, "3.00")
    chosen = {row.product.pk: row.quantity + 1 for row in reordering.suggestions(on=LATER)}
    [made] = reordering.draft(chosen, on=LATER)
    assert sorted(made.lines.values_list("title", "quantity")) == [("Bench", 10), ("Table", 2)]
    assert made.state == PurchaseOrder.State.DRAFT
    assert reordering.draft(chosen, on=LATER) == []
    assert PurchaseOrder.objects.count() == 1


def test_statements_do_not_grow_with_products(oak):
    def statements():
        with CaptureQueriesContext(
            connection,
        ) as captured:
            reordering.suggestions(on=LATER)
        return len(captured)

    def short(number):
        for _ in range(number):
            offered(oak, ProductFactory())

    short(2)
    few = statements()
    short(15)
    assert statements() == few
