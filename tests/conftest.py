"""What every test stands on. Fixtures of one subject live with its tests."""

import pytest
from django.db.backends.postgresql.operations import DatabaseOperations
from django.test import TransactionTestCase

from accounting import guards


@pytest.fixture(autouse=True, scope="session")
def _guards_step_aside_for_the_flush():
    """Let a test with real transactions empty the tables afterwards: the guards refuse that to everybody."""
    flush = TransactionTestCase._fixture_teardown

    def flush_unguarded(test):
        guards.drop()
        try:
            flush(test)
        finally:
            guards.install()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", flush_unguarded)
        patch.setattr(DatabaseOperations, "sql_flush", delete_all)
        yield


def delete_all(operations, style, tables, **kwargs):
    """Empty tables row by row: TRUNCATE writes each table and index anew, which takes seconds a test."""
    return [f"DELETE FROM {operations.quote_name(table)}" for table in tables]
