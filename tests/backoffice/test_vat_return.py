"""The VAT return and the OSS return in the back office: down to documents, and on to the lock of a month."""

from decimal import Decimal

import pytest
from django.contrib.auth import get_user_model
from django.db import transaction

from accounting import periods
from accounting.ledger import Entry, credit, debit, post
from accounting.models import Period, PeriodChange, TaxCode
from erp.backoffice.bill_forms import offered
from erp.backoffice.sheets.asking import url_of
from erp.backoffice.sheets.sheet import plain
from erp.purchasing.models import Supplier
from tests.backoffice.desk import page_url, words
from tests.factories import ADA, MONDAY
from tests.reporting.trading import APRIL, MARCH, credited, sold, transferred

pytestmark = pytest.mark.django_db
DAYS = {"start": "2026-03-01", "end": "2026-03-31"}


def sheets(office, url):
    """Return the sheets of a report's page by their titles."""
    return {shown["sheet"].title: shown["sheet"] for shown in office.get(url).context["sheets"]}


def row(sheet, first):
    return next(row for row in sheet.rows if plain(row.cells[0]) == first)


def test_a_box_leads_to_its_documents_which_make_it_up(office):
    credited(sold("119.00", key="one", quantity=3))
    (base, tax) = row(sheets(office, url_of("vat-return", **DAYS))["VAT return"], "81").cells[2:]
    assert (base.value, tax.value, base.url) == (Decimal("200.00"), Decimal("38.00"), tax.url)
    documents = sheets(office, base.url)["Documents"]
    assert [plain(row.cells[4]) for row in documents.rows] == [
        Decimal("300.00"),
        Decimal("-100.00"),
        base.value,
    ]
    for link in documents.rows[0].cells[1], documents.rows[0].cells[6]:
        assert office.get(link.url).status_code == 200


def test_of_a_side_without_a_box_all_documents_are_shown(office):
    sold("119.00", key="one")
    sold("107.00", key="two", tax_code="DE-S-7")
    documents = sheets(office, url_of("vat-documents", **DAYS, side="output"))["Documents"]
    assert [plain(cell) for cell in documents.rows[-1].cells[4:6]] == [Decimal("200.00"), Decimal("26.00")]


def test_other_days_stand_beside_those_that_are_asked_for(office):
    order = sold("119.00", key="one", quantity=2)
    credited(order, on=APRIL[0])
    url = url_of("vat-return", start=APRIL[0], end=APRIL[1], compare="before")
    cells = row(sheets(office, url)["VAT return"], "81").cells[2:]
    assert [str(plain(cell)) for cell in cells] == ["-100.00", "-19.00", "200.00", "38.00"]


def test_vat_that_no_document_explains_is_wrong_and_vat_paid_is_told_apart(office):
    transferred("50.00", key="tax office")
    assert not sheets(office, url_of("vat-return", **DAYS))["Documents and books"].wrong
    lines = (
        debit("BANK", Decimal("19.00")),
        credit("VAT_PAYABLE", Decimal("19.00"), tax_code=code("DE-S-19")),
    )
    with transaction.atomic():
        post(Entry(date=MONDAY, source_key="invoice:987654", memo="No such invoice", lines=lines))
    found = sheets(office, url_of("vat-return", **DAYS))
    assert found["Documents and books"].wrong == "Documents and books differ: Invoices (DE-S-19)."
    paid = row(found["In none of these boxes"], "VAT payable without a tax code, such as VAT paid").cells[2]
    assert paid.value == Decimal("-50.00")
    assert "VAT paid" in words(office.get(paid.url))


def test_a_month_leads_to_its_lock_and_then_what_is_late_goes_into_the_next(office):
    order = sold("119.00", key="one", quantity=2)
    before = sheets(office, url_of("vat-return", **DAYS))
    month = row(before["Months"], "2026-03")
    assert (month.cells[0].url, month.cells[1]) == (page_url(march()), "open")
    somebody = get_user_model().objects.get(username="administrator")
    periods.lock_area(march(), PeriodChange.Area.VAT, reason="Filed", by=somebody)
    credited(order)
    after = sheets(office, url_of("vat-return", **DAYS))
    assert row(after["Months"], "2026-03").cells[1] == "locked"
    assert after["VAT return"] == before["VAT return"]
    april = sheets(office, url_of("vat-return", start=APRIL[0], end=APRIL[1]))
    assert plain(row(april["VAT return"], "81").cells[3]) == Decimal("-19.00")
    assert not april["Documents and books"].wrong


def test_the_oss_return_leads_to_its_documents_by_quarter(office):
    vienna = type(ADA)("Karl", "Huber", "Ring 1", "Wien", "1010", "AT")
    order = sold("120.00", key="vienna", tax_code="AT-S-20", quantity=2, ship_to=vienna)
    credited(order, on=APRIL[0])
    rows = sheets(office, url_of("oss", start=MARCH[0], end=APRIL[1]))["OSS return"].rows
    assert [[str(plain(cell)) for cell in line.cells[:3]] for line in rows[:2]] == [
        ["2026 Q1", "", "AT"],
        ["2026 Q2", "2026 Q1", "AT"],
    ]
    for line in rows[:2]:
        documents = sheets(office, line.cells[5].url)["Documents"]
        assert [plain(cell) for cell in documents.rows[-1].cells[4:6]] == [*map(plain, line.cells[5:])]
    assert plain(rows[-1].cells[6]) == Decimal("20.00")
    file = b"".join(office.get("/admin/reports/oss.csv", {"start": "2026-04-01", "end": "2026-06-30"}))
    assert b"2026 Q2,2026 Q1,AT,Austria,20.00,-100.00,-20.00\r\n" in file


def test_the_accountant_sets_the_boxes_of_a_code_and_nothing_else_of_it(office, as_role):
    sold("119.00", key="one")
    rate = code("DE-S-19")
    answers = {"base_box": "99", "tax_box": "99", "valid_to": "2026-12-31", "rate": "20"}
    assert as_role("auditor").post(page_url(rate), answers).status_code == 403
    assert as_role("accountant").post(page_url(rate), answers).status_code == 302
    changed = code("DE-S-19")
    assert (changed.base_box, changed.valid_to, changed.rate) == ("99", None, rate.rate)
    found = sheets(office, url_of("vat-return", **DAYS))["VAT return"]
    assert plain(row(found, "99").cells[3]) == Decimal("19.00")


@pytest.mark.parametrize(
    ("country", "there", "missing"),
    [
        ("DE", {"DE-S-19", "DE-S-7", "DE-E-0", "DE-RC-19"}, {"DE-IA-19", "DE-RE-19", "DE-K-0", "DE-S-16"}),
        ("FR", {"DE-IA-19", "DE-IA-7", "DE-RE-7", "DE-S-19"}, {"DE-K-0", "DE-AE-0", "FR-S-20"}),
        ("US", {"DE-RC-19", "DE-S-19", "DE-O-0"}, {"DE-IA-19", "DE-RE-19", "DE-G-0"}),
    ],
)
def test_a_bill_is_offered_the_vat_that_a_supplier_there_may_mean(country, there, missing):
    codes = set(offered(Supplier(country=country)).codes.values_list("code", flat=True))
    assert there <= codes
    assert not missing & codes


def test_a_code_of_purchases_is_no_rate_of_a_class_of_goods(office):
    asked = {"app_label": "sales", "model_name": "taxrule", "field_name": "tax_code", "term": "DE-"}
    found = {row["text"] for row in office.get("/admin/autocomplete/", asked).json()["results"]}
    assert "DE-S-19" in found
    assert not {"DE-IA-19", "DE-RE-19", "DE-RC-7"} & found


def code(name):
    return TaxCode.objects.get(code=name)


def march():
    return Period.objects.get(start="2026-03-01")
