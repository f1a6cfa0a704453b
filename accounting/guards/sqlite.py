"""Guards as SQLite writes them: one trigger each."""

from .rule import Guard


def has(guard: Guard) -> bool:
    return guard.event != "TRUNCATE"


def definition(guard: Guard) -> str:
    checks = "\n".join(
        f"  SELECT RAISE(ABORT, '{rule.quoted_message}') WHERE {_in_sqlite(rule.refuse_when)};"
        for rule in guard.rules
        if rule.only in ("", "sqlite")
    )
    return (
        f'CREATE TRIGGER "{guard.name}" BEFORE {guard.event} ON "{guard.table}" FOR EACH ROW\n'
        f"BEGIN\n{checks}\nEND"
    )


def create(guard: Guard) -> list[str]:
    return [drop(guard.name), definition(guard)]


def drop(name: str) -> str:
    return f'DROP TRIGGER IF EXISTS "{name}"'


def installed(connection) -> dict[str, str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'guard_%'")
        return dict(cursor.fetchall())


def _in_sqlite(condition: str) -> str:
    return condition.replace(" IS DISTINCT FROM ", " IS NOT ").replace(" FOR SHARE", "")
