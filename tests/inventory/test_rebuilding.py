"""Counters that are wrong are shown, corrected as shown, and kept; what cannot be corrected is refused."""

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from oscar.core.loading import get_model

from accounting import guards
from erp import rebuilding
from erp.inventory.correcting import MovesAreBroken, PromisedMoreThanIsHere
from erp.inventory.counters import Difference
from erp.inventory.models import Backorder, CounterCorrection, StockLevel, StockValue
from tests.books import findings, is_sound
from tests.chain.scenes import every_row, refused

pytestmark = pytest.mark.django_db

StockRecord = get_model("partner", "StockRecord")


def tamper(*statements):
    """Change rows as somebody would who has taken the guards away, and put them back afterwards."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        guards.drop()
        for statement in statements:
            cursor.execute(statement)
    guards.install()


def main():
    return StockLevel.objects.get(warehouse__code="main")


def test_nothing_differs_while_the_guards_are_there(lamp):
    assert rebuilding.differences() == []


def test_every_counter_is_compared_and_brought_back(lamp):
    before = every_row()
    tamper(
        "UPDATE inventory_stocklevel SET on_hand = on_hand + 5, reserved = reserved + 1",
        "UPDATE inventory_stocklevel SET unavailable = 0",
        "UPDATE partner_stockrecord SET num_in_stock = 47, num_allocated = 2",
        "UPDATE inventory_stockvalue SET quantity = 1, value = 100",
        "UPDATE inventory_backorder SET waiting = 3",
    )
    found = rebuilding.differences()
    level = main()
    assert Difference(lamp.pk, level.warehouse_id, "on hand", 9, 4) in found
    assert Difference(lamp.pk, level.warehouse_id, "reserved", 4, 3) in found
    assert Difference(lamp.pk, 0, "for sale", 47, 5) in found
    assert Difference(lamp.pk, 0, "promised", 2, 3) in found
    assert Difference(lamp.pk, 0, "pieces", 1, 6) in found
    assert Difference(lamp.pk, 0, "value", 100, 5488) in found
    assert Difference(lamp.pk, 0, "waiting", 3, 0) in found
    assert len(found) == 10

    rebuilding.rebuild(found)

    after = every_row()
    kept = after.pop("inventory_countercorrection")
    before.pop("inventory_countercorrection")
    assert len(kept) == 10
    assert after == before
    assert is_sound()


def test_rows_that_are_gone_are_made_again(lamp):
    tamper("DELETE FROM inventory_stocklevel", "DELETE FROM inventory_stockvalue")
    assert findings() != []
    rebuilding.rebuild(rebuilding.differences())
    assert main().on_hand == 4
    assert StockValue.objects.get().quantity == 6
    assert is_sound()


def test_only_what_differs_is_written(lamp):
    tamper("UPDATE inventory_stockvalue SET value = value + 1")
    rebuilding.rebuild(rebuilding.differences())
    [kept] = CounterCorrection.objects.all()
    assert (kept.counter, kept.was, kept.became) == ("value", 5489, 5488)


def test_what_was_not_shown_is_not_corrected(lamp):
    tamper("UPDATE inventory_backorder SET waiting = 3")
    shown = rebuilding.differences()
    Backorder.objects.update(waiting=2)
    with refused(rebuilding.LookAgain, "Look again"):
        rebuilding.rebuild(shown)


def test_moves_that_were_tampered_with_are_no_base_to_count_from(lamp):
    tamper("UPDATE inventory_stockmove SET quantity = 50 WHERE kind = 'opening'")
    found = rebuilding.differences()
    with refused(MovesAreBroken, "restore a backup"):
        rebuilding.rebuild(found)


def test_more_promised_than_is_here_is_for_a_person_to_solve(lamp):
    tamper("UPDATE delivery_deliveryline SET quantity = 40 WHERE cost IS NULL")
    found = rebuilding.differences()
    with refused(PromisedMoreThanIsHere, "Cancel orders first"):
        rebuilding.rebuild(found)


def test_the_command_shows_first_and_corrects_when_told(lamp, capsys):
    call_command("rebuild_stock")
    assert "Every counter is what it counts." in capsys.readouterr().out
    tamper("UPDATE partner_stockrecord SET num_in_stock = 47")
    with pytest.raises(CommandError, match="1 counter wrong"):
        call_command("rebuild_stock")
    assert "Lamp, all together: in stock for the shop is 47, should be 5" in capsys.readouterr().out
    assert StockRecord.objects.get().num_in_stock == 47
    call_command("rebuild_stock", "--apply")
    assert StockRecord.objects.get().num_in_stock == 5
    assert is_sound()
