"""Offers: what a range contains, and what is taken off in whole cents."""

from decimal import Decimal

import pytest
from django.utils import timezone
from oscar.core.loading import get_class, get_model

from accounting.money import ZERO
from erp.sales.pricing import price
from shop.answers import Answers
from shop.checkout.sale import sale_from_basket
from shop.partner.strategy import Strategy
from tests.factories import ProductFactory

from .buying import offer, product

pytestmark = pytest.mark.django_db
Category = get_model("catalogue", "Category")
Range = get_model("offer", "Range")


def basket_with(*goods):
    """(product, quantity), … in a basket with all offers applied."""
    basket = get_model("basket", "Basket").objects.create()
    basket.strategy = Strategy()
    for each, quantity in goods:
        basket.add_product(each, quantity)
    get_class("offer.applicator", "Applicator")().apply(basket)
    return basket


def sale_of(basket):
    return sale_from_basket(basket, Answers(), at=timezone.now())


def test_a_range_looks_up_what_oscar_would_say_of_each_product():
    top = Category.add_root(name="Top", slug="top")
    leaf = Category.objects.get(pk=top.pk).add_child(name="Leaf", slug="leaf")
    parent = ProductFactory(structure="parent", price=None)
    child = ProductFactory(structure="child", parent=parent, product_class=None)
    goods = [parent, child, *(product(title=f"P{n}") for n in range(4))]
    goods[2].categories.add(leaf)
    parent.categories.add(top)
    for build in (
        lambda r: r.included_categories.add(top),
        lambda r: r.included_categories.add(leaf),
        lambda r: r.add_product(goods[3]),
        lambda r: r.add_product(parent),
        lambda r: r.classes.add(goods[4].product_class),
        lambda r: (r.included_categories.add(top), r.excluded_products.add(parent)),
        lambda r: (setattr(r, "includes_all_products", True), r.save(), r.excluded_products.add(goods[5])),
        lambda r: (setattr(r, "includes_all_products", True), r.save(), r.excluded_categories.add(leaf)),
    ):
        ours = Range.objects.create(name="Range")
        build(ours)
        ours.look_up({each.pk for each in goods})
        oscars = Range.objects.get(pk=ours.pk)
        assert [ours.contains_product(each) for each in goods] == [
            oscars.contains_product(each) for each in goods
        ]
        ours.delete()


def test_parts_of_a_cent_are_spread_so_that_lines_and_offer_agree(standard):
    offer(value="10")
    basket = basket_with(*((product(price="9.99"), 3) for _ in range(3)))
    sale = sale_of(basket)
    assert sum(line.discount for line in sale.lines) == sale.discounts[0].amount == Decimal("8.99")
    assert [line.discount for line in sale.lines] == [Decimal("3.00"), Decimal("3.00"), Decimal("2.99")]


def test_an_offer_never_makes_a_line_cheaper_than_nothing(standard):
    offer(value="500", kind="Absolute")
    sale = sale_of(basket_with((product(price="20.00"), 1)))
    assert sale.lines[0].discount == Decimal("20.00")
    assert price(sale).gross == Decimal("5.95")


def test_a_shipping_offer_lowers_the_charge(standard):
    offer("Half the shipping", value="50", kind="Shipping percentage", goods=False)
    sale = sale_of(basket_with((product(price="20.00"), 1)))
    assert sale.shipping.charge == Decimal("2.97")
    assert sale.discounts[0].amount == Decimal("2.98")
    assert sale.lines[0].discount == ZERO


@pytest.mark.parametrize("most", [None, 0, 3])
def test_a_sale_says_whether_an_offer_is_limited_for_each_customer(standard, most):
    row = offer()
    row.max_user_applications = most
    row.save()
    (discount,) = sale_of(basket_with((product(price="20.00"), 1))).discounts
    assert discount.limited == bool(most)


def test_offers_reckon_with_gross_prices_where_they_are_stated_net(standard):
    get_model("documents", "Company").objects.update(prices="net")
    offer(value="10")
    sale = sale_of(basket_with((product(price="100.00"), 1)))
    assert (sale.prices, sale.lines[0].unit_price) == ("gross", Decimal("119.00"))
    assert sale.lines[0].discount == Decimal("11.90")
    assert price(sale).gross == Decimal("114.18")
