"""What was sold to other countries of the EU: the threshold for consumers, and the EC sales list."""

from decimal import Decimal

import pytest
from django.utils.timezone import now

from accounting import periods
from accounting.models import Period, PeriodChange
from erp import order_to_cash
from erp.backoffice.sheets.asking import url_of
from erp.backoffice.todo import todos
from erp.invoicing import abroad
from erp.invoicing.abroad import EcSale
from erp.invoicing.models import Invoice
from tests.backoffice.desk import words
from tests.books import is_sound
from tests.chain.scenes import FRIDAY, company
from tests.factories import ADA, MONDAY
from tests.reporting.trading import APRIL, FIRM, MARCH, credited, sold

pytestmark = pytest.mark.django_db


@pytest.fixture
def consumers():
    """119.00 gross to each of Lyon (of two one came back), Vienna and Berlin; a firm and America besides."""
    lyon = type(ADA)("Claire", "Petit", "1 rue X", "Lyon", "69001", "FR")
    vienna = type(ADA)("Karl", "Huber", "Ring 1", "Wien", "1010", "AT")
    order = sold("119.00", key="lyon", quantity=2, ship_to=lyon)
    line = order.invoices.get().lines.get()
    order_to_cash.credit(order.invoices.get(), quantities={line.pk: 1}, on=FRIDAY, key="back")
    sold("119.00", key="vienna", ship_to=vienna)
    sold("119.00", key="berlin")
    sold("60.00", key="us", tax_code="DE-G-0", ship_to=type(ADA)("A", "B", "C", "D", "97211", "US"))
    sold("50.00", key="firm", tax_code="DE-K-0", **FIRM)


@pytest.mark.usefixtures("consumers")
def test_consumers_abroad_are_summed_by_country_less_what_was_credited():
    found = abroad.consumers_abroad(2026, home="DE")
    assert found.by_country == {"AT": Decimal("100.00"), "FR": Decimal("100.00")}
    assert (found.total, found.percent) == (Decimal("200.00"), 2)
    assert abroad.consumers_abroad(2025, home="DE").by_country == {}
    assert is_sound()


@pytest.mark.usefixtures("consumers")
def test_the_threshold_is_a_page_and_no_work_while_it_is_far(office, admin_user):
    page = office.get(url_of("vat-threshold", year=2026))
    assert "Austria" in words(page)
    assert "2 % are used" in words(page)
    assert not page.context["sheets"][0]["sheet"].wrong
    assert not [todo for todo in todos(admin_user, now=now()) if "threshold" in todo.label]


@pytest.mark.parametrize(
    ("threshold", "warning"), [("240.00", "40.00 are left until"), ("199.00", "The threshold is passed")]
)
@pytest.mark.usefixtures("consumers")
def test_near_and_past_the_threshold_it_is_said_on_both_pages(
    office, admin_user, monkeypatch, threshold, warning
):
    monkeypatch.setattr(abroad, "THRESHOLD", Decimal(threshold))
    assert warning in words(office.get(url_of("vat-threshold", year=2026)))
    then = now().replace(year=2026, month=6)
    assert [todo.count for todo in todos(admin_user, now=then) if "threshold" in todo.label] != []
    company(vat_abroad="destination")
    assert [todo.count for todo in todos(admin_user, now=then) if "threshold" in todo.label] == []


@pytest.fixture
def firms():
    """Goods for 50.00 and 30.00, of which 30.00 were credited, and a service for 20.00."""
    sold("20.00", key="three", tax_code="DE-AE-0", **FIRM)
    sold("119.00", key="home")
    sold("50.00", key="one", tax_code="DE-K-0", **FIRM)
    order = sold("30.00", key="two", tax_code="DE-K-0", **FIRM)
    line = order.invoices.get().lines.get()
    order_to_cash.credit(order.invoices.get(), quantities={line.pk: 1}, on=FRIDAY, key="back")


@pytest.mark.usefixtures("firms")
def test_the_ec_sales_list_is_by_vat_id_and_kind_less_what_was_credited():
    assert abroad.ec_sales(*MARCH) == [
        EcSale("FR40303265045", "goods", Decimal("50.00")),
        EcSale("FR40303265045", "services", Decimal("20.00")),
    ]
    assert abroad.ec_sales(MONDAY.replace(month=4), MONDAY.replace(month=5)) == []
    assert is_sound()


@pytest.mark.usefixtures("firms")
def test_the_list_leads_to_its_documents_and_is_a_file(office):
    quarter = {"start": "2026-01-01", "end": "2026-03-31"}
    page = office.get(url_of("ec-sales-list", **quarter))
    assert "FR40303265045" in words(page)
    goods = url_of("ec-sales-documents", **quarter, vat_id="FR40303265045", kind="goods")
    assert goods.replace("&", "&amp;") in words(page)
    rows = office.get(goods).context["sheets"][0]["sheet"].rows
    assert [str(row.cells[2]) for row in rows] == ["50.00", "30.00", "-30.00", "50.00"]
    file = b"".join(office.get("/admin/reports/ec-sales-list.csv", quarter)).decode().splitlines()
    assert file == [
        "Country,VAT id,Kind,Net,From,To",
        "FR,FR40303265045,goods,50.00,2026-01-01,2026-03-31",
        "FR,FR40303265045,services,20.00,2026-01-01,2026-03-31",
        "Total,,,70.00,,",
    ]


def test_a_credit_note_that_comes_late_is_in_the_list_of_the_month_it_is_booked_in(firms):
    order = Invoice.objects.order_by("issued_on", "pk").filter(lines__tax_code__code="DE-K-0").first().order
    march = abroad.ec_sales(*MARCH)
    period = Period.objects.get(start=MARCH[0])
    periods.lock_area(period, PeriodChange.Area.VAT, reason="Filed", by=None)
    credited(order, key="late")
    assert abroad.ec_sales(*MARCH) == march
    assert abroad.ec_sales(*APRIL) == [EcSale("FR40303265045", "goods", Decimal("-50.00"))]


@pytest.mark.parametrize("slug", ["ec-sales-list", "vat-threshold", "vat-return", "oss", "vat-documents"])
def test_the_reports_are_for_those_who_see_the_books(as_role, slug):
    assert as_role("accountant").get(url_of(slug)).status_code == 200
    assert as_role("warehouse").get(url_of(slug)).status_code == 403
    assert as_role("warehouse").get(f"/admin/reports/{slug}.csv").status_code == 403
