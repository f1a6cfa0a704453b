"""Letters without case and accents, the same in Python and in both databases."""

import unicodedata

from django.db.backends.signals import connection_created
from django.db.models import CharField, Func


def _base(letter: str) -> str:
    """Return a letter of the Latin script without its accents, in lower case."""
    return unicodedata.normalize("NFD", letter)[0].lower()


ACCENTED = "".join(
    letter for letter in map(chr, [*range(0xC0, 0x250), *range(0x1E00, 0x1F00)]) if _base(letter).isascii()
)
PLAIN = "".join(map(_base, ACCENTED))
_TABLE = str.maketrans(ACCENTED, PLAIN)


def fold(text: str | None) -> str | None:
    """Return text in lower case, and without accents as far as they are Latin letters' ones."""
    if text is None or text.isascii():
        return text and text.lower()
    return text.translate(_TABLE).lower()


class Fold(Func):
    """`fold` of a column. SQLite calls the function above; PostgreSQL does with its own means."""

    output_field = CharField()

    def as_sqlite(self, compiler, connection, **context):
        return self.as_sql(compiler, connection, function="fold", **context)

    def as_postgresql(self, compiler, connection, **context):
        template = f"LOWER(TRANSLATE(%(expressions)s, '{ACCENTED}', '{PLAIN}'))"
        return self.as_sql(compiler, connection, template=template, **context)


def teach_sqlite(sender, connection, **kwargs) -> None:
    """Give a new connection to SQLite the function."""
    if connection.vendor == "sqlite":
        connection.connection.create_function("fold", 1, fold, deterministic=True)


def install() -> None:
    connection_created.connect(teach_sqlite)
