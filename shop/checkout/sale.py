"""Makes the Sale out of a basket: what is previewed is made here, and what is placed is made here."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from accounting.money import ZERO
from accounting.refusal import Refusal
from erp.sales.sale import Address, Sale, SaleLine, Shipping
from shop.answers import Answers

from . import discounts
from .shipping import Method, chosen, methods


class NotForSale(Refusal):
    """A product in the basket is no longer sold, or not in that quantity."""


def sale_from_basket(basket: Any, answers: Answers, *, at: datetime) -> Sale:
    """Return a basket as a sale at the prices of this moment. Lines without a price are left out.

    What the customer has not answered yet is taken as usual: shipped home, the cheapest way.
    Raises NoTaxRule and NotShippedThere.
    """
    strategy = basket.strategy
    ship_to = answers.ship_to or _somebody_at(strategy.company.country)
    shares = discounts.by_line(basket)
    lines = tuple(_line(line, shares.get(line.pk, {})) for line in priced_lines(basket))
    method = chosen(methods(basket, country=ship_to.country), answers.shipping)
    off = discounts.off_shipping(basket, method.charge)
    return Sale(
        key=key_of(basket.pk),
        lines=lines,
        shipping=_shipping(method, method.charge - off, lines, strategy.taxes),
        ship_to=ship_to,
        bill_to=answers.bill_to,
        payment_method=answers.payment,
        party_key=f"user:{basket.owner_id}" if basket.owner_id else f"guest:{key_of(basket.pk)}",
        placed_at=at,
        prices=strategy.prices,
        email=answers.email,
        user=basket.owner,
        basket_id=basket.pk,
        discounts=discounts.by_offer(basket, shares, shipping=off),
    )


def key_of(basket_id: int) -> str:
    """Return what names the wish to buy this basket: asked for twice it is still one order."""
    return f"basket:{basket_id}"


def priced_lines(basket: Any) -> list[Any]:
    return [line for line in basket.all_lines() if line.purchase_info.price.exists]


def problem_with(line: Any) -> str:
    """Return why a line cannot be bought as it is, or nothing."""
    return line.purchase_info.availability.is_purchase_permitted(line.quantity)[1]


def refuse_problems(basket: Any) -> None:
    """Raises NotForSale for the first line that cannot be bought as it is."""
    for line in basket.all_lines():
        problem = problem_with(line)
        if problem:
            raise NotForSale(problem)


def _line(line: Any, shares: dict[int, Decimal]) -> SaleLine:
    price = line.purchase_info.price
    return SaleLine(
        product=line.product,
        quantity=line.quantity,
        unit_price=price.amount,
        tax_code=price.code,
        discount=sum(shares.values(), ZERO),
    )


def _shipping(method: Method, charge: Decimal, lines: tuple[SaleLine, ...], taxes: Any) -> Shipping:
    """Return how it is sent. Shipping is taxed like the goods that make up most of the sale."""
    amounts = ((line.tax_code, line.unit_price * line.quantity - line.discount) for line in lines)
    return Shipping(method.code, method.name, charge, taxes.main(amounts))


def _somebody_at(country: str) -> Address:
    return Address(first_name="", last_name="", line1="", city="", postcode="", country=country)
