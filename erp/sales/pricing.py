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

SHIPPING = "shipping"
SURCHARGE = "surcharge"
Further = tuple[str, str, Any, Decimal]  # kind, name, tax code, and the amount that is fixed


@dataclass(frozen=True, slots=True)
class Amounts:
    """A line's figures, discount taken off; `before_*` are those before it."""

    net: Decimal
    tax: Decimal
    gross: Decimal
    before_net: Decimal
    before_gross: Decimal


@dataclass(frozen=True, slots=True)
class Charge:
    """What is charged beside the goods, at one tax code: a part of shipping, or a surcharge."""

    kind: str
    name: str
    tax_code: Any
    net: Decimal
    tax: Decimal
    gross: Decimal


@dataclass(frozen=True, slots=True)
class TaxTotal:
    tax_code: Any
    net: Decimal
    tax: Decimal
    gross: Decimal


@dataclass(frozen=True, slots=True)
class Totals:
    """A sale priced: the lines in the sale's order, then the charges, adding up to net, tax and gross."""

    lines: tuple[Amounts, ...]
    charges: tuple[Charge, ...]
    taxes: tuple[TaxTotal, ...]
    net: Decimal
    tax: Decimal
    gross: Decimal

    @property
    def shipping(self) -> Amounts:
        """Return what all parts of shipping come to."""
        return self._sum(SHIPPING)

    @property
    def surcharge(self) -> Amounts:
        return self._sum(SURCHARGE)

    def _sum(self, kind: str) -> Amounts:
        mine = [charge for charge in self.charges if charge.kind == kind]
        net = sum((charge.net for charge in mine), ZERO)
        tax = sum((charge.tax for charge in mine), ZERO)
        return Amounts(net, tax, net + tax, net, net + tax)


def tax_on(amount: Decimal, rate: Decimal, *, prices: str) -> Decimal:
    """Return the VAT in (gross) or on (net) an amount, to the cent, half up. `rate` is in percent."""
    basis_points = int(rate * 100)
    base = 10_000 + basis_points if prices == "gross" else 10_000
    return from_minor(rhu(minor(amount) * basis_points, base))


def price(sale: Sale) -> Totals:
    """Return what a sale comes to. Needs no database."""
    further = list(_further(sale))
    fixed = [line.unit_price * line.quantity - line.discount for line in sale.lines]
    fixed += [amount for *_, amount in further]
    codes = [line.tax_code for line in sale.lines] + [code for _, _, code, _ in further]
    taxes = _taxes(fixed, codes, prices=sale.prices)

    lines = tuple(
        _amounts(after, line.unit_price * line.quantity, tax, line.tax_code.rate, prices=sale.prices)
        for line, after, tax in zip(sale.lines, fixed, taxes, strict=False)
    )
    charges = tuple(
        _charge(each, tax, prices=sale.prices) for each, tax in zip(further, taxes[len(lines) :], strict=True)
    )
    totals = tuple(_totals([*lines, *charges], codes))
    return Totals(
        lines=lines,
        charges=charges,
        taxes=totals,
        net=sum((total.net for total in totals), ZERO),
        tax=sum((total.tax for total in totals), ZERO),
        gross=sum((total.gross for total in totals), ZERO),
    )


def _further(sale: Sale) -> Iterable[Further]:
    """Yield what is charged beside the lines. What is free is not charged."""
    for code, amount in sale.shipping.shares:
        yield SHIPPING, sale.shipping.name, code, amount
    if sale.surcharge and sale.surcharge.charge:
        yield SURCHARGE, sale.surcharge.name, sale.surcharge.tax_code, sale.surcharge.charge


def _charge(further: Further, tax: Decimal, *, prices: str) -> Charge:
    kind, name, code, amount = further
    net = amount - tax if prices == "gross" else amount
    return Charge(kind, name, code, net, tax, net + tax)


def _taxes(fixed: list[Decimal], codes: list[Any], *, prices: str) -> list[Decimal]:
    """Return each item's share of the tax of its code."""
    groups: dict[Any, list[int]] = defaultdict(list)
    for index, code in enumerate(codes):
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


def _totals(items: list[Amounts | Charge], codes: list[Any]) -> Iterable[TaxTotal]:
    groups: dict[str, list[tuple[Any, Amounts | Charge]]] = defaultdict(list)
    for item, code in zip(items, codes, strict=True):
        groups[code.code].append((code, item))
    for rows in groups.values():
        yield TaxTotal(
            tax_code=rows[0][0],
            net=sum((item.net for _, item in rows), ZERO),
            tax=sum((item.tax for _, item in rows), ZERO),
            gross=sum((item.gross for _, item in rows), ZERO),
        )
