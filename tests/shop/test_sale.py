"""The sale that a basket becomes: what is shown is what is charged."""

from decimal import Decimal

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client
from django.utils import timezone
from oscar.core.loading import get_model

from accounting.refusal import Refusal
from erp.sales.models import ProductTax, TaxClass
from erp.sales.pricing import price
from shop.answers import Answers
from shop.basket.contents import add_voucher
from shop.checkout.sale import sale_from_basket
from tests.factories import ADA, ProductClassFactory

from . import buying
from .buying import product
from .test_offers import basket_with

pytestmark = pytest.mark.django_db


def test_the_worked_example_comes_out_to_the_cent(standard):
    """2 x 119.00 + 59.50, voucher 10 %, shipping 5.95: 273.70 with 43.70 VAT in it."""
    standard.free_shipping_threshold = None
    standard.save()
    buying.offer("Ten per cent", voucher="TEN")
    basket = basket_with((product(price="119.00"), 2), (product("Stool", price="59.50"), 1))
    add_voucher(basket, "TEN", AnonymousUser())
    sale = sale_from_basket(basket, Answers(ship_to=ADA, payment="bank"), at=timezone.now())
    totals = price(sale)
    assert (totals.gross, totals.net, totals.tax) == (Decimal("273.70"), Decimal("230.00"), Decimal("43.70"))
    assert sale.discounts[0].amount == Decimal("29.75")


def test_the_preview_shows_what_is_then_ordered_and_billed(standard, client):
    response = buying.buy(client, product(price="33.33"), 3)
    order = get_model("order", "Order").objects.get()
    assert response.status_code == 302
    assert order.total_incl_tax == Decimal("105.94")
    assert "€105.94" in buying.text(client.get(response.url))
    assert order.invoices.get().gross == order.total_incl_tax


def test_shipping_is_taxed_like_most_of_the_goods(standard):
    books = product("Atlas", price="80.00")
    ProductTax.objects.create(product=books, tax_class=TaxClass.objects.get(code="reduced"))
    sale = sale_from_basket(
        basket_with((books, 1), (product(price="20.00"), 1)), Answers(), at=timezone.now()
    )
    assert sale.shipping.tax_code == sale.lines[0].tax_code
    assert sale.lines[0].tax_code.rate == 7


def test_services_alone_are_not_shipped(standard):
    service = product(
        stock=None,
        product_class=ProductClassFactory(name="Service", track_stock=False, requires_shipping=False),
    )
    sale = sale_from_basket(basket_with((service, 1)), Answers(), at=timezone.now())
    assert (sale.shipping.name, sale.shipping.charge) == ("No shipping needed", Decimal("0.00"))


def test_without_any_method_shipping_is_free():
    sale = sale_from_basket(basket_with((product(), 1)), Answers(), at=timezone.now())
    assert sale.shipping.name == "Free shipping"


def test_a_country_that_no_method_serves_is_refused(standard):
    standard.countries.add("FR")
    with pytest.raises(Refusal, match="do not ship to this country"):
        sale_from_basket(basket_with((product(), 1)), Answers(ship_to=ADA), at=timezone.now())


def test_the_basket_page_shows_the_sale(standard):
    client = Client()
    buying.put(client, product(price="10.00"), 2)
    page = buying.text(client.get("/basket/"))
    assert "€20.00" in page
    assert "€25.95" in page
    assert "includes VAT 19 %" in page
