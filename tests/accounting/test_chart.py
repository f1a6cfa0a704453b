"""The chart: both have every role, it is begun once, and what has lines keeps its meaning."""

import csv
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction

from accounting import chart
from accounting.ledger import balance
from accounting.models import Account

from .scenes import book, transfer

pytestmark = pytest.mark.django_db

CHARTS = ("general", "skr04")
ROLES = {value for name, value in vars(chart).items() if name.isupper() and name == value}


def rows_of(name):
    with (chart.CHARTS / f"{name}.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def by_code(code):
    return Account.objects.get(code=code)


@pytest.mark.parametrize("name", CHARTS)
def test_a_chart_has_every_role_once_and_a_heading_for_each_account(name):
    rows = rows_of(name)
    assert len(ROLES) == 25
    assert sorted(row["role"] for row in rows if row["role"]) == sorted(ROLES)
    assert len({row["code"] for row in rows}) == len({row["name"] for row in rows}) == len(rows)
    assert all(row["group"] and row["kind"] in Account.Kind.values for row in rows)


def test_both_charts_agree_on_what_a_role_is():
    facts = [
        {
            row["role"]: (row["kind"], row["group"], row["party_required"], row["open_item"])
            for row in rows_of(name)
        }
        for name in CHARTS
    ]
    assert {role: facts[0][role] for role in ROLES} == {role: facts[1][role] for role in ROLES}


def test_a_company_begins_with_the_chart_it_chose(settings):
    Account.objects.all().delete()
    settings.CHART_OF_ACCOUNTS = "skr04"
    chart.seed()
    assert chart.account(chart.BANK).code == "1800"
    assert Account.objects.count() == len(rows_of("skr04"))


def test_what_a_company_deleted_stays_deleted_and_a_role_that_is_missing_comes_back():
    chart.delete(by_code("6390"))
    by_code("6900").delete()
    chart.seed()
    assert not Account.objects.filter(code="6390").exists()
    assert by_code("6900").role == chart.ROUNDING


def test_an_account_with_lines_keeps_code_kind_and_role_whoever_asks():
    book(transfer("first"))
    bank = chart.account(chart.BANK)
    for wish in ({"code": "1099"}, {"kind": "expense"}, {"role": ""}):
        with pytest.raises(DatabaseError, match="in use in the books"), transaction.atomic():
            Account.objects.filter(pk=bank.pk).update(**wish)
    for wish in ({"code": "1099"}, {"kind": "expense"}):
        with pytest.raises(chart.InUse, match="has lines in the books: it keeps its code and its kind"):
            chart.change(bank, **wish)
    chart.change(bank, name="Giro", group="Money")
    bank.refresh_from_db()
    assert (bank.name, bank.group, bank.code) == ("Giro", "Money", "1000")


def test_an_account_without_lines_takes_another_code_and_kind():
    own = chart.add(" 6410 ", name="Courses", kind="expense")
    chart.change(own, code="1510", kind="asset")
    assert (by_code("1510").name, by_code("1510").kind) == ("Courses", "asset")


@pytest.mark.parametrize(
    ("code", "name", "kind", "refusal"),
    [
        ("1000", "Second", "asset", chart.CodeTaken),
        ("", "Nothing", "asset", chart.NotAnAccount),
        ("12;00", "Semicolon", "asset", chart.NotAnAccount),
        ("1" * 21, "Long", "asset", chart.NotAnAccount),
        ("6410", " ", "expense", chart.NotAnAccount),
        ("6410", "Courses", "cost", chart.NotAnAccount),
    ],
)
def test_what_is_no_account_is_not_added(code, name, kind, refusal):
    before = Account.objects.count()
    with pytest.raises(refusal):
        chart.add(code, name=name, kind=kind)
    assert Account.objects.count() == before


def test_no_account_takes_the_code_of_another():
    with pytest.raises(chart.CodeTaken):
        chart.change(by_code("6390"), code="6400")


def test_an_account_with_a_role_stays_in_use_and_of_its_kind():
    bank = chart.account(chart.BANK)
    for refused in (chart.retire, chart.delete):
        with pytest.raises(chart.InUse, match="is BANK to the posting rules"):
            refused(bank)
    with pytest.raises(chart.InUse, match="stays of the kind asset"):
        chart.change(bank, kind="expense")


def test_an_account_with_lines_is_taken_out_of_use_but_not_deleted():
    book(transfer("rent", debited="6320", credited="BANK"))
    with pytest.raises(chart.InUse, match="take it out of use instead"):
        chart.delete(by_code("6320"))
    chart.retire(by_code("6320"))
    with pytest.raises(chart.UnknownAccount):
        book(transfer("more rent", debited="6320", credited="BANK"))
    chart.use(by_code("6320"))
    book(transfer("more rent", debited="6320", credited="BANK"))
    assert balance("6320") == Decimal("2.00")


def test_a_role_moves_to_an_account_of_its_kind():
    chart.move_role(chart.BANK, to=by_code("1010"))
    assert (chart.account(chart.BANK).code, by_code("1000").role) == ("1010", "")
    chart.move_role(chart.RECEIVABLE, to=by_code("1600"))
    assert (by_code("1600").party_required, by_code("1600").open_item) == (True, True)


@pytest.mark.parametrize(
    ("to", "why"),
    [("6320", "needs an account of the kind asset"), ("1300", "is INVENTORY to the posting rules")],
)
def test_a_role_does_not_move_where_it_does_not_fit(to, why):
    with pytest.raises((chart.OtherKind, chart.InUse), match=why):
        chart.move_role(chart.BANK, to=by_code(to))
    assert chart.account(chart.BANK).code == "1000"


@pytest.mark.parametrize("used", ["1000", "1010"])
def test_a_role_does_not_move_from_or_to_an_account_with_lines(used):
    book(transfer("first", debited=used))
    with pytest.raises(chart.InUse, match="the role BANK cannot be moved"):
        chart.move_role(chart.BANK, to=by_code("1010"))
    assert chart.account(chart.BANK).code == "1000"


def test_a_role_does_not_move_to_an_account_out_of_use():
    chart.retire(by_code("1010"))
    with pytest.raises(chart.OtherKind, match="that is in use"):
        chart.move_role(chart.BANK, to=by_code("1010"))


def test_an_account_does_not_stand_under_the_heading_of_another_kind():
    with pytest.raises(chart.NotAnAccount, match="'Revenue' is a heading of accounts of the kind income"):
        chart.change(chart.account(chart.FEES), group="Revenue")
    assert chart.account(chart.FEES).group == "Operating expenses"
