"""Staff upload a list, look at it, apply it, correct what was refused, undo it."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounting.money import money
from erp.backoffice.models import DataImport
from tests.backoffice.desk import list_url, page_url, press, told, words
from tests.backoffice.intake.scenes import sheet
from tests.chain.scenes import work

pytestmark = pytest.mark.django_db

ADD = "/admin/backoffice/dataimport/add/"


def upload(client, kind, *lines, name="list.csv"):
    file = SimpleUploadedFile(name, sheet(*lines))
    return client.post(ADD, {"kind": kind, "file": file}, follow=True)


def test_a_list_is_looked_at_then_applied_in_the_background_then_undone(as_role, lamp, bowl):
    client = as_role("sales")
    page = words(upload(client, "prices", "sku;price;remark", "LAMP;99,00;now", "BOWL;59,50;"))
    for said in ("price: 119.00 → 99.00", "as utf-8, separated by semicolons", "remark", "Import all rows"):
        assert said in page
    kept = DataImport.objects.get()
    assert kept.user.username == "sales"

    response = press(client, "take_all", kept)
    assert told(response) == [("success", f"{kept} is being imported.")]
    assert client.get(page_url(kept))["Refresh"] == "2"
    work()
    assert lamp.stockrecords.get().price == money("99.00")
    response = client.get(page_url(kept))
    assert "Refresh" not in response
    assert "1 of 1" in words(response)

    press(client, "undo", kept)
    work()
    assert lamp.stockrecords.get().price == money("119.00")
    assert "undone" in words(client.get(page_url(kept)))


def test_refused_rows_are_told_first_and_go_out_to_be_corrected(as_role, lamp, bowl):
    client = as_role("sales")
    page = words(upload(client, "prices", "sku,price", "BOWL,50.00", "LAMP,cheap", "=1+1,2.00"))
    assert "price &#x27;cheap&#x27; is no number" in page
    assert "Import all rows" not in page
    kept = DataImport.objects.get()
    press(client, "take_good", kept)
    work()
    assert [record.price for record in (lamp.stockrecords.get(), bowl.stockrecords.get())] == [
        money("119.00"),
        money("50.00"),
    ]
    reasons = words(client.get(reverse("admin:import_file", args=[kept.pk, "reasons"])))
    assert reasons.splitlines() == [
        "row,column,value,reason",
        "3,price,cheap,is no number",
        "4,sku,'=1+1,\"a formula: put its value there, or ' before it if these are words\"",
    ]
    refused = words(client.get(reverse("admin:import_file", args=[kept.pk, "refused"])))
    assert refused.splitlines()[:2] == ["\ufeffsku,price,refused because", "LAMP,cheap,price is no number"]

    corrected = refused.splitlines()[1].replace("cheap", "98.00")
    page = words(upload(client, "prices", "sku,price,refused because", corrected))
    assert "price: 119.00 → 98.00" in page


def test_headings_that_are_formulas_go_out_harmless(as_role, lamp):
    client = as_role("sales")
    upload(client, "prices", "sku,price,=cmd()", "LAMP,cheap,1")
    refused = reverse("admin:import_file", args=[DataImport.objects.get().pk, "refused"])
    assert words(client.get(refused)).splitlines()[0] == "\ufeffsku,price,'=cmd(),refused because"


def test_the_same_file_twice_is_noticed(as_role, lamp):
    client = as_role("sales")
    for _ in range(2):
        page = words(upload(client, "prices", "sku,price", "LAMP,99.00"))
        press(client, "take_all", DataImport.objects.latest("pk"))
        work()
    assert "The same file was imported already" in page


def test_a_file_that_cannot_be_read_is_told_on_the_form(as_role):
    page = words(upload(as_role("sales"), "prices", "sku,cost", "LAMP,1"))
    assert "The file has no column price; it has sku, cost." in page
    assert DataImport.objects.count() == 0


def test_everybody_brings_in_what_is_their_work_and_nothing_else(as_role, lamp):
    kinds = {
        "sales": {"prices", "products"},
        "warehouse": {"stock"},
        "accountant": {"opening", "accounts"},
        "purchasing": {"suppliers"},
        "newcomer": set(),
    }
    upload(as_role("administrator"), "prices", "sku,price", "LAMP,99.00")
    kept = DataImport.objects.get()
    for role, wanted in kinds.items():
        client = as_role(role)
        out = {
            kind
            for kind in ("prices", "stock", "products", "suppliers", "accounts", "opening")
            if client.get(reverse("admin:import_everything", args=[kind, "csv"])).status_code == 200
        }
        assert out == wanted, role
        assert (upload(client, "prices", "sku,price", "LAMP,1.00").status_code == 403) == (not wanted)
        seen = client.get(reverse("admin:import_file", args=[kept.pk, "reasons"])).status_code
        assert seen == (200 if "prices" in wanted else 404 if wanted else 403), role
        press(client, "take_all", kept)
        kept.refresh_from_db()
        assert (kept.state == "running") == (role == "sales"), role
        DataImport.objects.filter(pk=kept.pk).update(state="previewed")
    assert set(DataImport.objects.values_list("user__username", flat=True)) == {"sales"}


def test_what_is_discarded_leaves_no_rows_and_long_lists_have_pages(as_role, lamp):
    client = as_role("sales")
    upload(client, "prices", "sku,price", *(f"P{n},1.00" for n in range(120)), "LAMP,1.00")
    kept = DataImport.objects.get()
    assert "Rows, page 1 of 2" in words(client.get(page_url(kept)))
    assert "P119" in words(client.get(page_url(kept), {"show": "refused", "page": 2}))
    assert "page 1 of 1" in words(client.get(page_url(kept), {"show": "changed"}))
    press(client, "discard", kept)
    assert kept.rows.count() == 0
    assert "discarded" in words(client.get(list_url(DataImport)))
