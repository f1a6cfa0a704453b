"""What a sale asks for before there is an order: its key and number, its basket, its quantities."""

import secrets
from datetime import date

from django.db import connection
from oscar.core.loading import get_model

from accounting.refusal import Refusal

from .models import SaleKey
from .sale import Sale
from .services import is_goods

Basket = get_model("basket", "Basket")
BasketLine = get_model("basket", "Line")

# Digits and letters that are hard to confuse when read out over the telephone.
ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
LONGEST_NUMBER = 30

CLAIM = "INSERT INTO sales_salekey (key, order_number) VALUES (%s, %s) ON CONFLICT DO NOTHING"


class BasketChanged(Refusal):
    """The basket is no longer what the customer was shown."""


class NumberTaken(Refusal):
    """The order number that was asked for is another sale's, or too long."""


class NothingToSell(Refusal):
    """A sale without lines."""


def claim(sale: Sale, *, on: date) -> tuple[str, bool]:
    """Return the order number that belongs to the sale's key, and whether this call made it.

    Of two callers with one key the second waits here until the first one's order is committed.
    """
    if len(sale.number) > LONGEST_NUMBER:
        raise NumberTaken(f"An order number has at most {LONGEST_NUMBER} characters.")
    number = sale.number or f"{on:%y}-{''.join(secrets.choice(ALPHABET) for _ in range(8))}"
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, [sale.key, number])
        if cursor.rowcount:
            return number, True
    known = SaleKey.objects.values_list("order_number", flat=True).filter(key=sale.key).first()
    if known is None:
        raise NumberTaken(f"There is already an order with number {number}.")
    return known, False


def submit_basket(sale: Sale) -> None:
    """Close the basket a sale was made from. Raises BasketChanged where it holds something else by now."""
    if sale.basket_id is None:
        return
    open_baskets = Basket.objects.filter(pk=sale.basket_id, status__in=(Basket.OPEN, Basket.SAVED))
    if not open_baskets.update(status=Basket.SUBMITTED, date_submitted=sale.placed_at):
        raise BasketChanged("This basket was already ordered or is no longer open.")
    there = BasketLine.objects.filter(basket_id=sale.basket_id).values_list("product_id", "quantity")
    if sorted(there) != sorted((line.product.pk, line.quantity) for line in sale.lines):
        raise BasketChanged("Your basket was changed in another window. Please look at it again.")


def wanted(sale: Sale) -> dict[int, int]:
    """Return the quantities by product. Raises NothingToSell."""
    if not sale.lines or any(line.quantity < 1 for line in sale.lines):
        raise NothingToSell("There is nothing to order.")
    quantities: dict[int, int] = {}
    for line in sale.lines:
        quantities[line.product.pk] = quantities.get(line.product.pk, 0) + line.quantity
    return quantities


def services_in(sale: Sale) -> frozenset[int]:
    """Return the products of a sale that lie in no warehouse."""
    return frozenset(line.product.pk for line in sale.lines if not is_goods(line.product))
