"""Many rows in one statement, without the ORM's compiling."""

from collections.abc import Iterable, Sequence
from functools import lru_cache

from django.db import connection, models


def insert_rows(model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence]) -> None:
    """Insert rows by their columns' names; money in minor units, a foreign key as its key."""
    values = list(rows)
    if values:
        with connection.cursor() as cursor:
            cursor.execute(
                _statement(model._meta.db_table, tuple(columns), len(values)),
                [value for row in values for value in row],
            )


@lru_cache(maxsize=256)
def _statement(table: str, columns: tuple[str, ...], rows: int) -> str:
    row = f"({', '.join(['%s'] * len(columns))})"
    names = ", ".join(f'"{column}"' for column in columns)
    return f'INSERT INTO "{table}" ({names}) VALUES {", ".join([row] * rows)}'
