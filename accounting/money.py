"""Money: Decimals with two places in Python, integers in minor units in the database. One currency."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from django import forms
from django.core.exceptions import FieldError, ValidationError
from django.db import models
from django.db.models import lookups
from django.db.models.expressions import Combinable, register_combinable_fields
from django.db.models.functions import Cast

CENT = Decimal("0.01")
ZERO = Decimal("0.00")
MAX_DIGITS = 17  # What a 64-bit integer of minor units surely holds.


def money(amount: Decimal | int | str) -> Decimal:
    """Round half up to two places. A float is a TypeError: it has lost its cents already."""
    if not isinstance(amount, Decimal | int | str) or isinstance(amount, bool):
        raise TypeError(f"Money is made from Decimal, int or str, not from {type(amount).__name__}")
    value = Decimal(amount)
    if not value.is_finite():
        raise ValueError(f"{value} is not an amount of money")
    return value.quantize(CENT, rounding=ROUND_HALF_UP)


def minor(amount: Decimal | int | float) -> int:
    """Return the amount in minor units. Part of a cent is a ValueError, a float a TypeError."""
    if isinstance(amount, float):
        raise TypeError("Money is not kept in floats")
    cents = amount * 100
    whole = int(cents)
    if whole != cents:
        raise ValueError(f"{amount} is not a whole number of cents")
    return whole


def from_minor(cents: int) -> Decimal:
    return Decimal(cents).scaleb(-2)


def in_minor_units(column: str) -> Cast:
    """Return a column of money as it is stored: where many rows are read only to be hashed."""
    return Cast(column, models.BigIntegerField())


def rhu(numerator: int, denominator: int) -> int:
    """Divide and round half up, away from zero for negatives as ROUND_HALF_UP does."""
    if denominator < 0:
        numerator, denominator = -numerator, -denominator
    rounded = (2 * abs(numerator) + denominator) // (2 * denominator)
    return rounded if numerator >= 0 else -rounded


def spread(total: Decimal, weights: Sequence[Decimal]) -> list[Decimal]:
    """Divide a total in proportion to weights by largest remainder, so that the parts add up exactly.

    Of equal remainders the earlier wins. Weights that are all zero count as equal.
    """
    whole = _whole_numbers(weights)
    if any(weight < 0 for weight in whole):
        raise ValueError("A weight cannot be negative")
    if not any(whole):
        whole = [1] * len(whole)
    cents = minor(total)
    parts = _largest_remainder(abs(cents), whole)
    return [from_minor(part if cents >= 0 else -part) for part in parts]


def _whole_numbers(weights: Sequence[Decimal]) -> list[int]:
    decimals = [Decimal(weight) for weight in weights]
    places = max((-int(value.as_tuple().exponent) for value in decimals), default=0)
    return [int(value * 10 ** max(places, 0)) for value in decimals]


def _largest_remainder(cents: int, weights: list[int]) -> list[int]:
    if not weights:
        if cents:
            raise ValueError("There is nothing to spread an amount over")
        return []
    divided = [divmod(cents * weight, sum(weights)) for weight in weights]
    parts = [quotient for quotient, _ in divided]
    by_remainder = sorted(range(len(weights)), key=lambda index: (-divided[index][1], index))
    for index in by_remainder[: cents - sum(parts)]:
        parts[index] += 1
    return parts


class MoneyField(models.Field):
    """An amount: Decimal with two places in Python, BIGINT of minor units in the database.

    It is no BigIntegerField, neither by inheritance nor by its internal type: Django would then read sums
    of columns as plain integers, a hundred times too large, and cut a mean off to an integer. In
    expressions amounts are written as `money_value(x)`.
    """

    description = "Amount of money"

    def get_internal_type(self) -> str:
        return "MoneyField"

    def db_type(self, connection) -> str | None:
        return models.BigIntegerField().db_type(connection)

    def from_db_value(self, value, expression, connection) -> Decimal | None:
        """Return the amount. Part of a cent, as an Avg may have, is a ValueError rather than cut off."""
        if value is None:
            return None
        cents = int(value)
        if cents != value:
            raise ValueError("A mean is not in whole cents: divide a Sum by a Count, and round it by money()")
        return from_minor(cents)

    def to_python(self, value: Any) -> Decimal | None:
        if value is None or isinstance(value, Decimal):
            return value
        try:
            amount = Decimal(value) if isinstance(value, str | int) else None
        except InvalidOperation:
            amount = None
        if amount is None or not amount.is_finite():
            raise ValidationError("Enter an amount of money.", code="invalid")
        return amount

    def validate(self, value, model_instance) -> None:
        super().validate(value, model_instance)
        forms.DecimalField(max_digits=MAX_DIGITS, decimal_places=2, required=False).run_validators(value)

    def get_prep_value(self, value: Any) -> int | None:
        value = super().get_prep_value(value)
        if value is None or hasattr(value, "resolve_expression"):
            return value
        return minor(value if isinstance(value, Decimal | int | float) else Decimal(value))

    def get_placeholder(self, value, compiler, connection) -> str:
        """Refuse an expression that is not of money, such as F("amount") + 1: it would add a cent."""
        if hasattr(value, "resolve_expression") and not _is_money(value):
            raise TypeError(f"{self.name}: write the amounts of an expression as money_value(...)")
        return "%s"

    def value_to_string(self, obj) -> str:
        return str(self.value_from_object(obj))

    def formfield(self, **kwargs):
        return super().formfield(
            **{"form_class": forms.DecimalField, "max_digits": MAX_DIGITS, "decimal_places": 2, **kwargs}
        )


def money_value(amount: Decimal | int | str) -> models.Value:
    """An amount as a part of an expression, as in F("residual") + an amount."""
    return models.Value(money(amount), output_field=MoneyField())


def _is_money(expression) -> bool:
    try:
        return isinstance(expression.output_field, MoneyField)
    except FieldError:
        return False


class _OfMoney(lookups.BuiltinLookup):
    """Compare with money alone: in F("amount") + 1 and in Value(1) the one would be a cent."""

    def get_prep_lookup(self):
        other = self.rhs
        if hasattr(other, "resolve_expression") and not isinstance(other, models.F) and not _is_money(other):
            raise TypeError("Write the amounts of a comparison as money_value(...)")
        return super().get_prep_lookup()


for _lookup in (
    lookups.Exact,
    lookups.GreaterThan,
    lookups.GreaterThanOrEqual,
    lookups.LessThan,
    lookups.LessThanOrEqual,
):
    MoneyField.register_lookup(type(f"Money{_lookup.__name__}", (_OfMoney, _lookup), {}))
for _connector in (Combinable.ADD, Combinable.SUB):
    register_combinable_fields(MoneyField, _connector, MoneyField, MoneyField)
register_combinable_fields(MoneyField, Combinable.MUL, models.IntegerField, MoneyField)
register_combinable_fields(models.IntegerField, Combinable.MUL, MoneyField, MoneyField)
