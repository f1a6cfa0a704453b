"""Why there are so many: places, shares of the value, and every move with what was there after it."""

from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st

from accounting.money import spread
from erp.inventory import explaining
from erp.inventory.models import StockLevel, StockValue
from tests.books import is_sound
from tests.factories import NOON, ProductClassFactory, ProductFactory

pytestmark = pytest.mark.django_db


def test_each_place_says_what_is_there_and_its_share_of_the_value(lamp):
    found = [
        (place.level.warehouse.code, place.level.on_hand, place.level.reserved, place.value)
        for place in explaining.places(lamp)
    ]
    # Seven had cost 64.02; two went for 18.29 and one came back for its half, 9.15 (or 9.14).
    assert found == [("main", 4, 3, Decimal("36.59")), ("other", 2, 0, Decimal("18.29"))]
    assert StockValue.objects.get().value == Decimal("54.88")
    assert is_sound()


def test_the_last_balance_is_what_is_on_hand_and_each_move_goes_on_from_the_one_before(lamp):
    moves = list(explaining.moves(lamp))
    assert [(move.kind, move.quantity, move.balance) for move in moves] == [
        ("opening", 5, 5),
        ("adjustment", 2, 7),
        ("shipment", -2, 5),
        ("return", 1, 6),
        ("set aside", 0, 6),
    ]
    assert moves[-1].balance == sum(StockLevel.objects.values_list("on_hand", flat=True))
    assert moves[-1].value_after == explaining.worth(lamp)


def test_what_is_set_aside_and_held_is_told_with_its_condition_and_its_end(lamp):
    assert explaining.set_aside(lamp) == [("Other", "damaged", 1)]
    assert [(hold.key, hold.quantity) for hold in explaining.held(lamp, now=NOON)] == [("shopper", 1)]


def test_a_product_that_was_never_here_has_no_places():
    product = ProductFactory()
    assert explaining.places(product) == []
    assert explaining.worth(product) == 0


@given(
    st.integers(0, 10**9).map(lambda cents: Decimal(cents).scaleb(-2)),
    st.lists(st.integers(0, 10**5), min_size=1, max_size=6),
)
def test_shares_of_a_value_add_up_and_none_is_a_cent_off(value, pieces):
    shares = spread(value, [Decimal(quantity) for quantity in pieces])
    assert sum(shares) == value
    if any(pieces):
        exact = [value * quantity / sum(pieces) for quantity in pieces]
        assert all(abs(share - due) < Decimal("0.01") for share, due in zip(shares, exact, strict=True))


def test_the_command_prints_each_warehouse_and_every_move(lamp, capsys):
    call_command("stock", "LAMP")
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["LAMP:", "Lamp"] in lines
    # On hand, reserved, available, incoming, unavailable, value.
    assert ["Main", "warehouse", "4", "3", "1", "0", "0", "36.59"] in lines
    assert ["Other", "2", "0", "1", "0", "1", "18.29"] in lines
    assert ["all", "together", "6", "3", "2", "0", "1", "54.88"] in lines
    assert lines[-1][:7] == ["2026-03-06", "set", "aside", "or", "freed", "Other", "0"]
    assert lines[-1][7] == "6"


def test_the_command_says_what_it_cannot_tell(db, capsys):
    with pytest.raises(CommandError, match="No product has the SKU NOSUCH"):
        call_command("stock", "NOSUCH")
    ProductFactory(upc="HELP", product_class=ProductClassFactory(name="Service", track_stock=False))
    call_command("stock", "HELP")
    assert "without stock" in capsys.readouterr().out
