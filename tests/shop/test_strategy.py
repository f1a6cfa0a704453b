"""Price and availability of one product."""

from decimal import Decimal

import pytest
from oscar.core.loading import get_model

from erp.documents.models import Company
from shop.partner.availability import stock_words
from shop.partner.strategy import Strategy
from tests.factories import ProductClassFactory

from .buying import product, promise

pytestmark = pytest.mark.django_db


def info(row):
    return Strategy().fetch_for_product(get_model("catalogue", "Product").objects.get(pk=row.pk))


def test_gross_prices_contain_the_tax():
    price = info(product(price="119.00")).price
    assert (price.incl_tax, price.tax, price.excl_tax) == (
        Decimal("119.00"),
        Decimal("19.00"),
        Decimal("100.00"),
    )
    assert price.effective_price == Decimal("119.00")
    assert price.tax_code == "DE-S-19"


def test_prices_stated_net_have_the_tax_on_top():
    Company.objects.update(prices="net")
    price = info(product(price="119.00")).price
    assert (price.incl_tax, price.tax, price.excl_tax) == (
        Decimal("141.61"),
        Decimal("22.61"),
        Decimal("119.00"),
    )
    assert price.effective_price == Decimal("141.61")


def test_what_is_promised_to_others_is_not_available():
    table = product(stock=10)
    promise(8)
    availability = info(table).availability
    assert availability.here == 2
    assert availability.is_purchase_permitted(2) == (True, "")
    assert availability.is_purchase_permitted(3) == (False, "Only 2 of 'Oak table' are left.")


def test_a_service_is_available_without_stock():
    service = product(stock=None, product_class=ProductClassFactory(name="Service", track_stock=False))
    assert info(service).availability.is_purchase_permitted(500)[0]


@pytest.mark.parametrize("hide", ["price", "product"])
def test_a_product_without_price_or_not_public_is_not_for_sale(hide):
    table = product()
    if hide == "price":
        get_model("partner", "StockRecord").objects.update(price=None)
    else:
        get_model("catalogue", "Product").objects.update(is_public=False)
    permitted, reason = info(table).availability.is_purchase_permitted(1)
    assert not permitted
    assert reason == "'Oak table' is not for sale at the moment."


@pytest.mark.parametrize(
    ("left", "words"),
    [(None, "Available"), (6, "In stock"), (2, "Only 2 left"), (0, "Sold out"), (-1, "Sold out")],
)
def test_stock_in_words(left, words):
    assert stock_words(left) == words
