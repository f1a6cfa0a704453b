"""What customers pay where: gross prices that are the same everywhere, and sales without VAT."""

from decimal import Decimal

import pytest
from django.contrib.auth import get_user_model
from oscar.core.loading import get_model

from erp import order_to_cash
from erp.documents.models import Company
from erp.sales.models import TaxClass, TaxRule
from erp.sales.taxes import classify
from tests.books import is_sound
from tests.factories import ProductClassFactory

from . import buying
from .buying import ADDRESS, carried, press, product, put, text

pytestmark = pytest.mark.django_db

Country = get_model("address", "Country")
Order = get_model("order", "Order")
PARIS = {"country": "FR", "postcode": "75001", "city": "Paris"}
COMPANY = {"company": "Ada et Fils"}
FIRM = COMPANY | {"vat_id": "fr 40 303 265 045"}


@pytest.fixture(autouse=True)
def _everywhere(db):
    Country.objects.filter(pk__in=("FR", "GB", "US", "ES", "CH")).update(is_shipping_country=True)


def company(**settings):
    Company.objects.update(**settings)


def order_of(client, *, payment="bank", shipping="standard", **address):
    """Go through the checkout; return the order, which comes to what the preview said to the cent."""
    client.post("/checkout/", ADDRESS | address)
    client.post("/checkout/delivery/", {"shipping": shipping, "payment": payment})
    page = client.get("/checkout/preview/")
    response = press(client, carried(page), card_number=buying.CARD)
    assert response.status_code == 302, text(response)
    order = Order.objects.latest("pk")
    assert page.context["preview"].total == order.total_incl_tax
    assert f"€{order.total_incl_tax:,}" in text(page)
    return order


def taxed(order):
    """Return what an order comes to, in which mode, and its codes."""
    codes = sorted(set(order.lines.values_list("tax_code", flat=True)))
    return str(order.total_incl_tax), str(order.total_tax), order.terms.prices, codes


@pytest.mark.parametrize(
    ("firm", "address", "total"),
    [
        ({}, {}, ("124.95", "19.95", "gross", ["DE-S-19"])),
        ({}, PARIS, ("124.95", "19.95", "gross", ["DE-S-19"])),
        ({"vat_abroad": "destination"}, PARIS, ("124.95", "20.83", "gross", ["FR-S-20"])),
        ({"vat_abroad": "destination"}, PARIS | COMPANY, ("124.95", "20.83", "gross", ["FR-S-20"])),
        ({}, PARIS | FIRM, ("105.00", "0.00", "net", ["DE-K-0"])),
        ({"vat_abroad": "destination"}, PARIS | FIRM, ("105.00", "0.00", "net", ["DE-K-0"])),
        ({}, {"country": "US", "postcode": "97211"}, ("105.00", "0.00", "net", ["DE-G-0"])),
        ({}, {"country": "ES", "postcode": "35001"}, ("105.00", "0.00", "net", ["DE-G-0"])),
        ({"vat_scheme": "small business"}, {}, ("124.95", "0.00", "gross", ["DE-E-0"])),
        ({"vat_scheme": "small business"}, PARIS | FIRM, ("124.95", "0.00", "net", ["DE-E-0"])),
        ({"prices": "net"}, {}, ("148.69", "23.74", "gross", ["DE-S-19"])),
        ({"prices": "net", "vat_abroad": "destination"}, PARIS, ("149.94", "24.99", "gross", ["FR-S-20"])),
        ({"prices": "net"}, PARIS | FIRM, ("124.95", "0.00", "net", ["DE-K-0"])),
    ],
)  # fmt: skip
def test_who_buys_from_where_decides_on_the_vat(client, standard, firm, address, total):
    """A table of 119.00 and shipping of 5.95, stated with VAT unless the company states prices net."""
    company(**firm)
    put(client, product())
    assert taxed(order_of(client, **address)) == total
    assert is_sound()


def test_a_business_may_look_and_buy_at_net_prices(client, standard):
    table = product()
    client.post("/prices/", {"prices": "net"})
    assert "€100.00" in text(client.get("/catalogue/"))
    assert "€100.00" in text(client.get(table.get_absolute_url()))
    put(client, table)
    assert "€100.00" in text(client.get("/basket/"))

    order = order_of(client)

    assert taxed(order) == ("124.95", "19.95", "net", ["DE-S-19"])
    invoice = order.invoices.get()
    assert (invoice.prices, invoice.net, invoice.gross) == ("net", Decimal("105.00"), Decimal("124.95"))
    assert is_sound()


def test_an_intra_community_supply_is_billed_when_it_is_shipped_and_says_why(client, standard):
    put(client, product())
    order = order_of(client, payment="card", **PARIS, **FIRM)
    assert not order.invoices.exists()
    assert (order.terms.vat_id, order.terms.invoice_on) == ("FR40303265045", "shipment")

    order_to_cash.ship(order.delivery_notes.get(), on=order.terms.ordered_on)

    invoice = order.invoices.get()
    assert invoice.buyer["vat_id"] == "FR40303265045"
    (row,) = invoice.taxes
    assert row["reason"].startswith("Tax-free intra-Community supply")
    assert row["exemption_code"] == "VATEX-EU-IC"
    assert is_sound()


def test_a_service_to_a_business_abroad_is_taxed_there(client):
    kind = ProductClassFactory(name="Service", track_stock=False, requires_shipping=False)
    put(client, product("Advice", price="119.00", product_class=kind, stock=None))
    order = order_of(client, shipping="none", **PARIS, **FIRM)
    assert taxed(order) == ("100.00", "0.00", "net", ["DE-AE-0"])
    assert order.invoices.get().taxes[0]["reason"].startswith("Reverse charge")


@pytest.mark.parametrize(
    ("shipping_tax", "charges"),
    [("main", [("DE-S-7", "5.95")]), ("pro rata", [("DE-S-7", "3.57"), ("DE-S-19", "2.38")])],
)
def test_shipping_is_taxed_by_the_main_rate_or_in_proportion(client, standard, shipping_tax, charges):
    company(shipping_tax=shipping_tax)
    standard.free_shipping_threshold = None
    standard.save()
    atlas = product("Atlas", price="60.00")
    classify(atlas, TaxClass.objects.get(code="reduced"))
    put(client, atlas)
    put(client, product(price="40.00"))
    order = order_of(client)
    rows = order.charges.order_by("position")
    assert [(row.tax_code.code, str(row.gross)) for row in rows] == charges
    assert is_sound()


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ({"company": "Ada Ltd", "vat_id": "DE111111111"}, "This is not a VAT id of Germany"),
        ({"company": "Ada Ltd", "vat_id": "FR40303265045"}, "not of Germany, the country of the invoice"),
        ({"company": "Ada Ltd", "vat_id": "☃"}, "This is not a VAT id of Germany"),
        ({"vat_id": "DE136695976"}, "A VAT id belongs to a company"),
        (PARIS | {"company": "Ada", "vat_id": "DE136695976"}, "not of France"),
    ],
)  # fmt: skip
def test_a_vat_id_that_cannot_be_is_refused_beside_its_field(client, address, sentence):
    put(client, product())
    page = client.post("/checkout/", ADDRESS | address)
    assert page.status_code == 200
    assert sentence in text(page)
    assert "checkout" not in client.session


def test_the_vat_id_is_the_one_of_the_country_of_the_invoice(client, standard):
    """A French firm has it sent to Berlin: French VAT id, but goods that stay here are taxed here."""
    put(client, product())
    bill = {f"bill-{name}": value for name, value in (ADDRESS | PARIS | {"company": "Ada et Fils"}).items()}
    order = order_of(client, vat_id=FIRM["vat_id"], other_bill_to="on", **bill)
    assert taxed(order) == ("124.95", "19.95", "net", ["DE-S-19"])
    assert order.terms.vat_id == "FR40303265045"


def test_the_next_order_of_an_account_knows_the_vat_id(client, standard):
    user = get_user_model().objects.create_user("ada", "ada@example.com", "secret")
    client.force_login(user)
    put(client, product())
    order_of(client, **PARIS, **FIRM)
    client.session.flush()
    client.force_login(user)
    put(client, product("Stool"))
    page = client.get("/checkout/")
    assert page.context["ship"].initial["vat_id"] == "FR40303265045"
    assert page.context["ship"].initial["company"] == "Ada et Fils"


def test_a_country_whose_vat_nobody_has_set_is_refused_beside_the_country(client, standard):
    company(vat_abroad="destination")
    TaxRule.objects.filter(country__in=("FR", "")).delete()
    put(client, product())
    page = client.post("/checkout/", ADDRESS | PARIS)
    assert "Nothing says how 'Oak table' is taxed in FR." in text(page)
    assert client.get("/basket/").status_code == 200


def test_a_vat_id_changed_since_the_last_look_changes_what_is_seen(client, standard):
    put(client, product())
    buying.answer(client, **PARIS, **FIRM)
    form = buying.look(client)
    buying.answer(client, **PARIS)
    assert press(client, form).status_code == 409
    assert not Order.objects.exists()


def test_a_free_way_of_shipping_and_an_offer_on_it_still_add_up_without_vat(client, standard):
    buying.offer("Half the shipping", value="50", kind="Shipping percentage", goods=False)
    put(client, product(price="20.00"))
    order = order_of(client, country="US", postcode="97211")
    assert taxed(order)[:2] == ("19.31", "0.00")
    assert order.shipping_incl_tax == Decimal("2.50")
