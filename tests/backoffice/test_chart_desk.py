"""The accountant keeps the chart, the auditor looks at it, and nobody else comes near."""

import pytest
from django.urls import reverse

from accounting import chart
from accounting.models import Account
from tests.accounting.scenes import book, transfer
from tests.backoffice.desk import list_url, page_url, press, told, words

pytestmark = pytest.mark.django_db

ADD = "/admin/accounting/account/add/"
COURSES = {"code": "6410", "name": "Courses", "kind": "expense", "group": "Operating expenses"}


def by_code(code):
    return Account.objects.get(code=code)


def test_the_accountant_adds_changes_retires_and_deletes_an_account(as_role):
    client = as_role("accountant")
    assert "Add an account" in words(client.get(ADD))
    page = words(client.post(ADD, COURSES, follow=True))
    assert "6410 Courses is in the chart." in page
    own = by_code("6410")
    assert told(press(client, "change", own, **COURSES | {"name": "Seminars"}))[0][0] == "success"
    assert by_code("6410").name == "Seminars"
    press(client, "retire", own)
    assert by_code("6410").active is False
    press(client, "use", own)
    assert by_code("6410").active is True
    assert told(press(client, "remove", own)) == [("success", "6410 Seminars is deleted.")]
    assert not Account.objects.filter(code="6410").exists()


def test_a_role_is_given_to_another_account(as_role):
    client = as_role("accountant")
    assert "BANK, now of 1000 Bank" in words(press(client, "give_role", by_code("1010")))
    press(client, "give_role", by_code("1010"), role="BANK")
    assert chart.account(chart.BANK).code == "1010"


def test_what_is_refused_says_why_and_keeps_what_was_typed(as_role):
    client = as_role("accountant")
    page = words(client.post(ADD, COURSES | {"code": "1000"}))
    assert "There is an account 1000 Bank already." in page
    assert 'value="Courses"' in page
    book(transfer("first"))
    page = words(press(client, "change", by_code("1000"), **COURSES))
    assert "has lines in the books: it keeps its code and its kind" in page
    assert 'value="Courses"' in page
    assert told(press(client, "remove", by_code("1000")))[0][0] == "error"
    assert by_code("1000").name == "Bank"


def test_only_the_accountant_keeps_the_chart(as_role):
    rent = by_code("6320")
    for role in ("auditor", "sales", "warehouse", "purchasing", "newcomer"):
        client, sees = as_role(role), 200 if role == "auditor" else 403
        assert client.get(list_url(Account)).status_code == sees, role
        assert client.get(page_url(rent)).status_code == sees, role
        assert client.get(ADD).status_code == client.post(ADD, COURSES).status_code == 403, role
        for verb in ("change", "give_role", "retire", "remove"):
            press(client, verb, rent, **COURSES | {"role": "FEES"})
        kind = reverse("admin:import_everything", args=["accounts", "csv"])
        assert client.get(kind).status_code in (403, 404), role
    rent.refresh_from_db()
    assert (rent.name, rent.active, rent.role) == ("Rent", True, "")
    assert not Account.objects.filter(code="6410").exists()
