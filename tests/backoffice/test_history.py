"""Changes to settings, rates, roles and people are written down for good: who, when, from what to what."""

import csv
import io

import pytest
from auditlog.models import LogEntry
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from oscar.core.loading import get_model

from accounting import chart
from accounting.models import Account, TaxCode
from erp.backoffice import roles
from erp.backoffice.desks.history import in_words
from erp.closing.history import MANY, SETTINGS
from erp.documents.models import Company
from erp.documents.services import company
from erp.sales.models import Automation

from .conftest import person
from .desk import list_url, page_url, words

pytestmark = pytest.mark.django_db
User = get_user_model()
Charges = get_model("shipping", "OrderAndItemCharges")


def changes_of(model):
    """Return what was written down of a model's rows, oldest first."""
    kind = ContentType.objects.get_for_model(model)
    return list(LogEntry.objects.filter(content_type=kind).order_by("pk"))


def fields_of(response):
    """Return what a page's form would send."""
    form = response.context["adminform"].form
    found = {name: form[name].value() for name in form.fields}
    return {name: "" if value is None else value for name, value in found.items() if value is not False}


def test_a_setting_changed_at_its_desk_names_the_person_and_both_values(office):
    page = page_url(company())
    sent = {**fields_of(office.get(page)), "phone": "=1+1"}
    sent.pop("logo", None)
    assert office.post(page, sent).status_code == 302

    change = changes_of(Company)[-1]
    assert change.actor_email == "administrator@example.com"
    assert change.changes["phone"][1] == "=1+1"
    assert set(change.changes) == {"phone"}
    shown = words(office.get(page))
    assert f"object_pk={company().pk}" in shown
    rows = list(csv.DictReader(io.StringIO(words(exported(office)))))
    assert rows[0]["by"] == "administrator@example.com"
    assert "phone" in rows[0]["changes"]
    assert "phone" in words(office.get(page_url(change)))


def exported(client):
    found = client.post(f"{list_url(LogEntry)}export/", {"format": "0", "resource": "", **ALL_COLUMNS})
    assert found.status_code == 200
    return found


ALL_COLUMNS = {
    f"changesexport_{name}": "on" for name in ("timestamp", "by", "what", "object_repr", "action", "said")
}


def test_an_object_that_is_made_and_one_that_goes_are_written_down():
    rule = Automation.objects.create(step="invoice", mode="manual")
    rule.mode = "auto"
    rule.save()
    rule.delete()
    made, changed, gone = changes_of(Automation)
    assert "mode:  → manual" in in_words(made)
    assert in_words(changed) == "mode: manual → auto"
    assert "mode: auto → " in in_words(gone)


@pytest.mark.parametrize(
    ("model", "column", "value"),
    [(TaxCode, "rate", "18.00"), (Account, "name", "Other"), (Charges, "name", "Mail")],
)
def test_rates_accounts_and_shipping_are_written_down(model, column, value):
    row = model.objects.first() or model.objects.create(name="Post")
    setattr(row, column, value)
    row.save()
    assert changes_of(model)[-1].changes[column][1] == value


def test_what_a_role_may_do_and_who_has_it_are_written_down(db):
    roles.seed()
    assert changes_of(Group) == []
    group, permission = Group.objects.get(name="sales"), Permission.objects.get(codename="view_company")
    clerk = person("sales")
    group.permissions.add(permission)
    clerk.groups.remove(group)

    [change] = changes_of(Group)
    assert "permissions:  → " in in_words(change)
    joined, left = (in_words(change) for change in changes_of(User) if "groups" in change.changes)
    assert (joined, left) == ("groups:  → sales", "groups: sales → ")


def test_a_password_is_written_down_as_changed_and_nothing_of_it():
    clerk = person("sales")
    clerk.set_password("a-new-secret-word")
    clerk.save()
    change = changes_of(User)[-1]
    assert change.changes == {"password": ["(not shown)", "(not shown)"]}
    assert "argon2" not in str(
        list(LogEntry.objects.values_list("changes", "serialized_data", "changes_text"))
    )


def test_customers_leave_no_trace_that_could_not_be_erased():
    ada = User.objects.create_user("ada", "ada@example.com", "x")
    ada.first_name = "Ada"
    ada.save()
    assert changes_of(User) == []
    ada.is_staff = True
    ada.save()
    ada.is_staff = False
    ada.save()
    assert [in_words(change) for change in changes_of(User)] == [
        "is_staff: False → True",
        "is_staff: True → False",
    ]


@pytest.mark.parametrize(
    ("sql", "sentence"),
    [
        ("UPDATE auditlog_logentry SET changes = NULL", "never changed"),
        ("UPDATE auditlog_logentry SET actor_email = 'eve@example.com'", "never changed"),
        ("UPDATE auditlog_logentry SET actor_id = (SELECT MIN(id) FROM auth_user)", "never changed"),
        ("DELETE FROM auditlog_logentry", "never deleted"),
    ],
)
def test_what_is_written_down_stays(sql, sentence):
    person("administrator")
    with pytest.raises(DatabaseError, match=sentence), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


def test_a_person_who_goes_is_still_named():
    clerk = person("sales")
    entry = changes_of(User)[-1]
    LogEntry.objects.create(
        content_type=entry.content_type,
        object_pk="1",
        object_repr="x",
        action=1,
        actor=clerk,
        actor_email=clerk.email,
    )
    clerk.delete()
    last = LogEntry.objects.filter(actor_email="sales@example.com").get()
    assert last.actor is None


def test_only_who_may_sees_it_and_nobody_changes_it(as_role):
    company().save()
    Automation.objects.create(step="invoice", mode="manual")
    row = LogEntry.objects.latest("pk")
    for role in ("accountant", "auditor", "administrator"):
        client = as_role(role)
        assert "mode" in words(client.get(list_url(LogEntry)))
        assert client.post(page_url(row).replace("change", "delete")).status_code == 403
    for role in ("sales", "warehouse", "purchasing"):
        assert as_role(role).get(list_url(LogEntry)).status_code == 403


def test_every_setting_named_is_there_with_its_columns():
    for name in SETTINGS.keys() | MANY.keys():
        columns = {field.name for field in get_model(*name.split("."))._meta.get_fields()}
        assert MANY.get(name, set()) <= columns
        assert set(SETTINGS[name]) <= columns


def test_a_page_of_the_shop_asks_nobody_who_they_are(client):
    with CaptureQueriesContext(connection) as queries:
        client.get("/robots.txt")
    assert not [query for query in queries if "auth_user" in query["sql"]]


def test_an_account_that_is_renamed_is_written_down():
    chart.change(chart.account(chart.FEES), name="Bank charges")
    assert changes_of(Account)[-1].changes["name"] == ["Payment and bank fees", "Bank charges"]
