"""The guards themselves: present, and missed when they are gone."""

from dataclasses import replace

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction

from accounting import guards
from accounting.guards import GuardsMissing
from accounting.guards.rule import Rule
from accounting.models import Allocation, BalanceSnapshot, JournalEntry, JournalLine
from accounting.written_once import WrittenOnce

from .forging import execute


def test_whatever_is_written_once_is_guarded(db):
    present = guards._dialect(connection).installed(connection)
    models = [model for model in apps.get_models() if issubclass(model, WrittenOnce)]
    assert models
    for model in models:
        for event in ("update", "delete"):
            assert f"guard_{model._meta.db_table}_{event}" in present


@pytest.mark.parametrize("model", [JournalLine, Allocation, BalanceSnapshot, JournalEntry])
def test_python_refuses_before_the_database_does(model, db):
    with pytest.raises(TypeError, match="written once"):
        model.objects.update(pk=1)
    with pytest.raises(TypeError, match="never deleted"):
        model.objects.all().delete()


def test_a_row_written_once_is_not_deleted_from_python(paid):
    with pytest.raises(TypeError, match="never deleted"):
        paid.lines.first().delete()
    with pytest.raises(IntegrityError), transaction.atomic():
        paid.lines.first().save()


def test_a_guard_that_is_gone_or_weakened_is_named(db):
    assert guards.missing() == []
    name = "guard_accounting_journalline_update"
    execute(guards._dialect(connection).drop(name))
    assert guards.missing() == [name]
    with pytest.raises(GuardsMissing, match=f"lacks 1 of the guards that protect the books, such as {name}"):
        guards.require()
    guards.install()
    guards.require()


def test_a_guard_that_was_disabled_is_missing(db):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite cannot disable a trigger.")
    execute("ALTER TABLE accounting_journalline DISABLE TRIGGER guard_accounting_journalline_update")
    assert guards.missing() == ["guard_accounting_journalline_update"]
    guards.install()
    assert guards.missing() == []


def test_a_guard_of_an_older_version_is_replaced(db):
    dialect = guards._dialect(connection)
    now = guards._expected(dialect)[0]
    lax = Rule(now.table, now.event, "1 = 2", "Never.")
    for statement in [dialect.drop(now.name), *dialect.create(replace(now, rules=(lax,)))]:
        execute(statement)
    assert guards.missing() == [now.name]
    guards.install()
    assert guards.missing() == []
