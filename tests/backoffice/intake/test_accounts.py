"""The chart goes out as a list, and comes in again with a company's own accounts."""

import pytest

from accounting import chart
from accounting.models import Account
from tests.accounting.scenes import book, transfer
from tests.backoffice.intake.scenes import round_trip, take, undo, why

pytestmark = pytest.mark.django_db

OWN = ("code,name,kind,group,active", "6410,Courses,expense,Operating expenses,", "0450,Cars,asset,,no")


def test_accounts_are_added_changed_and_taken_away_again():
    before = list(Account.objects.order_by("pk").values())
    kept = take("accounts", *OWN)
    courses, cars = Account.objects.get(code="6410"), Account.objects.get(code="0450")
    assert (courses.name, courses.kind, courses.group, courses.active) == (
        "Courses",
        "expense",
        "Operating expenses",
        True,
    )
    assert (cars.kind, cars.active) == ("asset", False)

    changed = take("accounts", "code,name,group,active", "6410,Seminars,Staff,no", "1000,Giro,,")
    courses.refresh_from_db()
    assert (courses.name, courses.group, courses.active) == ("Seminars", "Staff", False)
    assert chart.account(chart.BANK).name == "Giro"
    undo(changed)
    courses.refresh_from_db()
    assert (courses.name, courses.active) == ("Courses", True)

    assert round_trip("accounts") == {"same"}
    undo(kept)
    assert list(Account.objects.order_by("pk").values()) == before


def test_an_account_that_was_used_meanwhile_stays_when_its_list_is_undone():
    kept = take("accounts", *OWN[:2])
    book(transfer("course", debited="6410", credited="BANK"))
    undo(kept)
    assert Account.objects.get(code="6410").active is False


def test_what_cannot_be_is_refused_cell_by_cell():
    book(transfer("rent", debited="6320", credited="BANK"))
    lines = (
        "code,name,kind,active",
        "6420,Courses,,",
        "6430,Courses,cost,",
        ";;,Courses,expense,",
        "6320,Rent,asset,",
        "1300,Goods,expense,no",
        "6440,,expense,",
    )
    assert why("accounts", *lines) == [
        (2, "kind", "a new account needs its kind"),
        (3, "kind", "is not one of asset, liability, equity, income, expense"),
        (4, "code", "letters, digits, spaces, dots and hyphens only, beginning with one of the first"),
        (5, "kind", "stays expense: it has lines in the books"),
        (6, "kind", "stays asset: it is INVENTORY to the posting rules"),
        (6, "active", "stays in use: it is INVENTORY to the posting rules"),
        (7, "name", "must not be empty"),
    ]
