"""A database of a benchmark's own: made from the models at once, and dropped afterwards."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SERVER = os.environ.get("BENCH_SERVER", "postgres://postgres@127.0.0.1:5432")


class _NoMigrations(dict):
    """Tables are made from the models at once: the steps that led to them are not what is measured."""

    def __contains__(self, app: object) -> bool:
        return True

    def __missing__(self, app: str) -> None:
        return None


def start_django(url: str) -> None:
    """Start Django on an empty database, and fill it with what a new company has."""
    sys.path.insert(0, str(ROOT))
    os.environ |= {"DATABASE_URL": url, "DEBUG": "0", "DJANGO_SETTINGS_MODULE": "erp.settings"}
    import django
    from django.conf import settings
    from django.core.management import call_command

    django.setup()
    settings.MIGRATION_MODULES = _NoMigrations()
    call_command("migrate", run_syncdb=True, verbosity=0)


def make_anew(name: str) -> str:
    """Make an empty database on the PostgreSQL server, and return its address."""
    import psycopg

    with psycopg.connect(f"{SERVER}/postgres", autocommit=True) as server:
        server.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        server.execute(f"CREATE DATABASE {name}")
    return f"{SERVER}/{name}"


@contextmanager
def on_postgresql(name: str) -> Iterator[None]:
    """Work on a database that is made before and dropped after."""
    import psycopg

    start_django(make_anew(name))
    try:
        yield
    finally:
        with psycopg.connect(f"{SERVER}/postgres", autocommit=True) as server:
            server.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@contextmanager
def on_sqlite(file: Path) -> Iterator[None]:
    """Work on a database file that is made before and removed after."""
    start_django(f"sqlite:///{file}")
    try:
        yield
    finally:
        for each in file.parent.glob(f"{file.name}*"):
            each.unlink()
