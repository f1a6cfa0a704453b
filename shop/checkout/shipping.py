"""The ways to send a basket, read from Oscar's shipping methods, which staff edit."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from oscar.core.loading import get_model

from accounting.money import ZERO, money
from accounting.refusal import Refusal

OrderAndItemCharges = get_model("shipping", "OrderAndItemCharges")
WeightBased = get_model("shipping", "WeightBased")


class NotShippedThere(Refusal):
    """No shipping method serves the country."""


@dataclass(frozen=True, slots=True)
class Method:
    """A way to send the basket. `charge` is before discounts: as the company states prices, until `taxed`.

    Then it is what this customer pays, in the sale's price mode, and `parts` say at which tax codes.
    """

    code: str
    name: str
    description: str = ""
    charge: Decimal = ZERO
    parts: tuple[tuple[Any, Decimal], ...] = ()

    def taxed(self, parts: tuple[tuple[Any, Decimal], ...]) -> "Method":
        return replace(self, charge=sum((amount for _, amount in parts), ZERO), parts=parts)


NOTHING_TO_SHIP = Method("none", "No shipping needed")
FREE = Method("free", "Free shipping")


def methods(basket: Any, *, country: str) -> list[Method]:
    """Return the ways to send a basket to a country, the cheapest first. Raises NotShippedThere.

    A shop that has set up no method at all ships for free.
    """
    if not basket.is_shipping_required():
        return [NOTHING_TO_SHIP]
    rows = list(all_methods())
    if not rows:
        return [FREE]
    found = [_method(row, basket) for row in rows if serves(row, country)]
    if not found:
        raise NotShippedThere("We do not ship to this country yet.")
    return sorted(found, key=lambda method: (method.charge, method.name))


def chosen(methods: list[Method], code: str) -> Method:
    """Return the method that was chosen, else the cheapest."""
    return next((method for method in methods if method.code == code), methods[0])


def all_methods() -> Iterable[Any]:
    for model in (OrderAndItemCharges, WeightBased):
        yield from model.objects.prefetch_related("countries").order_by("name")


def serves(row: Any, country: str) -> bool:
    """Tell whether a method sends to a country. Without countries it sends to all."""
    countries = [each.pk for each in row.countries.all()]
    return not countries or country in countries


def _method(row: Any, basket: Any) -> Method:
    return Method(row.code, row.name, row.description, money(row.calculate(basket).excl_tax))
