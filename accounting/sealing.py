"""What a row says as text that is the same on either database, and the hashes of a chain of such rows.

What is stored can be read back and hashed again at any time: nothing of today's data goes into a seal.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from operator import methodcaller
from typing import Any

from django.db import models

from .money import MoneyField, in_minor_units, minor

_canonical = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False, sort_keys=True).encode


class Wording:
    """How rows of a model are put into words: all columns but some, in the order of the model."""

    def __init__(self, model: type[models.Model], but: Iterable[str] = ()):
        left_out = set(but)
        self.fields = [field for field in model._meta.concrete_fields if field.name not in left_out]
        self.columns = [_stored(field) for field in self.fields]
        plains = enumerate(map(_plain, self.fields))
        self._plain = [(place, plain) for place, plain in plains if plain]
        self._money = [place for place, field in enumerate(self.fields) if isinstance(field, MoneyField)]

    def of(self, row: models.Model) -> list[Any]:
        """Return what a row in memory says."""
        values = [getattr(row, field.attname) for field in self.fields]
        for place in self._money:
            values[place] = None if values[place] is None else minor(values[place])
        return self.of_values(values)

    def of_values(self, values: Sequence[Any]) -> list[Any]:
        """Return what a row says of which the values of `columns` were read."""
        said = list(values)
        for place, plain in self._plain:
            if said[place] is not None:
                said[place] = plain(said[place])
        return said


def sealed(*said: Any) -> str:
    """Return the sha256 of facts as canonical JSON: keys sorted, no spaces, no escapes but those of JSON."""
    return linked(_canonical(said))


def linked(*parts: str | int) -> str:
    """Return the sha256 of texts, one after the other: such as of the hash before, a number and a seal."""
    return hashlib.sha256("".join(map(str, parts)).encode()).hexdigest()


def _stored(field: models.Field) -> Any:
    """Return what to read of a field: money as the minor units that it is kept in."""
    return in_minor_units(field.attname) if isinstance(field, MoneyField) else field.attname


def _plain(field: models.Field) -> Callable[[Any], Any] | None:
    """Return how a field's value is written: rates with their places, days as ISO, others as they are."""
    if isinstance(field, models.DecimalField):
        return f"{{:.{field.decimal_places}f}}".format
    return methodcaller("isoformat") if isinstance(field, models.DateField) else None
