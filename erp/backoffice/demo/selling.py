"""Turns a wish list of the demo into a Sale, priced as the shop prices a basket. Writes nothing."""

from dataclasses import replace
from datetime import date, datetime, time
from decimal import ROUND_DOWN, Decimal
from typing import Any

from django.contrib.auth import get_user_model
from django.utils import timezone
from oscar.core.loading import get_model

from accounting.money import ZERO, money
from erp.backoffice.demo import offers, people
from erp.documents.services import company
from erp.invoicing import providers
from erp.sales.sale import Sale, SaleDiscount, SaleLine, Shipping, Surcharge
from erp.sales.taxation import Taxation, taxation
from erp.sales.treatment import Buyer, territory, vat_country

ConditionalOffer = get_model("offer", "ConditionalOffer")
OrderAndItemCharges = get_model("shipping", "OrderAndItemCharges")
Product = get_model("catalogue", "Product")
User = get_user_model()
Voucher = get_model("voucher", "Voucher")

CENT = Decimal("0.01")


def sale_for(wish: dict[str, Any], *, on: date) -> Sale:
    """Return the sale that a customer's wish makes on a day."""
    customer = people.CUSTOMERS[wish["customer"]]
    user = None if customer.get("guest") else User.objects.get(email=customer["email"])
    taxed = taxation(company(), _buyer(customer), prices=wish.get("prices", "gross"), on=on)
    lines, discounts = _discounted(_lines(wish, taxed), has_voucher=wish.get("voucher", False))
    return Sale(
        key=f"demo:{wish['name']}",
        lines=lines,
        shipping=_shipping(wish, lines, taxed),
        ship_to=people.address_of(wish["customer"]),
        payment_method=wish["pay"],
        party_key=f"user:{user.pk}" if user else f"guest:demo-{wish['customer']}",
        placed_at=timezone.make_aware(datetime.combine(on, time.fromisoformat(wish["at"]))),
        prices=taxed.prices,
        vat_id=customer.get("vat_id", ""),
        email=customer["email"],
        user=user,
        discounts=discounts,
        surcharge=_surcharge(wish, lines, taxed),
    )


def _buyer(customer: dict[str, Any]) -> Buyer:
    return Buyer(
        territory(customer["country"], customer["postcode"]),
        vat_country=vat_country(customer.get("vat_id", "")),
        is_business=bool(customer.get("company")),
    )


def _lines(wish: dict[str, Any], taxed: Taxation) -> tuple[SaleLine, ...]:
    quantities = wish["lines"]
    products = Product.objects.filter(upc__in=quantities).prefetch_related("stockrecords")
    products = products.select_related(
        "product_class", "product_tax", "parent__product_class", "parent__product_tax"
    ).in_bulk(field_name="upc")
    lines = []
    for sku, quantity in quantities.items():
        product = products[sku]
        price = taxed.unit_price(product, money(product.stockrecords.all()[0].price))
        code = taxed.code_for(product)
        lines.append(SaleLine(product=product, quantity=quantity, unit_price=price, tax_code=code))
    return tuple(lines)


def _discounted(
    lines: tuple[SaleLine, ...], *, has_voucher: bool
) -> tuple[tuple[SaleLine, ...], tuple[SaleDiscount, ...]]:
    """Take off what the voucher or, without one, the offer on garden tools grants; rounded down a line."""
    voucher = Voucher.objects.get(code=offers.VOUCHER) if has_voucher else None
    name = offers.WELCOME_OFFER if voucher else offers.GARDEN_OFFER
    offer = ConditionalOffer.objects.select_related("benefit").get(name=name)
    share = offer.benefit.value / 100
    cheaper = tuple(
        replace(line, discount=(line.unit_price * line.quantity * share).quantize(CENT, ROUND_DOWN))
        if voucher or _is_garden_tool(line.product)
        else line
        for line in lines
    )
    amount = sum((line.discount for line in cheaper), ZERO)
    if not amount:
        return lines, ()
    return cheaper, (SaleDiscount(offer.pk, offer.name, amount, voucher=voucher and voucher.pk),)


def _is_garden_tool(product: Any) -> bool:
    shown_as = product.parent or product
    return shown_as.categories.filter(slug=offers.GARDEN_CATEGORY).exists()


def _surcharge(wish: dict[str, Any], lines: tuple[SaleLine, ...], taxed: Taxation) -> Surcharge | None:
    way = providers.get(wish["pay"])
    stated = way.surcharge(company())
    if not stated:
        return None
    code, charge = taxed.fee(stated, lines)
    return Surcharge(way.name, charge, code)


def _shipping(wish: dict[str, Any], lines: tuple[SaleLine, ...], taxed: Taxation) -> Shipping:
    if not any(line.product.get_product_class().requires_shipping for line in lines):
        return Shipping(code="no-shipping-required", name="No shipping required")
    method = OrderAndItemCharges.objects.get(name=wish.get("ship", offers.SHIPPING[0][0]))
    ((code, charge),) = taxed.charges(money(method.price_per_order), lines)
    return Shipping(method.code, method.name, charge, code, standard=charge)
