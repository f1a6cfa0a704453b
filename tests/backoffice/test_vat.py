"""What was sold to other countries of the EU: the threshold for consumers, and the EC sales list."""

from datetime import date
from decimal import Decimal

import pytest
from django.utils.timezone import now

from erp import order_to_cash
from erp.backoffice.todo import todos
from erp.backoffice.vat import PeriodForm
from erp.invoicing import abroad
from erp.invoicing.abroad import EcSale
from tests.backoffice.desk import words
from tests.books import is_sound
from tests.chain.scenes import FRIDAY, company, fresh, place, ship
from tests.factories import ADA, MONDAY, ProductFactory, sale_line

pytestmark = pytest.mark.django_db

MARCH = (date(2026, 3, 1), date(2026, 3, 31))
CLAIRE = type(ADA)("Claire", "Petit", "1 rue X", "Lyon", "69001", "FR", company="Petit SARL")
FIRM = {"ship_to": CLAIRE, "prices": "net", "vat_id": "FR40303265045"}


def sold(price, *, key, tax_code="DE-S-19", quantity=1, **changes):
    """Sell and ship something; return the order."""
    lamp = ProductFactory(stock=(quantity, "1.00"))
    company(ship_before_payment=True)
    order = place(sale_line(lamp, quantity, price, tax_code=tax_code), key=key, **changes)
    ship(order)
    return fresh(order)


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
    page = office.get("/admin/vat/threshold/", {"year": "2026"})
    assert "Austria" in words(page)
    assert "2 %" in words(page)
    assert not page.context["warning"]
    assert not [todo for todo in todos(admin_user, now=now()) if "threshold" in todo.label]


@pytest.mark.parametrize(
    ("threshold", "warning"), [("240.00", "40.00 are left until"), ("199.00", "The threshold is passed")]
)
@pytest.mark.usefixtures("consumers")
def test_near_and_past_the_threshold_it_is_said_on_both_pages(
    office, admin_user, monkeypatch, threshold, warning
):
    monkeypatch.setattr(abroad, "THRESHOLD", Decimal(threshold))
    assert warning in words(office.get("/admin/vat/threshold/", {"year": "2026"}))
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
    query = {"year": "2026", "period": "Q1"}
    page = office.get("/admin/vat/ec-sales/", query)
    assert "FR40303265045" in words(page)
    documents = office.get("/admin/vat/ec-sales/", query | {"vat_id": "FR40303265045", "kind": "goods"})
    (_, table) = documents.context["page"].tables
    assert [str(row[2]) for row in table.rows] == ["50.00", "30.00", "-30.00"]
    file = office.get("/admin/vat/ec-sales.csv", query).content.decode().splitlines()
    assert file == [
        "country,vat_id,kind,net,from,to",
        "FR,FR40303265045,goods,50.00,2026-01-01,2026-03-31",
        "FR,FR40303265045,services,20.00,2026-01-01,2026-03-31",
    ]


@pytest.mark.parametrize("query", [{"period": "Q5", "year": "2026"}, {"period": "3"}, {"year": "x"}, {}])
def test_a_period_that_is_none_is_refused(office, query):
    assert office.get("/admin/vat/ec-sales.csv", query).status_code == 400
    assert office.get("/admin/vat/ec-sales/", query).status_code == 200


def test_the_pages_are_for_those_who_see_the_books(client, django_user_model):
    clerk = django_user_model.objects.create_user("clerk", "clerk@example.com", "x", is_staff=True)
    client.force_login(clerk)
    for page in ("threshold/", "ec-sales/", "ec-sales.csv"):
        assert client.get(f"/admin/vat/{page}").status_code == 403


@pytest.mark.parametrize(
    ("period", "days"),
    [
        ("1", ("2026-01-01", "2026-01-31")),
        ("12", ("2026-12-01", "2026-12-31")),
        ("Q4", ("2026-10-01", "2026-12-31")),
    ],
)
def test_a_period_is_from_its_first_day_to_its_last(period, days):
    form = PeriodForm({"year": "2026", "period": period})
    assert form.is_valid()
    assert tuple(str(day) for day in form.days) == days
