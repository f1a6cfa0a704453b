"""Offers, vouchers and settings that staff write take effect in the shop."""

from datetime import date
from decimal import Decimal

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.contrib.flatpages.models import FlatPage
from django.contrib.sites.models import Site
from django.db.models.fields.files import FieldFile
from oscar.core.loading import get_model

from accounting.models import TaxCode
from erp.documents.models import Company
from erp.inventory.models import Warehouse
from erp.sales.models import Automation, TaxClass, TaxRule
from tests.backoffice.desk import list_url, page_url, told, words
from tests.chain.scenes import place, stepped
from tests.factories import ProductFactory, sale_line
from tests.shop.buying import put, text

pytestmark = pytest.mark.django_db

Benefit = get_model("offer", "Benefit")
Category = get_model("catalogue", "Category")
Condition = get_model("offer", "Condition")
Country = get_model("address", "Country")
Offer = get_model("offer", "ConditionalOffer")
OrderAndItemCharges = get_model("shipping", "OrderAndItemCharges")
ProductClass = get_model("catalogue", "ProductClass")
Range = get_model("offer", "Range")
Voucher = get_model("voucher", "Voucher")

NOBODY = {"rangeproduct_set-TOTAL_FORMS": "0", "rangeproduct_set-INITIAL_FORMS": "0"}


def add(client, model, **answers):
    """Send a form for a new row, and return that row."""
    response = client.post(f"{list_url(model)}add/", answers, follow=True)
    assert [level for level, _ in told(response)] == ["success"], words(response)
    return model.objects.order_by("pk").last()


def form_of(client, row):
    """Return what a row's form holds, ready to be sent again."""
    form = client.get(page_url(row)).context["adminform"].form
    held = {name: form[name].value() for name in form.fields}
    no_file = [name for name, value in held.items() if isinstance(value, FieldFile) and not value]
    unsent = {name for name, value in held.items() if value is None or value is False}
    return {name: value for name, value in held.items() if name not in unsent and name not in no_file}


def change(client, row, **answers):
    response = client.post(page_url(row), form_of(client, row) | answers, follow=True)
    assert [level for level, _ in told(response)] == ["success"], words(response)
    row.refresh_from_db()
    return row


def percent_off(clerk, percent, offer_type):
    """A clerk writes an offer on everything, form by form."""
    everything = add(clerk, Range, name="Everything", includes_all_products="on", **NOBODY)
    condition = add(clerk, Condition, range=everything.pk, type="Count", value="1")
    benefit = add(clerk, Benefit, range=everything.pk, type="Percentage", value=str(percent))
    return add(
        clerk,
        Offer,
        name=f"{percent} % off",
        offer_type=offer_type,
        condition=condition.pk,
        benefit=benefit.pk,
        priority="0",
        exclusive="on",
    )


class TestOffers:
    def test_one_on_everything_is_in_the_basket(self, as_role, client, lamp):
        percent_off(as_role("sales"), 10, "Site")
        put(client, lamp)
        assert "107.10" in text(client.get("/basket/"))

    def test_a_voucher_takes_off_what_its_offer_says(self, as_role, client, lamp):
        clerk = as_role("sales")
        offer = percent_off(clerk, 10, "Voucher")
        days = {"start_datetime_0": "2026-01-01", "end_datetime_0": "2036-01-01"}
        hours = {"start_datetime_1": "00:00", "end_datetime_1": "00:00"}
        voucher = add(
            clerk, Voucher, name="Ten", code="ten", usage="Multi-use", offers=[offer.pk], **days, **hours
        )
        put(client, lamp)
        client.post("/basket/vouchers/add/", {"code": voucher.code})
        assert "107.10" in text(client.get("/basket/"))

    @pytest.mark.parametrize("part", [Condition, Benefit])
    def test_a_condition_or_benefit_without_a_type_is_asked_for_it(self, as_role, part):
        response = as_role("sales").post(f"{list_url(part)}add/", {"value": "1"})
        assert "This field is required." in words(response)
        assert not part.objects.exists()

    def test_a_range_holds_the_products_and_categories_it_is_given(self, as_role, lamp):
        top = Category.add_root(name="Light")
        answers = {
            "rangeproduct_set-TOTAL_FORMS": "1",
            "rangeproduct_set-INITIAL_FORMS": "0",
            "rangeproduct_set-0-product": lamp.pk,
            "rangeproduct_set-0-display_order": "0",
        }
        made = add(as_role("sales"), Range, name="Lights", included_categories=[top.pk], **answers)
        assert list(made.included_products.all()) == [lamp]
        assert list(made.included_categories.all()) == [top]
        assert made.contains_product(lamp)


class TestTheCompany:
    def test_is_one_row_that_can_be_changed_and_neither_added_nor_deleted(self, office):
        firm = Company.objects.get()
        assert office.get(f"{list_url(Company)}add/").status_code == 403
        assert office.post(page_url(firm).replace("change", "delete"), {"post": "yes"}).status_code == 403
        change(office, firm, name="Linden", ship_before_payment="on")
        assert (firm.name, firm.ship_before_payment) == ("Linden", True)

    def test_what_it_lets_run_by_itself_is_a_rule_for_a_way_to_pay(self, office, lamp):
        add(office, Automation, step="invoice", payment_method="bank", mode="manual")
        assert stepped(place(sale_line(lamp, 1, "119.00")))["invoice"] == "manual"

    def test_a_rule_for_an_unknown_way_to_pay_is_refused(self, office):
        url = f"{list_url(Automation)}add/"
        response = office.post(url, {"step": "invoice", "payment_method": "shells", "mode": "off"})
        assert "shells is not one of the available choices" in words(response)

    @pytest.mark.parametrize(
        ("field", "slip"),
        [
            ("iban", "DE88 3704 0044 0532 0130 00"),
            ("bic", "COBA"),
            ("vat_id", "DE123456789"),
            ("country", "XX"),
            ("payment_days", "99999999999"),
            ("guest_link_days", "99999999999"),
        ],
    )
    def test_a_slip_in_what_customers_rely_on_is_refused(self, office, field, slip):
        firm = Company.objects.get()
        response = office.post(page_url(firm), form_of(office, firm) | {field: slip})
        assert list(response.context["adminform"].form.errors) == [field]

    def test_an_iban_is_kept_without_its_spaces(self, office):
        firm = change(office, Company.objects.get(), iban="de89 3704 0044 0532 0130 00", vat_id="CHE-1")
        assert (firm.iban, firm.vat_id) == ("DE89370400440532013000", "CHE-1")


class TestTaxes:
    def test_a_class_gets_its_rule_for_a_country(self, office):
        books = TaxClass.objects.create(code="books", name="Books")
        code = TaxCode.objects.get(code="FR-S-5.5")
        add(office, TaxRule, tax_class=books.pk, country="FR", tax_code=code.pk)
        assert books.rules.get(country="FR").tax_code == code
        assert "Books" in words(office.get(f"{list_url(TaxRule)}?force=now&country=FR"))

    def test_a_new_rate_is_a_new_row_and_the_old_one_ends(self, office, ordered):
        old = TaxCode.objects.get(code="DE-S-19")
        response = office.post(page_url(old), {"name": old.name, "valid_to": "1999-12-31"})
        assert "does not end before it begins" in words(response)
        office.post(page_url(old), {"name": old.name, "valid_to": "2030-12-31"}, follow=True)
        old.refresh_from_db()
        assert (old.valid_to, old.rate) == (date(2030, 12, 31), Decimal("19.00"))
        answers = {"code": "DE-S-20", "name": "VAT 20 %", "country": "DE", "category": "S", "rate": "20"}
        add(office, TaxCode, **answers, valid_from="2031-01-01")
        code = TaxCode.objects.get(code="DE-S-20")
        assert office.post(page_url(code).replace("change", "delete"), {"post": "yes"}).status_code == 302
        assert not TaxCode.objects.filter(code="DE-S-20").exists()

    def test_a_rate_that_documents_name_does_not_change(self, office, ordered):
        code = TaxCode.objects.get(code="DE-S-19")
        office.post(
            page_url(code), {"name": "VAT 19 %", "rate": "20", "code": "X", "valid_from": "2020-01-01"}
        )
        code.refresh_from_db()
        assert (code.name, code.rate, code.code) == ("VAT 19 %", Decimal("19.00"), "DE-S-19")
        assert office.post(page_url(code).replace("change", "delete"), {"post": "yes"}).status_code == 403


def test_a_way_of_shipping_is_offered_at_its_price(office, client, lamp):
    add(office, OrderAndItemCharges, name="By mule", price_per_order="7.77", price_per_item="0.00")
    assert OrderAndItemCharges.objects.get().code == "by-mule"


def test_no_way_of_shipping_pays_the_customer(office):
    answers = {"name": "By mule", "price_per_order": "-5", "price_per_item": "0"}
    response = office.post(f"{list_url(OrderAndItemCharges)}add/", answers)
    assert "greater than or equal to 0" in words(response)
    assert not OrderAndItemCharges.objects.exists()


def test_a_country_is_opened_from_the_list(office):
    url = f"{list_url(Country)}?q=FR&iso_3166_1_a2__exact=FR"
    row = {"form-0-iso_3166_1_a2": "FR", "form-0-is_shipping_country": "on", "form-0-display_order": "3"}
    form = {"form-TOTAL_FORMS": "1", "form-INITIAL_FORMS": "1", "_save": "Save", **row}
    office.post(url, form)
    france = Country.objects.get(pk="FR")
    assert (france.is_shipping_country, france.display_order) == (True, 3)


def test_a_page_of_the_shop_is_written_without_scripts(as_role, client):
    page = FlatPage.objects.create(url="/wood/", title="Wood")
    page.sites.add(Site.objects.get())
    change(as_role("sales"), page, content="<h2>Oak</h2><script>alert(1)</script>", sites=[1])
    assert page.content == "<h2>Oak</h2>"
    assert "Oak" in text(client.get("/wood/"))


def test_a_colleague_is_hired_by_the_administrator_alone(office, as_role):
    clerk = as_role("sales")
    answers = {
        "username": "kim",
        "usable_password": "true",
        "password1": "a-long-one-9",
        "password2": "a-long-one-9",
    }
    assert clerk.post(f"{list_url(User)}add/", answers).status_code == 403
    kim = add(office, User, **answers)
    group = Group.objects.get(name="warehouse")
    since = {"date_joined_0": "2026-01-01", "date_joined_1": "00:00"}
    office.post(page_url(kim), form_of(office, kim) | since | {"is_staff": "on", "groups": [group.pk]})
    kim.refresh_from_db()
    assert (kim.is_staff, list(kim.groups.all())) == (True, [group])


def test_whether_a_type_keeps_stock_is_decided_once(office):
    product = ProductFactory(stock=(5, "3.00"))
    kind = product.product_class
    none = {"attributes-TOTAL_FORMS": "0", "attributes-INITIAL_FORMS": "0"}
    office.post(page_url(kind), {"name": "Wares", "requires_shipping": "on", **none})
    kind.refresh_from_db()
    assert (kind.name, kind.track_stock) == ("Wares", True)


def test_another_warehouse_is_opened(office):
    north = add(office, Warehouse, code="north", name="North", priority="20", count_days="90")
    assert north.levels.count() == 0


def test_the_list_of_rules_says_what_happens_without_any(office):
    assert "every step but shipping" in words(office.get(list_url(Automation)))


def test_staff_log_in_by_what_the_form_asks_for(client, office):
    assert "E-mail address or username" in words(client.get("/admin/login/"))


def test_who_may_only_look_at_settings_sees_them(as_role):
    client = as_role("auditor")
    Automation.objects.create(step="invoice", mode="manual")
    OrderAndItemCharges.objects.create(code="parcel", name="Parcel")
    for model in (Company, Automation, OrderAndItemCharges):
        look = Permission.objects.get(codename=f"view_{model._meta.model_name}")
        User.objects.get(username="auditor").user_permissions.add(look)
        assert client.get(page_url(model.objects.first())).status_code == 200
