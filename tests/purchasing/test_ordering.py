"""Orders to suppliers, and what comes of them: what is allowed, and in which words the rest is refused."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction

from erp import filling, procure_to_pay
from erp.documents.models import IllegalTransition, Outbox
from erp.inventory.models import Backorder, StockMove, StockValue, Warehouse
from erp.purchasing.models import GoodsReceipt, PurchaseLine, PurchaseOrder, SupplierPrice
from erp.purchasing.ordering import NoPriceKnown, NothingOrdered, NotInStock, NotOrderable
from erp.purchasing.receiving import MoreThanOrdered, NothingCame, NothingExpected
from erp.purchasing.suppliers import SupplierKeepsCode, keep
from tests.books import is_sound
from tests.chain.scenes import TUESDAY, balances, company, entries, on_shelf, place, refused
from tests.factories import MONDAY, NOON, ProductFactory, sale_line
from tests.purchasing.buying import drafted, line, ordered, receive, state, supplier, wanted

pytestmark = pytest.mark.django_db


@pytest.fixture
def acme():
    return supplier()


@pytest.fixture
def lamp():
    return ProductFactory(title="Lamp")


@pytest.fixture
def asked(acme, lamp):
    """What Acme asks: 25.00 for a pack of six lamps, and ten days."""
    return SupplierPrice.objects.create(
        supplier=acme, product=lamp, sku="L-6", price=Decimal("25.00"), pack=6, lead_days=10
    )


def test_price_and_pack_default_to_what_the_supplier_asks(acme, lamp, asked):
    purchase = drafted((lamp, 12), of=acme)

    row = line(purchase)
    assert (row.sku, row.title, row.price, row.pack) == ("L-6", "Lamp", Decimal("25.00"), 6)
    assert row.worth(12) == Decimal("50.00")
    assert purchase.number == f"PO-2026-{purchase.pk:06d}"


def test_an_order_repeats_what_the_supplier_was_and_is_expected_after_its_lead_time(acme, lamp, asked):
    purchase = ordered((lamp, 12), of=acme)

    assert purchase.state == "ordered"
    assert purchase.expected_on == MONDAY + timedelta(days=10)
    assert purchase.seller["name"] == "Acme"
    row = Outbox.objects.get(topic="purchase_order")
    assert (row.key, row.payload) == (f"purchase:{purchase.pk}", {"purchase": purchase.pk})


def test_goods_without_a_lead_time_of_their_own_come_when_the_supplier_says(acme, lamp, asked):
    purchase = ordered((ProductFactory(), 1, "1.00"), of=acme)

    assert purchase.expected_on == MONDAY + timedelta(days=5)


def test_what_is_ordered_can_no_longer_be_changed_by_anybody(acme, lamp):
    purchase = ordered((lamp, 2, "4.00"), of=acme)

    with refused(IllegalTransition, "is ordered: only a draft can be changed"):
        procure_to_pay.change(purchase, lines=[wanted(lamp, 3, "4.00")])
    with pytest.raises(DatabaseError, match="can no longer be changed"), transaction.atomic():
        PurchaseLine.objects.update(quantity=3)
    with pytest.raises(DatabaseError, match="can no longer be changed"), transaction.atomic():
        PurchaseOrder.objects.update(ordered_on=TUESDAY)
    with pytest.raises(DatabaseError, match="takes no more lines"), transaction.atomic():
        PurchaseLine.objects.create(order=purchase, product=lamp, title="Lamp", quantity=1, price=1)


def test_a_draft_can_be_written_anew(acme, lamp):
    purchase = drafted((lamp, 2, "4.00"), of=acme)
    other = Warehouse.objects.create(code="other", name="Other")

    procure_to_pay.change(purchase, lines=[wanted(lamp, 3, "5.00")], warehouse=other, note="Ring twice")

    assert (line(purchase).quantity, line(purchase).price) == (3, Decimal("5.00"))
    purchase.refresh_from_db()
    assert (purchase.warehouse, purchase.note) == (other, "Ring twice")


@pytest.mark.parametrize(
    ("quantity", "price", "pack", "sentence"),
    [
        (0, "1.00", 1, "0 of 'Lamp' cannot be ordered"),
        (-3, "1.00", 1, "-3 of 'Lamp' cannot be ordered"),
        (10_000_001, "1.00", 1, "10000001 of 'Lamp' cannot be ordered"),
        (7, "1.00", 6, "packs of 6: 7 pieces are no whole packs"),
        (7, "1.00", 0, "packs of 0"),
        (7, "-1.00", 1, "-1.00 is no price for 'Lamp'"),
        (7, "1.005", 1, "1.005 is no price for 'Lamp'"),
        (7, "NaN", 1, "NaN is no price for 'Lamp'"),
        (7, "10000000.01", 1, "10000000.01 is no price"),
    ],
)
def test_what_cannot_be_ordered_is_refused(acme, lamp, quantity, price, pack, sentence):
    with refused(NotOrderable, sentence):
        drafted((lamp, quantity, price, pack), of=acme)


def test_an_order_needs_goods_with_prices(acme, lamp):
    advice = ProductFactory(title="Advice", product_class__name="Service", product_class__track_stock=False)
    with refused(NothingOrdered, "Nothing is to be ordered from Acme"):
        drafted(of=acme)
    with refused(NoPriceKnown, "Acme has no price for 'Lamp': say what it costs"):
        drafted((lamp, 1), of=acme)
    with refused(NotInStock, "'Advice' is not kept in stock"):
        drafted((advice, 1, "4.00"), of=acme)


def test_nothing_is_ordered_for_the_way_between_warehouses(acme, lamp):
    with refused(NotOrderable, "for a warehouse, not for the way between two"):
        drafted((lamp, 1, "4.00"), of=acme, warehouse=Warehouse.objects.get(code="transit"))


def test_nothing_is_ordered_from_whom_nothing_is_bought_any_more_or_for_yesterday(acme, lamp):
    purchase = drafted((lamp, 1, "4.00"), of=acme)
    with refused(NotOrderable, "cannot come on 2026-03-01"):
        procure_to_pay.order(purchase, on=MONDAY, expected_on=date(2026, 3, 1))
    acme.is_active = False
    keep(acme)
    with refused(NotOrderable, "Nothing is bought from Acme any more"):
        procure_to_pay.order(purchase, on=MONDAY)


def test_a_supplier_keeps_its_code_and_the_books_learn_its_new_name(acme):
    acme.name = "Acme & Sons"
    assert keep(acme).party.key == "supplier:acme"
    acme.party.refresh_from_db()
    assert acme.party.name == "Acme & Sons"

    acme.code = "sons"
    with refused(SupplierKeepsCode, "is known by the code acme"):
        keep(acme)


# What comes


def test_goods_come_in_parts_at_the_orders_price_to_the_cent(acme, lamp):
    """Three pieces for 10.00 are 3.33, 3.34 and 3.33."""
    purchase = ordered((lamp, 3, "10.00", 3), of=acme)

    values = [receive(purchase, 1, key=f"receipt-{n}").lines.get().value for n in range(3)]

    assert values == [Decimal("3.33"), Decimal("3.34"), Decimal("3.33")]
    assert state(purchase) == "received"
    assert on_shelf(lamp) == (3, 0)
    assert balances() == {"INVENTORY": "10.00", "GOODS_RECEIVED_NOT_INVOICED": "-10.00"}
    numbers = [f"GR-{purchase.number}-{n}" for n in (1, 2, 3)]
    assert list(GoodsReceipt.objects.order_by("pk").values_list("number", flat=True)) == numbers
    assert is_sound()


def test_a_receipt_moves_stock_with_its_cause_and_has_one_entry(acme, lamp):
    vase = ProductFactory(title="Vase", stock=(1, "7.00"))
    purchase = ordered((lamp, 4, "2.50"), (vase, 2, "9.00"), of=acme)

    receipt = receive(purchase, 2, 1, reference="LS 77")

    moves = StockMove.objects.filter(source_key=f"receipt:{receipt.pk}").order_by("pk")
    assert [(move.kind, move.quantity, move.value, move.reason) for move in moves] == [
        ("receipt", 2, Decimal("5.00"), receipt.number),
        ("receipt", 1, Decimal("9.00"), receipt.number),
    ]
    assert StockValue.objects.get(product=vase).value == Decimal("16.00")
    assert entries() == [
        ("receipt", {"INVENTORY": "14.00", "GOODS_RECEIVED_NOT_INVOICED": "-14.00"}),
    ]
    assert state(purchase) == "partly received"
    assert is_sound()


def test_goods_go_to_the_warehouse_they_were_ordered_for(acme, lamp):
    other = Warehouse.objects.create(code="other", name="Other", priority=5)
    purchase = ordered((lamp, 4, "2.50"), of=acme, warehouse=other)

    receive(purchase)

    assert lamp.stock_levels.get().warehouse == other
    assert is_sound()


def test_who_waits_for_goods_is_asked_for_when_they_come(acme, lamp):
    Backorder.objects.create(product=lamp, allowed=5)
    order = place(sale_line(lamp, 3))

    receipt = receive(ordered((lamp, 4, "2.50"), of=acme))

    row = Outbox.objects.get(topic="fill")
    assert (row.key, row.payload) == (f"fill:receipt:{receipt.pk}", {"products": [lamp.pk]})
    filling.fill([lamp.pk], now=NOON)
    assert order.delivery_notes.get().lines.get().waits == 0
    assert on_shelf(lamp) == (4, 3)
    assert is_sound()


def test_what_is_free_comes_without_an_entry(acme, lamp):
    receive(ordered((lamp, 4, "0.00"), of=acme))

    assert on_shelf(lamp) == (4, 0)
    assert entries() == []
    assert is_sound()


def test_the_same_receipt_twice_is_one(acme, lamp):
    purchase = ordered((lamp, 4, "2.50"), of=acme)

    assert receive(purchase, 2) == receive(purchase, 2)

    assert on_shelf(lamp) == (2, 0)
    assert is_sound()


def test_more_than_was_ordered_is_refused_or_tolerated(acme, lamp):
    purchase = ordered((lamp, 10, "2.00"), of=acme)
    receive(purchase, 9)
    with refused(MoreThanOrdered, "10 of 'Lamp' are ordered, 9 have come already: 2 are too many"):
        receive(purchase, 2, key="receipt-2")

    company(receipt_tolerance=15)

    with refused(MoreThanOrdered, r"\(and up to 11 are tolerated\), 9 have come already: 3 are too many"):
        receive(purchase, 3, key="receipt-2")
    receive(purchase, 2, key="receipt-2")
    assert on_shelf(lamp) == (11, 0)
    assert balances()["INVENTORY"] == "22.00"
    assert state(purchase) == "received"
    assert is_sound()


@pytest.mark.parametrize(
    ("pieces", "sentence"),
    [((0, 0), "Say how many pieces"), ((-1, 2), "counted from zero up"), ((0, 6), "5 of 'Vase' are ordered")],
)
def test_pieces_that_did_not_come_are_refused(acme, lamp, pieces, sentence):
    purchase = ordered((lamp, 10, "2.00"), (ProductFactory(title="Vase"), 5, "1.00"), of=acme)

    with refused((NothingCame, MoreThanOrdered), sentence):
        receive(purchase, *pieces)


def test_goods_of_another_order_are_refused(acme, lamp):
    purchase, other = ordered((lamp, 1, "2.00"), of=acme), ordered((lamp, 1, "2.00"), of=acme)

    with refused(NothingCame, "has no line"):
        procure_to_pay.receive(purchase, quantities={line(other).pk: 1}, on=TUESDAY, key="strange")


def test_the_rest_of_an_order_can_be_given_up(acme, lamp):
    purchase = ordered((lamp, 10, "2.00"), of=acme)
    with refused(IllegalTransition, "is ordered: only what came in part has a rest"):
        procure_to_pay.close(purchase, on=TUESDAY)
    receive(purchase, 4)

    procure_to_pay.close(purchase, on=TUESDAY)

    assert state(purchase) == "received"
    with refused(NothingExpected, "is received: nothing more is expected of it"):
        receive(purchase, 1, key="receipt-2")


def test_only_what_has_not_come_can_be_called_off(acme, lamp):
    waiting, begun = (ordered((lamp, 2, "2.00"), of=acme) for _ in range(2))
    open_draft = drafted((lamp, 2, "2.00"), of=acme)
    untouched = drafted((lamp, 2, "2.00"), of=acme)
    receive(begun, 1)

    procure_to_pay.cancel(waiting, on=TUESDAY)
    procure_to_pay.cancel(open_draft, on=TUESDAY)

    assert [state(purchase) for purchase in (waiting, open_draft)] == ["cancelled", "cancelled"]
    with refused(IllegalTransition, "is partly received: it cannot become cancelled"):
        procure_to_pay.cancel(begun, on=TUESDAY)
    with refused(NothingExpected, "is cancelled"):
        receive(waiting, 1, key="late")
    with refused(NothingExpected, "is draft"):
        receive(untouched, 1, key="early")
