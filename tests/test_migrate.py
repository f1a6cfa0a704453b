"""`migrate` alone, on an empty database, makes a company that can sell: the only test with migrations."""

import json
import os
import subprocess
import sys

import psycopg
import pytest
from django.conf import settings
from django.db import connection

from accounting import chart

ROLES = {value for name, value in vars(chart).items() if name.isupper() and name == value}


@pytest.fixture
def empty_database(tmp_path):
    """The address of a database with nothing in it."""
    if connection.vendor == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.sqlite3'}"
        return
    place = connection.settings_dict
    name = f"{place['NAME']}_migrated"
    access = {name.lower(): place[name] for name in ("HOST", "PORT", "USER", "PASSWORD")}
    server = psycopg.connect(dbname="postgres", autocommit=True, **access)
    server.execute(f'DROP DATABASE IF EXISTS "{name}"')
    server.execute(f'CREATE DATABASE "{name}"')
    secret = f":{place['PASSWORD']}" if place["PASSWORD"] else ""
    yield f"postgres://{place['USER']}{secret}@{place['HOST']}:{place['PORT']}/{name}"
    server.execute(f'DROP DATABASE "{name}"')
    server.close()


def run(database, *arguments):
    told = subprocess.run(
        [sys.executable, *arguments],
        cwd=settings.BASE_DIR,
        env=os.environ | {"DATABASE_URL": database, "DJANGO_SETTINGS_MODULE": "erp.settings"},
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert told.returncode == 0, told.stderr
    return told.stdout


@pytest.mark.slow
def test_migrate_alone_makes_a_company_that_can_sell(empty_database):
    run(empty_database, "-m", "django", "migrate", "--verbosity", "0")
    found = json.loads(run(empty_database, "-m", "tests.first_sale"))
    assert found.pop("refused") == [
        "A row of journal line is written once and never changed.",
        "A posted entry is never deleted.",
        "This invoice can no longer be changed.",
        "A row of stock move is never deleted.",
    ]
    assert set(found.pop("roles")) == ROLES
    assert found.pop("accounts") >= len(ROLES)
    assert found.pop("tax codes") > 10
    assert found.pop("countries") > 200
    assert found == {
        "guards missing": [],
        "company": "DE",
        "site": 1,
        "warehouses": 1,
        "partners": ["company"],
        "invoice": "INV-2026-000001",
        "findings": [],
    }
    run(empty_database, "-m", "django", "migrate", "--verbosity", "0")  # again, with books that are in use
    assert run(empty_database, "manage.py", "verify_books").strip()
