"""What the chain refuses: each with its sentence, and with nothing changed by it."""

from datetime import timedelta
from decimal import Decimal

import pytest
from oscar.core.loading import get_model

from erp import order_to_cash, paying
from erp.inventory.promising import NotSold
from erp.inventory.services import OutOfStock
from erp.invoicing.payments import PaymentGone, ReferenceTaken, WrongAmount
from erp.sales.discounts import DiscountUsedUp
from erp.sales.services import TooMuch
from erp.sales.wishes import BasketChanged, NothingToSell, NumberTaken
from tests.chain.scenes import (
    TUESDAY,
    card,
    every_row,
    pay,
    place,
    refused,
)
from tests.chain.vouchers import single_use, ten_off
from tests.factories import (
    MONDAY,
    ProductClassFactory,
    ProductFactory,
    sale,
    sale_line,
)

pytestmark = pytest.mark.django_db

Basket = get_model("basket", "Basket")
Product = get_model("catalogue", "Product")


@pytest.fixture
def lamp():
    """It costs us 4.00, and the customer 10.00. Five are on the shelf."""
    return ProductFactory(title="Lamp", stock=(5, "4.00"))


@pytest.fixture
def advice():
    kind = ProductClassFactory(name="Services", track_stock=False, requires_shipping=False)
    return ProductFactory(title="Advice", product_class=kind)


# What is wanted cannot be sold


@pytest.mark.parametrize("quantity", [0, -1])
def test_less_than_one_piece_is_no_order(lamp, quantity):
    with refused(NothingToSell, "There is nothing to order."):
        place(sale_line(lamp, quantity))


def test_an_order_without_lines_is_none():
    with refused(NothingToSell, "There is nothing to order."):
        place()


@pytest.mark.parametrize("quantity", [6, 10**9, 10**12])
def test_more_than_there_is_is_not_sold(lamp, quantity):
    with refused(OutOfStock, "Only 5 of 'Lamp' are left."):
        place(sale_line(lamp, quantity))


def test_two_lines_of_a_product_count_together(lamp):
    with refused(OutOfStock, "Only 5 of 'Lamp' are left."):
        place(sale_line(lamp, 3), sale_line(lamp, 3))


def test_what_is_sold_out_is_not_sold(lamp):
    place(sale_line(lamp, 5))
    with refused(OutOfStock, "'Lamp' is sold out."):
        place(sale_line(lamp), key="late")


def test_the_last_piece_is_one(lamp):
    place(sale_line(lamp, 4))
    with refused(OutOfStock, "Only 1 of 'Lamp' is left."):
        place(sale_line(lamp, 2), key="late")


@pytest.mark.parametrize("quantity", [10**9, 10**12])
def test_a_service_is_not_sold_for_more_than_an_order_can_hold(advice, quantity):
    with refused(TooMuch, "too large"):
        place(sale_line(advice, quantity))


def test_a_product_without_a_price_is_not_sold():
    lamp = ProductFactory(title="Lamp")
    lamp.stockrecords.all().delete()
    with refused(NotSold, "'Lamp' is not for sale."):
        place(sale_line(lamp))


def test_a_product_that_is_gone_is_not_sold():
    ghost = ProductFactory(title="Ghost")
    Product.objects.filter(pk=ghost.pk).delete()
    with refused(NotSold, "A product that is no longer there is not for sale."):
        place(sale_line(ghost))


def test_a_parent_of_variants_is_not_sold():
    parent = Product.objects.create(
        title="Shirt", structure=Product.PARENT, product_class=ProductClassFactory()
    )
    with refused(NotSold, "'Shirt' is not for sale."):
        place(sale_line(parent))


# The basket, the key and the number


@pytest.fixture
def basket(lamp):
    basket = Basket.objects.create()
    basket.lines.create(
        product=lamp,
        quantity=2,
        stockrecord=lamp.stockrecords.get(),
        line_reference="1",
        price_currency="EUR",
    )
    return basket


def test_a_basket_that_holds_something_else_by_now_is_not_ordered(lamp, basket):
    basket.lines.update(quantity=3)
    with refused(BasketChanged, "changed in another window"):
        place(sale_line(lamp, 2), basket_id=basket.pk)


def test_a_basket_that_was_emptied_is_not_ordered(lamp, basket):
    basket.lines.all().delete()
    with refused(BasketChanged, "changed in another window"):
        place(sale_line(lamp, 2), basket_id=basket.pk)


def test_a_basket_is_ordered_once(lamp, basket):
    place(sale_line(lamp, 2), basket_id=basket.pk)
    with refused(BasketChanged, "already ordered"):
        place(sale_line(lamp, 2), basket_id=basket.pk, key="another")


def test_the_same_key_is_the_same_order_and_changes_nothing(lamp, basket):
    order = place(sale_line(lamp, 2), basket_id=basket.pk)
    before = every_row()
    assert place(sale_line(lamp, 2), basket_id=basket.pk) == order
    assert every_row() == before


def test_the_same_key_with_a_number_of_its_own_is_the_same_order(lamp):
    order = place(sale_line(lamp), number="ORDER-1")
    before = every_row()
    assert place(sale_line(lamp), number="ORDER-1") == order
    assert every_row() == before


def test_a_number_is_given_once(lamp):
    place(sale_line(lamp), number="ORDER-1")
    with refused(NumberTaken, "There is already an order with number ORDER-1."):
        place(sale_line(lamp), number="ORDER-1", key="another")


def test_a_number_has_its_length(lamp):
    with refused(NumberTaken, "at most 30 characters"):
        place(sale_line(lamp), number="X" * 31)


# Vouchers and offers


@pytest.fixture
def voucher():
    return single_use()


def test_a_voucher_for_one_use_is_used_once(lamp, voucher):
    order = place(sale_line(lamp, discount="1.00"), discounts=ten_off(voucher))
    assert order.discounts.get().voucher_code == "ONCE"
    with refused(DiscountUsedUp, "already been used"):
        place(sale_line(lamp, discount="1.00"), discounts=ten_off(voucher), key="another")


def test_a_voucher_that_has_expired_is_not_taken(lamp, voucher):
    voucher.end_datetime = voucher.start_datetime + timedelta(days=1)
    voucher.save()
    with refused(DiscountUsedUp, "The voucher ONCE is no longer valid."):
        place(sale_line(lamp, discount="1.00"), discounts=ten_off(voucher))


def test_a_voucher_that_was_deleted_is_not_taken(lamp, voucher):
    discounts = ten_off(voucher)
    voucher.delete()
    with refused(DiscountUsedUp, "no longer valid"):
        place(sale_line(lamp, discount="1.00"), discounts=discounts)


def test_an_offer_ends_with_its_budget(lamp, voucher):
    voucher.offers.update(max_discount=Decimal("0.50"))
    with refused(DiscountUsedUp, "The offer 'Ten off' has ended."):
        place(sale_line(lamp, discount="1.00"), discounts=ten_off(voucher))


# Money


def test_a_card_held_for_another_amount_does_not_pay_an_order(lamp):
    payment = card("9.99")
    with refused(WrongAmount, "authorised for 9.99, the order comes to 10.00"):
        order_to_cash.place(sale(sale_line(lamp), payment_method="card", payment=payment), on=MONDAY)


def test_a_payment_pays_one_order(lamp):
    order = place(sale_line(lamp), pay="card")
    wish = sale(sale_line(lamp), key="another", payment_method="card", payment=order.payments.get())
    with refused(PaymentGone, "cannot be used for this order"):
        order_to_cash.place(wish, on=MONDAY)


def test_the_payment_of_an_order_is_not_given_up_for_another_one(lamp):
    order = place(sale_line(lamp), pay="card")
    with refused(PaymentGone, "belongs to order"):
        paying.void_payment(order.payments.get(), on=MONDAY)


@pytest.mark.parametrize("amount", ["0.00", "-1.00", "9.999", "1E+10"])
def test_a_wrong_amount_is_not_taken_in(lamp, amount):
    order = place(sale_line(lamp))
    with refused(WrongAmount, "cannot be taken: money comes in whole cents, above zero"):
        pay(order, amount=amount)


def test_the_same_reference_is_the_same_money(lamp):
    order = place(sale_line(lamp))
    operation = pay(order)
    before = every_row()
    assert pay(order) == operation
    assert every_row() == before


def test_a_reference_is_of_one_amount(lamp):
    order = place(sale_line(lamp))
    pay(order, amount="4.00")
    with refused(ReferenceTaken, "With the reference 'transfer-1' 4.00 came in already."):
        pay(order, amount="6.00")


def test_a_reference_pays_one_order(lamp):
    pay(place(sale_line(lamp)))
    other = place(sale_line(lamp), key="another")
    with refused(ReferenceTaken, "'transfer-1' stands for other money"):
        pay(other)


def test_a_payment_without_an_order_takes_no_money():
    payment = card("10.00")
    with refused(PaymentGone, "belongs to no order"):
        order_to_cash.settle(payment, amount=Decimal("10.00"), reference="x", on=TUESDAY)
