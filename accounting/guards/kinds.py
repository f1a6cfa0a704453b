"""The guards of a kind of model, whatever its app: written once, or frozen under a condition.

A model that declares `FROZEN_WHEN = ("number IS NOT NULL", {"sent_at"})` is not deleted while the condition
holds for its row, and only the columns named may then change. One that declares `PART_OF = "invoice"`, the
name of a foreign key, is not added to a row that is frozen. Rules of its own are listed in `GUARDS`.
"""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db import models

from accounting.written_once import WrittenOnce

from .rule import ALWAYS, Rule


def rules() -> Iterator[Rule]:
    for model in apps.get_models():
        if not model._meta.managed or model._meta.proxy:
            continue
        if issubclass(model, WrittenOnce):
            yield from written_once(model)
        if frozen := getattr(model, "FROZEN_WHEN", None):
            yield from frozen_when(model, *frozen)
        if whole := getattr(model, "PART_OF", None):
            yield part_of(model, whole)
        yield from getattr(model, "GUARDS", ())


def written_once(model: type[models.Model]) -> Iterator[Rule]:
    table, name = model._meta.db_table, model._meta.verbose_name
    yield key_stays_taken(table)
    yield Rule(table, "UPDATE", ALWAYS, f"A row of {name} is written once and never changed.")
    yield Rule(table, "DELETE", ALWAYS, f"A row of {name} is never deleted.")


def frozen_when(model: type[models.Model], condition: str, may_change: set[str]) -> Iterator[Rule]:
    table, name = model._meta.db_table, model._meta.verbose_name
    fields = [field for field in model._meta.local_concrete_fields if not field.generated]
    row = ", ".join(f'OLD."{field.column}" AS "{field.column}"' for field in fields)
    holds = f"EXISTS (SELECT 1 FROM (SELECT {row}) AS was WHERE {condition})"
    fixed = [str(field.column) for field in fields if not {field.name, field.column} & may_change]
    yield key_stays_taken(table)
    yield Rule(table, "UPDATE", f"({changed(*fixed)}) AND {holds}", f"This {name} can no longer be changed.")
    yield Rule(table, "DELETE", holds, f"This {name} can no longer be deleted.")


def part_of(model: type[models.Model], name: str) -> Rule:
    field: Any = model._meta.get_field(name)
    whole = field.related_model
    row = f'SELECT * FROM "{whole._meta.db_table}" WHERE "id" = NEW."{field.column}"'
    holds = f"EXISTS (SELECT 1 FROM ({row}) AS is_now WHERE {whole.FROZEN_WHEN[0]})"
    return Rule(
        model._meta.db_table, "INSERT", holds, f"This {whole._meta.verbose_name} takes no more lines."
    )


def changed(*columns: str) -> str:
    return " OR ".join(f'NEW."{column}" IS DISTINCT FROM OLD."{column}"' for column in columns)


def key_stays_taken(table: str) -> Rule:
    """INSERT OR REPLACE would silently delete the row whose primary key it names."""
    return Rule(
        table,
        "INSERT",
        f'EXISTS (SELECT 1 FROM "{table}" WHERE "id" = NEW."id")',
        f"A row of {table} is never replaced.",
        only="sqlite",
    )
