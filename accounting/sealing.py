"""What a row says as text that is the same on either database, and the hashes of a chain of such rows.

What is stored can be read back and hashed again at any time: nothing of today's data goes into a seal.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.db import models

from .money import MoneyField, minor


class Wording:
    """How rows of a model are put into words: all columns but some, in the order of the model."""

    def __init__(self, model: type[models.Model], but: Iterable[str] = ()):
        left_out = set(but)
        self.fields = [field for field in model._meta.concrete_fields if field.name not in left_out]
        self.columns = [field.attname for field in self.fields]
        self._plain = [_plain(field) for field in self.fields]

    def of(self, row: models.Model) -> list[Any]:
        """Return what a row in memory says."""
        return self.of_values([getattr(row, column) for column in self.columns])

    def of_values(self, values: Sequence[Any]) -> list[Any]:
        """Return what a row says of which the values of `columns` were read."""
        return [plain(value) for plain, value in zip(self._plain, values, strict=True)]


def sealed(*said: Any) -> str:
    """Return the sha256 of facts as canonical JSON: keys sorted, no spaces, no escapes but those of JSON."""
    text = json.dumps(said, separators=(",", ":"), ensure_ascii=False, sort_keys=True)
    return linked(text)


def linked(*parts: str | int) -> str:
    """Return the sha256 of texts, one after the other: such as of the hash before, a number and a seal."""
    return hashlib.sha256("".join(map(str, parts)).encode()).hexdigest()


def _plain(field: models.Field) -> Callable[[Any], Any]:
    """Return how a field's value is written: money in minor units, rates with their places, days as ISO."""
    if isinstance(field, MoneyField):
        return lambda value: None if value is None else minor(value)
    if isinstance(field, models.DecimalField):
        places = field.decimal_places
        return lambda value: None if value is None else f"{value:.{places}f}"
    if isinstance(field, models.DateField):
        return lambda value: None if value is None else value.isoformat()
    return lambda value: value
