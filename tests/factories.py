"""Things to test with. States are reached by calling the chain, never by writing rows."""

from datetime import UTC, date, datetime
from decimal import Decimal

import factory
from oscar.core.loading import get_model

from accounting.models import TaxCode
from erp import stocktaking
from erp.sales.sale import Address, Sale, SaleLine, Shipping

MONDAY = date(2026, 3, 2)
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
ADA = Address("Ada", "Lovelace", "12 Analytical Way", "Berlin", "10115", "DE")


class ProductClassFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = get_model("catalogue", "ProductClass")
        django_get_or_create = ("name",)

    name = "Goods"
    track_stock = True
    requires_shipping = True


class ProductFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = get_model("catalogue", "Product")
        skip_postgeneration_save = True

    title = factory.Sequence(lambda n: f"Product {n}")
    upc = factory.Sequence(lambda n: f"P{n:05d}")
    product_class = factory.SubFactory(ProductClassFactory)

    @factory.post_generation
    def price(self, create, extracted, **kwargs):
        StockRecordFactory(product=self, price=extracted or Decimal("10.00"))

    @factory.post_generation
    def stock(self, create, extracted, **kwargs):
        """Put a quantity on the shelf, each piece at a cost."""
        if extracted:
            quantity, cost = extracted
            lines = [(self, quantity, quantity * Decimal(cost))]
            stocktaking.receive_opening(lines, on=MONDAY, key=f"product:{self.pk}")


class StockRecordFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = get_model("partner", "StockRecord")

    partner = factory.LazyFunction(lambda: get_model("partner", "Partner").objects.get(code="company"))
    partner_sku = factory.LazyAttribute(lambda record: record.product.upc)
    price_currency = "EUR"


def sale_line(product, quantity=1, price="10.00", discount="0.00", tax_code="DE-S-19"):
    code = TaxCode.objects.get(code=tax_code)
    return SaleLine(product, quantity, Decimal(price), code, Decimal(discount))


def shipping(charge="0.00", tax_code="DE-S-19"):
    return Shipping("standard", "Standard", Decimal(charge), TaxCode.objects.get(code=tax_code))


def sale(*lines, key="sale-1", charge="0.00", **changes):
    """A guest buys, to be paid by bank transfer unless told otherwise."""
    plain = {
        "key": key,
        "lines": lines,
        "shipping": changes.get("shipping") or shipping(charge),
        "ship_to": ADA,
        "payment_method": "bank",
        "party_key": f"guest:{key}",
        "placed_at": NOON,
        "email": "ada@example.com",
    }
    return Sale(**(plain | changes))
