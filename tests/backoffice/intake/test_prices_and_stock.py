"""Prices and stock are brought in, looked at, applied and undone; the books are sound all the while."""

import pytest

from accounting import chart, ledger
from accounting.money import money
from erp.backoffice.intake import running
from erp.backoffice.models import DataImport
from erp.inventory.models import PriceChange, StockLevel, StockMove, StockValue
from tests.backoffice.intake.scenes import (
    TUESDAY,
    fates,
    finish,
    keep,
    preview,
    refused,
    round_trip,
    take,
    undo,
    why,
)
from tests.books import is_sound
from tests.chain.scenes import pay, place, ship
from tests.factories import sale_line

pytestmark = pytest.mark.django_db


def price(product):
    return product.stockrecords.get().price


def on_hand(product):
    return StockLevel.objects.get(product=product).on_hand


def test_a_price_is_shown_from_and_to_then_applied_then_undone(lamp, bowl):
    lines = "sku,price", "LAMP,99.00", "BOWL,59.50"
    assert [(want.fate, want.changes) for want in preview("prices", *lines)] == [
        ("changed", [("price", "119.00", "99.00")]),
        ("same", []),
    ]

    kept = take("prices", *lines)
    assert kept.state == "done"
    assert price(lamp) == money("99.00")
    assert [(row.old, row.new) for row in PriceChange.objects.all()] == [(money("119.00"), money("99.00"))]

    assert undo(kept).state == "undone"
    assert price(lamp) == money("119.00")


def test_a_price_that_was_changed_since_is_not_undone(lamp, bowl):
    kept = take("prices", "sku,price", "LAMP,99.00", "BOWL,50.00")
    take("prices", "sku,price", "LAMP,98.00")
    undo(kept)
    assert (price(lamp), price(bowl)) == (money("98.00"), money("59.50"))
    assert refused(kept) == [(2, "price", "is 98.00 now, not 99.00: changed since")]


def test_one_bad_row_stops_all_of_it_or_is_left_out(lamp, bowl):
    lines = "sku,price", "LAMP,99.00", "NOWHERE,1.00", "BOWL,fifty"
    assert why("prices", *lines) == [(3, "sku", "is not known here"), (4, "price", "is no number")]
    with pytest.raises(Exception, match="2 of its rows are refused"):
        take("prices", *lines)
    assert price(lamp) == money("119.00")

    kept = take("prices", *lines, mode="good")
    assert (kept.state, price(lamp), price(bowl)) == ("done", money("99.00"), money("59.50"))


def test_what_changes_after_the_preview_is_not_overwritten(lamp, bowl):
    kept = [keep("prices", "sku,price", "LAMP,99.00", "BOWL,50.00", name=mode) for mode in ("all", "good")]
    take("prices", "sku,price", "LAMP,98.00")
    for one in kept:
        running.accept(one, mode=one.name)
        finish(one)
    assert (kept[0].state, price(lamp)) == ("stopped", money("98.00"))
    assert kept[0].why == "Row 2: price is 98.00 now, which is not what the preview showed."
    assert (kept[1].state, price(bowl)) == ("done", money("50.00"))


def test_a_count_makes_moves_and_entries_and_its_undoing_moves_back(lamp, bowl):
    lines = "sku,quantity,cost", "LAMP,12,50.00", "BOWL,4,"
    kept = take("stock", *lines)
    assert (kept.state, on_hand(lamp), on_hand(bowl)) == ("done", 12, 4)
    moves = StockMove.objects.filter(source_key__startswith=f"import:{kept.pk}:").order_by("pk")
    assert [(move.quantity, move.value) for move in moves] == [(3, money("150.00")), (-5, money("-125.00"))]
    assert ledger.balance(chart.INVENTORY) == sum(row.value for row in StockValue.objects.all())
    assert is_sound()

    order = place(sale_line(lamp, 2, "119.00"))
    pay(order)
    ship(order)
    undo(kept)
    assert (kept.state, on_hand(lamp), on_hand(bowl)) == ("undone", 7, 9)
    assert StockValue.objects.get(product=bowl).value == money("225.00")
    assert is_sound()


def test_a_gain_that_is_sold_by_now_cannot_be_undone(lamp, bowl):
    kept = take("stock", "sku,quantity", "LAMP,12", "BOWL,10")
    place(sale_line(lamp, 10, "119.00"))
    undo(kept)
    assert (on_hand(lamp), on_hand(bowl)) == (12, 9)
    ((row, _, reason),) = refused(kept)
    assert row == 2
    assert reason == "Only 2 of 'Lamp' can be taken off: the rest is promised."
    assert is_sound()


def test_what_is_promised_cannot_be_counted_away(lamp, bowl):
    place(sale_line(lamp, 5, "119.00"))
    kept = take("stock", "sku,quantity", "LAMP,3", "BOWL,8", mode="good")
    assert (on_hand(lamp), on_hand(bowl)) == (9, 8)
    assert [row for row, *_ in refused(kept)] == [2]
    assert take("stock", "sku,quantity", "LAMP,3", "BOWL,7").state == "stopped"
    assert on_hand(bowl) == 8
    assert is_sound()


def test_a_run_that_was_killed_goes_on_where_it_stopped(lamp, bowl, monkeypatch):
    monkeypatch.setattr(running, "AT_ONCE", 1)
    kept = keep("stock", "sku,quantity", "LAMP,12", "BOWL,4")
    running.accept(kept, mode="good")
    assert running.work(kept.pk, on=TUESDAY)
    assert list(kept.rows.values_list("is_taken", flat=True).order_by("number")) == [True, False]
    assert (on_hand(lamp), on_hand(bowl)) == (12, 9)
    assert finish(kept).state == "done"
    assert not running.work(kept.pk, on=TUESDAY)
    assert (on_hand(lamp), on_hand(bowl)) == (12, 4)
    assert StockMove.objects.filter(source_key__startswith="import:").count() == 2


def test_what_goes_out_comes_in_unchanged(lamp, bowl):
    for kind in ("prices", "stock"):
        for form in ("csv", "xlsx"):
            assert round_trip(kind, form) == {"same"}


def test_rows_that_contradict_each_other_are_all_refused(lamp):
    assert fates("prices", "sku,price", "LAMP,1.00", "LAMP,2.00") == ["refused", "refused"]
    assert fates("stock", "sku,warehouse,quantity", "LAMP,main,1", "LAMP,,2") == ["refused", "refused"]


def test_an_import_is_applied_once_however_often_it_is_asked_for(lamp):
    kept = take("prices", "sku,price", "LAMP,99.00")
    with pytest.raises(Exception, match="is done: it cannot become running"):
        running.accept(kept, mode="all")
    assert DataImport.objects.count() == 1
