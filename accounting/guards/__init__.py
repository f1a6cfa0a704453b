"""Triggers by which the database itself refuses what must not happen to the books and to issued documents.

What they refuse is in `books` and `kinds`; how a database writes it down, in `sqlite` and `postgresql`.
They are installed after each migration, and dropped before one on SQLite, which rebuilds changed tables.
"""

from importlib import import_module
from types import ModuleType

from django.db import DEFAULT_DB_ALIAS, connections, transaction

from accounting.refusal import Refusal

from . import books, kinds
from .rule import Guard, guards_of

_checked: set[str] = set()


class GuardsMissing(Refusal):
    """A trigger is absent, disabled or not the one this version expects."""


def install(using: str = DEFAULT_DB_ALIAS) -> None:
    """Create the guards that are missing, on the tables there are, and drop those no longer wanted."""
    connection = connections[using]
    dialect = _dialect(connection)
    present = dialect.installed(connection)
    tables = set(connection.introspection.table_names())
    wanted = {guard.name: guard for guard in _expected(dialect) if guard.table in tables}
    with transaction.atomic(using=using), connection.cursor() as cursor:
        for name in sorted(present.keys() - wanted.keys()):
            cursor.execute(dialect.drop(name))
        for name, guard in wanted.items():
            if present.get(name) != dialect.definition(guard):
                for statement in dialect.create(guard):
                    cursor.execute(statement)


def drop(using: str = DEFAULT_DB_ALIAS) -> None:
    """Take all guards away: before SQLite rebuilds tables, and before a test database is flushed."""
    connection = connections[using]
    dialect = _dialect(connection)
    with connection.cursor() as cursor:
        for name in sorted(dialect.installed(connection)):
            cursor.execute(dialect.drop(name))


def missing(using: str = DEFAULT_DB_ALIAS) -> list[str]:
    """Name the guards that are absent, disabled or different from what they should be."""
    connection = connections[using]
    dialect = _dialect(connection)
    present = dialect.installed(connection)
    return [
        guard.name for guard in _expected(dialect) if present.get(guard.name) != dialect.definition(guard)
    ]


def require(using: str = DEFAULT_DB_ALIAS) -> None:
    """Raise GuardsMissing unless every guard is in its place."""
    if absent := missing(using):
        raise GuardsMissing(
            f"The database lacks {len(absent)} of the guards that protect the books, such as {absent[0]}. "
            "Run: python3 manage.py migrate"
        )


def require_once(using: str = DEFAULT_DB_ALIAS) -> None:
    """As `require`, but only the first time in this process."""
    if using not in _checked:
        require(using)
        _checked.add(using)


def _expected(dialect: ModuleType) -> list[Guard]:
    return [guard for guard in guards_of([*books.RULES, *kinds.rules()]) if dialect.has(guard)]


def _dialect(connection) -> ModuleType:
    return import_module(f".{connection.vendor}", __name__)


__all__ = ["GuardsMissing", "drop", "install", "missing", "require", "require_once"]
