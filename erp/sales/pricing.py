"""What a sale comes to. Decided once, here: shop, order and invoice all show these figures.

VAT is computed per tax code on the document's total, half up, from what is fixed (the gross prices of
consumers or the net prices of businesses), and spread over the lines so that both columns add up.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from accounting.money import ZERO, from_minor, minor, rhu, spread

from .sale import Sale


@dataclass(frozen=True, slots=True)
class Amounts:
    """A line's figures, discount taken off; `before_*` are those before it."""

    net: Decimal
    tax: Decimal
    gross: Decimal
    before_net: Decimal
    before_gross: Decimal


@dataclass(frozen=True, slots=True)
class TaxTotal:
    tax_code: Any
    net: Decimal
    tax: Decimal
    gross: Decimal


@dataclass(frozen=True, slots=True)
class Totals:
    """A sale priced: the lines in the sale's order, then shipping, adding up to net, tax and gross."""

    lines: tuple[Amounts, ...]
    shipping: Amounts
    taxes: tuple[TaxTotal, ...]
    net: Decimal
    tax: Decimal
    gross: Decimal


def tax_on(amount: Decimal, rate: Decimal, *, prices: str) -> Decimal:
    """Return the VAT in (gross) or on (net) an amount, to the cent, half up. `rate` is in percent."""
    basis_points = int(rate * 100)
    base = 10_000 + basis_points if prices == "gross" else 10_000
    return from_minor(rhu(minor(amount) * basis_points, base))


def price(sale: Sale) -> Totals:
    """Return what a sale comes to. Needs no database."""
    fixed = [line.unit_price * line.quantity - line.discount for line in sale.lines]
    fixed.append(sale.shipping.charge)
    codes = [line.tax_code for line in sale.lines]
    codes.append(sale.shipping.tax_code)
    taxes = _taxes(fixed, codes, prices=sale.prices)

    lines = tuple(
        _amounts(after, line.unit_price * line.quantity, tax, line.tax_code.rate, prices=sale.prices)
        for line, after, tax in zip(sale.lines, fixed, taxes, strict=False)
    )
    shipping = _amounts(fixed[-1], fixed[-1], taxes[-1], ZERO, prices=sale.prices)
    totals = tuple(_totals([*lines, shipping], codes))
    return Totals(
        lines=lines,
        shipping=shipping,
        taxes=totals,
        net=sum((total.net for total in totals), ZERO),
        tax=sum((total.tax for total in totals), ZERO),
        gross=sum((total.gross for total in totals), ZERO),
    )


def _taxes(fixed: list[Decimal], codes: list[Any], *, prices: str) -> list[Decimal]:
    """Return each item's share of the tax of its code."""
    groups: dict[Any, list[int]] = defaultdict(list)
    for index, code in enumerate(codes):
        if code is not None:
            groups[code.code].append(index)
    taxes = [ZERO] * len(fixed)
    for indexes in groups.values():
        amounts = [fixed[index] for index in indexes]
        tax = tax_on(sum(amounts, ZERO), codes[indexes[0]].rate, prices=prices)
        for index, share in zip(indexes, spread(tax, amounts), strict=True):
            taxes[index] = share
    return taxes


def _amounts(after: Decimal, before: Decimal, tax: Decimal, rate: Decimal, *, prices: str) -> Amounts:
    before_tax = tax if before == after else tax_on(before, rate, prices=prices)
    if prices == "gross":
        return Amounts(after - tax, tax, after, before - before_tax, before)
    return Amounts(after, tax, after + tax, before, before + before_tax)


def _totals(items: list[Amounts], codes: list[Any]) -> Iterable[TaxTotal]:
    groups: dict[str, list[tuple[Any, Amounts]]] = defaultdict(list)
    for item, code in zip(items, codes, strict=True):
        if code is not None:
            groups[code.code].append((code, item))
    for rows in groups.values():
        yield TaxTotal(
            tax_code=rows[0][0],
            net=sum((item.net for _, item in rows), ZERO),
            tax=sum((item.tax for _, item in rows), ZERO),
            gross=sum((item.gross for _, item in rows), ZERO),
        )
