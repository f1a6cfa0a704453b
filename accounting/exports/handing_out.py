"""Files of the books: made whole, of one moment, and written down before they are handed out."""

import hashlib
from contextlib import ExitStack
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import IO, Any

from django.db import transaction

from accounting.models import ExportRecord
from accounting.reading import of_one_moment

from .asked import Asked
from .formats import FORMATS
from .part import write_all


@dataclass(frozen=True, slots=True)
class Made:
    """A file that is whole: open at its beginning, gone when it is closed."""

    file: IO[bytes]
    name: str
    rows: int
    size: int
    sha256: str


def make(name: str, asked: Asked) -> Made:
    """Return the file of a format. Raises NotForThisFormat, NothingPosted."""
    with ExitStack() as on_failure:
        file = on_failure.enter_context(TemporaryFile())
        found = FORMATS[name]
        with of_one_moment():
            file_name, rows = write_all(found.parts_of(asked), found.zip_name, file)
        made = sealed(file, file_name, rows)
        on_failure.pop_all()
    return made


def sealed(file: IO[bytes], name: str, rows: int) -> Made:
    """Return a file that was written, with its size and hash."""
    size = file.seek(0, 2)
    file.seek(0)
    sha256 = hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]
    file.seek(0)
    return Made(file, name, rows, size, sha256)


def record(made: Made, name: str, asked: Asked, *, by: Any) -> ExportRecord:
    """Write down that somebody takes a file; None is whoever may run commands here."""
    with transaction.atomic():
        return ExportRecord.objects.create(
            format=name,
            name=made.name,
            start=asked.start,
            end=asked.end,
            rows=made.rows,
            size=made.size,
            sha256=made.sha256,
            user=by,
        )


def hand_out(name: str, asked: Asked, *, by: Any) -> Made:
    """Make a file and write it down. Raises NotForThisFormat, NothingPosted."""
    made = make(name, asked)
    record(made, name, asked, by=by)
    return made
