"""Stock that is found to be different: always with a reason, and above a limit with a second person."""

from decimal import Decimal

import pytest
from django.db import IntegrityError
from django.db.transaction import atomic

from erp import stocktaking
from erp.documents.models import IllegalTransition
from erp.inventory.corrections import SamePerson
from erp.inventory.models import Adjustment, StockLevel, Warehouse
from erp.inventory.services import OutOfStock
from erp.stocktaking import Correction, NoReason, NotCountable
from tests.books import is_sound
from tests.chain.scenes import FRIDAY, TUESDAY, balances, company, every_row, on_shelf, place, refused
from tests.factories import ProductFactory, sale_line

pytestmark = pytest.mark.django_db


@pytest.fixture
def main():
    return Warehouse.objects.get(code="main")


@pytest.fixture
def lamp():
    return ProductFactory(title="Lamp", stock=(10, "4.00"))


@pytest.fixture
def ada(django_user_model):
    return django_user_model.objects.create(username="ada", email="ada@example.com")


@pytest.fixture
def bob(django_user_model):
    return django_user_model.objects.create(username="bob", email="bob@example.com")


def adjust(lamp, main, quantity, *, by=None, key="a1", **changes):
    plain = {"note": "Two lay behind the shelf", "code": "counted"}
    wish = Correction(lamp, main, quantity, **plain | changes)
    return stocktaking.adjust(wish, on=TUESDAY, key=key, by=by)


def test_a_small_adjustment_is_made_at_once(main, lamp, ada):
    company(adjustment_limit="8.00")
    done = adjust(lamp, main, 2, by=ada)
    assert (done.state, done.value, done.approver) == ("done", Decimal("8.00"), None)
    assert on_shelf(lamp) == (12, 0)
    assert balances()["SHRINKAGE"] == "-8.00"
    assert is_sound()


def test_pieces_that_are_said_to_cost_nothing_are_judged_by_what_others_cost(main, lamp, ada):
    company(adjustment_limit="7.99")
    asked = adjust(lamp, main, 2, by=ada, cost=Decimal("0.00"))
    assert (asked.state, asked.estimate) == ("requested", Decimal("8.00"))
    with refused(NotCountable, "more than can be counted"):
        adjust(lamp, main, -2_000_000_001, by=ada, key="a2")


def test_a_large_adjustment_waits_for_a_second_person(main, lamp, ada, bob):
    company(adjustment_limit="7.99")
    asked = adjust(lamp, main, -2, by=ada)
    assert (asked.state, on_shelf(lamp)) == ("requested", (10, 0))
    with refused(SamePerson, "somebody else has to approve"):
        stocktaking.approve(asked, on=FRIDAY, by=ada)
    with refused(SamePerson, "somebody else"):
        stocktaking.approve(asked, on=FRIDAY, by=None)

    stocktaking.approve(asked, on=FRIDAY, by=bob)
    assert (asked.state, asked.value, asked.approver) == ("done", Decimal("-8.00"), bob)
    assert on_shelf(lamp) == (8, 0)
    assert is_sound()
    for again in (stocktaking.approve, stocktaking.reject):
        with refused(IllegalTransition, "is done"):
            again(asked, on=FRIDAY, by=bob)


def test_the_database_lets_nobody_approve_their_own(main, lamp, ada):
    company(adjustment_limit="0.00")
    asked = adjust(lamp, main, -2, by=ada)
    with pytest.raises(IntegrityError), atomic():
        Adjustment.objects.filter(pk=asked.pk).update(approver=ada)


def test_an_adjustment_is_rejected_or_taken_back(main, lamp, ada, bob):
    company(adjustment_limit="0.00")
    for key, by in (("a", ada), ("b", bob)):
        asked = adjust(lamp, main, -2, by=ada, key=key)
        stocktaking.reject(asked, on=FRIDAY, reason="Found them", by=by)
        assert (asked.state, asked.answer) == ("rejected", "Found them")
    assert on_shelf(lamp) == (10, 0)
    assert is_sound()


def test_what_is_promised_meanwhile_is_not_approved(main, lamp, ada, bob):
    company(adjustment_limit="0.00")
    asked = adjust(lamp, main, -9, by=ada)
    place(sale_line(lamp, 5))
    with refused(OutOfStock, "Only 5 of 'Lamp'"):
        stocktaking.approve(asked, on=FRIDAY, by=bob)


def test_the_same_key_is_the_same_adjustment(main, lamp):
    first = adjust(lamp, main, -1)
    before = every_row()
    assert adjust(lamp, main, -1) == first
    assert every_row() == before


@pytest.mark.parametrize("changes", [{"note": " "}, {"quantity": 0}])
def test_an_adjustment_says_what_and_why(main, lamp, changes):
    quantity = changes.pop("quantity", 1)
    with refused(NoReason, "a quantity and a reason"):
        adjust(lamp, main, quantity, **changes)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"quantity": 10**8}, "more than can be counted"),
        ({"quantity": 1, "cost": Decimal("-1.00")}, "cost less than nothing"),
        ({"quantity": 1, "condition": "damaged"}, "damaged or in quarantine"),
        ({"quantity": -1, "condition": "transit"}, "damaged or in quarantine"),
    ],
)
def test_an_adjustment_must_make_sense(main, lamp, changes, sentence):
    with refused(NotCountable, sentence):
        adjust(lamp, main, changes.pop("quantity"), **changes)


def test_nothing_is_corrected_on_its_way(lamp):
    with refused(NotCountable, "when it arrives"):
        adjust(lamp, Warehouse.objects.get(is_transit=True), 1)


# What is set aside


def aside(lamp, main, quantity, *, act="set_aside", key="s1", condition="damaged", reason="Scratched"):
    wish = {"warehouse": main, "quantity": quantity, "condition": condition, "reason": reason}
    getattr(stocktaking, act)(lamp, **wish, on=TUESDAY, key=key)


def level(lamp):
    row = StockLevel.objects.get(product=lamp)
    return row.on_hand, row.unavailable, lamp.stockrecords.get().num_in_stock


def test_the_story_of_broken_pieces(main, lamp):
    aside(lamp, main, 3)
    aside(lamp, main, 3)  # sent twice
    assert level(lamp) == (10, 3, 7)
    aside(lamp, main, 1, act="free", key="f1", reason="Only dusty")
    assert level(lamp) == (10, 2, 8)
    stocktaking.scrap(
        lamp, warehouse=main, quantity=2, condition="damaged", reason="Beyond repair", on=FRIDAY, key="x1"
    )
    assert level(lamp) == (8, 0, 8)
    assert balances()["WRITE_OFF"] == "8.00"
    assert is_sound()


def test_only_free_pieces_are_set_aside_and_only_those_set_aside_are_freed(main, lamp):
    place(sale_line(lamp, 8))
    with refused(OutOfStock, "Only 2 of 'Lamp'"):
        aside(lamp, main, 3)
    aside(lamp, main, 2)
    for act, condition in (("free", "quarantine"), ("scrap", "quarantine")):
        with refused(OutOfStock, "only so many are quarantine"):
            aside(lamp, main, 1, act=act, condition=condition, key="q")
    with refused(OutOfStock, "Only 2"):
        aside(lamp, main, 3, act="free", key="q")
    assert is_sound()


@pytest.mark.parametrize("act", ["set_aside", "free"])
def test_setting_aside_takes_a_reason_a_quantity_and_a_condition(main, lamp, act):
    for wrong in ({"reason": " "}, {"quantity": 0}, {"quantity": -1}):
        with refused(NoReason, "a quantity and a reason"):
            aside(lamp, main, wrong.pop("quantity", 1), act=act, **wrong)
    for condition in ("", "transit", "shiny"):
        with refused(NotCountable, "damaged or in quarantine"):
            aside(lamp, main, 1, act=act, condition=condition)


def test_scrapping_waits_for_a_second_person_too(main, lamp, ada):
    company(adjustment_limit="5.00")
    asked = stocktaking.scrap(lamp, warehouse=main, quantity=2, reason="Broken", on=TUESDAY, key="x", by=ada)
    assert (asked.state, asked.code) == ("requested", "scrapped")
