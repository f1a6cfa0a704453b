"""Guards as PostgreSQL writes them: a function and a trigger that calls it, of the same name."""

from .rule import Guard

INSTALLED = """
    SELECT trigger.tgname, function.prosrc
    FROM pg_trigger trigger
    JOIN pg_proc function ON function.oid = trigger.tgfoid AND function.proname = trigger.tgname
    JOIN pg_class relation ON relation.oid = trigger.tgrelid
    WHERE relation.relnamespace = current_schema()::regnamespace
      AND NOT trigger.tgisinternal AND trigger.tgname LIKE 'guard_%' AND trigger.tgenabled IN ('O', 'A')
"""


def has(guard: Guard) -> bool:
    return bool(_rules(guard))


def definition(guard: Guard) -> str:
    """Return the body of the function, by which an installed guard is compared."""
    checks = "\n".join(
        f"  IF {rule.refuse_when} THEN\n"
        f"    RAISE EXCEPTION USING MESSAGE = '{rule.quoted_message}', ERRCODE = 'check_violation';\n"
        f"  END IF;"
        for rule in _rules(guard)
    )
    row = {"INSERT": "NEW", "UPDATE": "NEW", "DELETE": "OLD", "TRUNCATE": "NULL"}[guard.event]
    return f"BEGIN\n{checks}\n  RETURN {row};\nEND"


def create(guard: Guard) -> list[str]:
    each = "STATEMENT" if guard.event == "TRUNCATE" else "ROW"
    return [
        f'CREATE OR REPLACE FUNCTION "{guard.name}"() RETURNS trigger LANGUAGE plpgsql '
        f"AS $guard${definition(guard)}$guard$",
        f'CREATE OR REPLACE TRIGGER "{guard.name}" BEFORE {guard.event} ON "{guard.table}" '
        f'FOR EACH {each} EXECUTE FUNCTION "{guard.name}"()',
        f'ALTER TABLE "{guard.table}" ENABLE TRIGGER "{guard.name}"',
    ]


def drop(name: str) -> str:
    return f'DROP FUNCTION IF EXISTS "{name}" CASCADE'


def installed(connection) -> dict[str, str]:
    with connection.cursor() as cursor:
        cursor.execute(INSTALLED)
        return dict(cursor.fetchall())


def _rules(guard: Guard) -> list:
    return [rule for rule in guard.rules if rule.only in ("", "postgresql")]
