"""Makes the Sale out of a basket: what is previewed is made here, and what is placed is made here."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from accounting.money import ZERO
from accounting.refusal import Refusal
from erp.invoicing import providers
from erp.sales.sale import Address, Sale, SaleLine, Shipping, Surcharge
from erp.sales.taxation import less
from shop.answers import Answers
from shop.keys import key_of

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
    lines = _lines(basket, shares)
    found = ways(basket, lines, country=ship_to.country)
    method = chosen(found, answers.shipping)
    off = discounts.off_shipping(basket, method.charge)
    return Sale(
        key=key_of(basket.pk),
        lines=lines,
        shipping=_shipping(method, off, standard=_standard(basket, found)),
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
        surcharge=_surcharge(strategy, answers.payment, lines),
        vat_id=answers.vat_id,
        vat_evidence=answers.vat_evidence,
    )


def ways(basket: Any, lines: Iterable[SaleLine], *, country: str) -> list[Method]:
    """Return the ways to send a basket, the cheapest first, at what they cost this customer.

    Raises NotShippedThere.
    """
    taxed = basket.strategy.taxation
    lines = tuple(lines)
    return [method.taxed(taxed.charges(method.charge, lines)) for method in methods(basket, country=country)]


def lines_of(basket: Any) -> tuple[SaleLine, ...]:
    """Return what of a basket is sold, at which prices. Raises NoTaxRule."""
    return _lines(basket, discounts.by_line(basket))


def _lines(basket: Any, shares: dict[int, dict[int, Decimal]]) -> tuple[SaleLine, ...]:
    return tuple(_line(line, shares.get(line.pk, {})) for line in priced_lines(basket))


def priced_lines(basket: Any) -> list[Any]:
    return [line for line in basket.all_lines() if line.purchase_info.price.exists]


def problem_with(line: Any) -> str:
    """Return why a line cannot be bought as it is, or nothing."""
    return line.purchase_info.availability.is_purchase_permitted(line.quantity)[1]


def promise_of(line: Any) -> str:
    """Return when the pieces of a line are sent, where not all of them are here."""
    return line.purchase_info.availability.promise(line.quantity)


def promises_of(basket: Any) -> list[str]:
    """Return for each line that can be sold when it is sent: nothing where all of it is here."""
    return [promise_of(line) for line in priced_lines(basket)]


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


def _shipping(method: Method, off: Decimal, *, standard: Decimal) -> Shipping:
    """Return how it is sent, for what is left of the charge after an offer took something off."""
    parts = less(method.parts, off)
    return Shipping(
        method.code,
        method.name,
        method.charge - off,
        tax_code=parts[0][0] if parts else None,
        parts=parts if len(parts) > 1 else (),
        standard=standard,
    )


def _standard(basket: Any, found: list[Method]) -> Decimal:
    """Return what the cheapest way costs: a consumer who withdraws gets no more than that back."""
    cheapest = min(method.charge for method in found)
    return cheapest - discounts.off_shipping(basket, cheapest)


def _surcharge(strategy: Any, payment: str, lines: tuple[SaleLine, ...]) -> Surcharge | None:
    """Return what the way to pay costs, if anything."""
    provider = _provider(payment)
    stated = provider.surcharge(strategy.company) if provider else ZERO
    if not stated or not lines:
        return None
    code, charge = strategy.taxation.fee(stated, lines)
    return Surcharge(provider.name, charge, code)


def _provider(code: str) -> Any:
    return next((provider for provider in providers.available() if provider.code == code), None)


def _somebody_at(country: str) -> Address:
    return Address(first_name="", last_name="", line1="", city="", postcode="", country=country)
