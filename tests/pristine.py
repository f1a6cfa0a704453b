"""The database as it is made: kept once a session, and given back after each test with real transactions.

Django would empty every table and seed them anew. Here SQLite's file is copied back as a whole, and in
PostgreSQL only tables whose rows differ are written, while their guards step aside.
"""

import sqlite3

from django.contrib.contenttypes.models import ContentType
from django.contrib.sites.models import Site
from django.db import connection, transaction

from accounting import guards

KEPT = "pristine"  # PostgreSQL's schema for the rows
WITH_TRIGGERS = "SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal"


def keep():
    """Remember the database as it is now, and return what gives it back."""
    connection.ensure_connection()
    restore = keep_file() if connection.vendor == "sqlite" else keep_rows()

    def give_back():
        restore()
        ContentType.objects.clear_cache()
        Site.objects.clear_cache()

    return give_back


def keep_file():
    kept = sqlite3.connect(":memory:", check_same_thread=False)
    connection.connection.backup(kept)

    def restore():
        connection.ensure_connection()
        kept.backup(connection.connection)

    return restore


def keep_rows():
    tables = connection.introspection.django_table_names(only_existing=True, include_views=False)
    seeded = {table for table in tables if ask(f'SELECT 1 FROM "{table}" LIMIT 1')}
    tell(f"CREATE SCHEMA {KEPT}", *(f'CREATE TABLE {KEPT}."{each}" AS TABLE "{each}"' for each in seeded))
    question = " UNION ALL ".join(f"SELECT '{each}' WHERE {differs(each, seeded)}" for each in tables)

    @transaction.atomic
    def restore():
        changed = ask(question)
        guarded = [each for each in ask(WITH_TRIGGERS) if each in changed]
        tell(*(f'ALTER TABLE "{each}" DISABLE TRIGGER USER' for each in guarded))
        tell(*(f'DELETE FROM "{each}"' for each in changed))
        tell(*(f'INSERT INTO "{each}" SELECT * FROM {KEPT}."{each}"' for each in changed if each in seeded))
        tell("SET CONSTRAINTS ALL IMMEDIATE")
        tell(*(f'ALTER TABLE "{each}" ENABLE TRIGGER USER' for each in guarded))
        guards.install()

    return restore


def differs(table, seeded):
    if table not in seeded:
        return f'EXISTS (SELECT 1 FROM "{table}")'
    now, kept = f'TABLE "{table}"', f'TABLE {KEPT}."{table}"'
    return f"EXISTS ({now} EXCEPT {kept}) OR EXISTS ({kept} EXCEPT {now})"


def ask(question):
    """Return the first column of what a query finds."""
    with connection.cursor() as cursor:
        cursor.execute(question)
        return [row[0] for row in cursor.fetchall()]


def tell(*statements):
    if statements:
        with connection.cursor() as cursor:
            cursor.execute("; ".join(statements))
