"""Goods on their way from one warehouse to another: nobody can sell them, and none is forgotten."""

from decimal import Decimal

import pytest
from django.db import DatabaseError
from django.db.transaction import atomic

from erp import stocktaking, transferring
from erp.documents.models import IllegalTransition
from erp.inventory.models import Backorder, StockLevel, StockMove, StockValue, Transfer, Warehouse
from erp.inventory.services import OutOfStock
from erp.inventory.transfers import ArrivesTooEarly, NoReasonGiven, NothingToSend, NotOnTheTransfer
from tests.books import is_sound
from tests.chain.scenes import FRIDAY, TUESDAY, balances, company, entries, every_row, place, refused, work
from tests.factories import MONDAY, ProductFactory, sale_line

pytestmark = pytest.mark.django_db


@pytest.fixture
def main():
    return Warehouse.objects.get(code="main")


@pytest.fixture
def shop():
    return Warehouse.objects.create(code="shop", name="Shop", priority=20)


@pytest.fixture
def lamp():
    return ProductFactory(title="Lamp", stock=(7, "3.33"))


def drafted(main, shop, *products, pieces=3):
    quantities = {product.pk: pieces for product in products}
    return transferring.draft(main, shop, quantities=quantities, on=MONDAY, note="For the window")


def places(product):
    """Return on hand and set aside by warehouse."""
    levels = StockLevel.objects.filter(product=product).select_related("warehouse")
    return {level.warehouse.code: (level.on_hand, level.unavailable) for level in levels}


def for_sale(product):
    return product.stockrecords.get().num_in_stock


def test_the_story_of_a_transfer(main, shop, lamp):
    transfer = drafted(main, shop, lamp)
    assert places(lamp) == {"main": (7, 0)}

    transferring.send(transfer, on=TUESDAY)
    assert places(lamp) == {"main": (4, 0), "transit": (3, 3)}
    assert for_sale(lamp) == 4
    assert is_sound()

    line = transfer.lines.get()
    transferring.receive(transfer, missing={line.pk: 1}, reasons={line.pk: "Fell off"}, on=FRIDAY)
    assert places(lamp) == {"main": (4, 0), "transit": (0, 0), "shop": (2, 0)}
    assert for_sale(lamp) == 6
    line.refresh_from_db()
    assert (line.received, line.lost, line.reason) == (2, Decimal("3.33"), "Fell off")
    assert entries() == [("transfer", {"SHRINKAGE": "3.33", "INVENTORY": "-3.33"})]
    assert balances()["INVENTORY"] == "19.98"
    assert is_sound()


def test_a_transfer_changes_no_value_and_makes_no_entry(main, shop):
    lamp = ProductFactory(title="Lamp", stock=(3, "0.00"))
    stocktaking.adjust_stock(
        lamp, warehouse=main, quantity=4, reason="Found", cost=Decimal("10.00"), on=MONDAY, key="f"
    )
    transfer = drafted(main, shop, lamp, pieces=7)
    transferring.send(transfer, on=TUESDAY)
    transferring.receive(transfer, on=TUESDAY)

    assert StockValue.objects.get(product=lamp).value == Decimal("10.00")
    assert entries() == []
    assert transfer.lines.get().received == 7
    assert is_sound()


def test_what_is_on_its_way_comes_back_when_it_is_called_back(main, shop, lamp):
    transfer = drafted(main, shop, lamp)
    transferring.send(transfer, on=TUESDAY)
    transferring.cancel(transfer, on=FRIDAY)

    assert places(lamp) == {"main": (7, 0), "transit": (0, 0)}
    assert transfer.state == "cancelled"
    assert is_sound()


def test_a_draft_is_changed_and_given_up(main, shop, lamp):
    transfer = drafted(main, shop, lamp)
    transferring.change(transfer, quantities={lamp.pk: 5})
    assert transfer.lines.get().quantity == 5
    transferring.cancel(transfer, on=TUESDAY)
    with refused(IllegalTransition, "is cancelled"):
        transferring.change(transfer, quantities={lamp.pk: 1})


def test_the_same_key_is_the_same_draft(main, shop, lamp):
    wish = {"quantities": {lamp.pk: 1}, "on": MONDAY, "key": "form-1"}
    assert transferring.draft(main, shop, **wish) == transferring.draft(main, shop, **wish)
    assert Transfer.objects.count() == 1


def test_goods_that_arrive_serve_who_waits(main, shop, lamp):
    company(ship_before_payment=True)
    transfer = drafted(main, shop, lamp, pieces=7)
    transferring.send(transfer, on=TUESDAY)
    allow(lamp, 5)
    note = place(sale_line(lamp, 2)).delivery_notes.get()
    assert note.state == "waiting stock"

    transferring.receive(transfer, on=TUESDAY)
    work()

    note.refresh_from_db()
    assert (note.state, note.warehouse) == ("ready", shop)
    assert is_sound()


def allow(product, pieces):
    Backorder.objects.update_or_create(product=product, defaults={"allowed": pieces})


# Refusals


@pytest.mark.parametrize("pieces", [0, -1, 10**9])
def test_a_transfer_takes_a_sensible_number_of_pieces(main, shop, lamp, pieces):
    with refused(NothingToSend, "between 1 and"):
        drafted(main, shop, lamp, pieces=pieces)


def test_a_transfer_needs_goods_and_somewhere_else_to_go(main, shop, lamp):
    transit = Warehouse.objects.get(is_transit=True)
    with refused(NothingToSend, "at least one product"):
        drafted(main, shop)
    for destination in (main, transit):
        with refused(NothingToSend, "to another"):
            drafted(main, destination, lamp)


def test_what_is_promised_is_not_sent(main, shop, lamp):
    transfer = drafted(main, shop, lamp)
    place(sale_line(lamp, 5))
    with refused(OutOfStock, "Only 2 of 'Lamp' can be taken off"):
        transferring.send(transfer, on=TUESDAY)


def test_every_step_of_a_transfer_is_taken_once(main, shop, lamp):
    transfer = drafted(main, shop, lamp)
    transferring.send(transfer, on=TUESDAY)
    with refused(IllegalTransition, "is on its way"):
        transferring.send(transfer, on=TUESDAY)
    transferring.receive(transfer, on=TUESDAY)
    with refused(IllegalTransition, "is received"):
        transferring.receive(transfer, on=TUESDAY)
    with refused(IllegalTransition, "is received"):
        transferring.cancel(transfer, on=TUESDAY)


def test_a_draft_does_not_arrive(main, shop, lamp):
    transfer = drafted(main, shop, lamp)
    with refused(IllegalTransition, "is draft"):
        transferring.receive(transfer, on=TUESDAY)


def test_missing_pieces_need_a_reason_and_must_have_been_sent(main, shop, lamp):
    transfer = drafted(main, shop, lamp)
    transferring.send(transfer, on=TUESDAY)
    line = transfer.lines.get().pk
    with refused(NoReasonGiven, "1 of 'Lamp' did not arrive: say why"):
        transferring.receive(transfer, missing={line: 1}, reasons={line: " "}, on=TUESDAY)
    for wrong in ({line: 4}, {line: -1}, {line + 1: 1}):
        with refused(NotOnTheTransfer, "Only what was sent"):
            transferring.receive(transfer, missing=wrong, reasons={line: "?"}, on=TUESDAY)
    with refused(ArrivesTooEarly, "cannot have arrived"):
        transferring.receive(transfer, on=MONDAY)


def test_what_was_sent_is_written_on_a_transfer_for_good(main, shop, lamp):
    transfer = drafted(main, shop, lamp)
    transferring.send(transfer, on=TUESDAY)
    for change in ({"quantity": 4}, {"product": ProductFactory()}):
        with pytest.raises(DatabaseError), atomic():
            transfer.lines.update(**change)
    with pytest.raises(DatabaseError), atomic():
        transfer.lines.all().delete()
    with pytest.raises(DatabaseError), atomic():
        transfer.lines.create(product=ProductFactory(), quantity=1)


def test_moves_of_a_transfer_name_it(main, shop, lamp):
    transfer = drafted(main, shop, lamp)
    transferring.send(transfer, on=TUESDAY)
    found = StockMove.objects.filter(kind="transfer").order_by("pk")
    assert {move.source_key for move in found} == {f"transfer:{transfer.pk}"}
    assert [(move.quantity, move.unavailable, move.condition, str(move.value)) for move in found] == [
        (-3, 0, "", "-9.99"),
        (3, 3, "transit", "9.99"),
    ]


def test_a_refused_arrival_leaves_everything_as_it_was(main, shop, lamp):
    transfer = drafted(main, shop, lamp)
    before = every_row()
    with pytest.raises(IllegalTransition):
        transferring.receive(transfer, on=TUESDAY)
    assert every_row() == before
