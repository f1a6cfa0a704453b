"""Reads a file and keeps what each of its rows would do. Nothing else is written yet."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.transaction import atomic

from ..models import DataImport, DataRow
from . import reading
from .judging import judge
from .kind import Kind, Want, Wrong
from .reading import Sheet

AT_ONCE = 500
APPLIED = (DataImport.State.RUNNING, DataImport.State.DONE, DataImport.State.UNDOING)


@dataclass(frozen=True, slots=True)
class Preview:
    """What a file would do: its rows as written, what they want, and what is wrong with all of it."""

    sheet: Sheet
    wants: list[Want]
    wrong: list[Wrong]

    def refusals(self) -> Iterator[tuple[int | str, str, str, str]]:
        """Yield row, column, value and reason of all that is wrong."""
        for column, value, reason in self.wrong:
            yield "", column, value, reason
        for want in self.wants:
            for column, value, reason in want.wrong:
                yield want.number, column, value, reason


def look(content: bytes, kind: Kind) -> Preview:
    """Return what a file would do. Writes nothing. Raises Unreadable."""
    sheet = reading.read(content, known=lambda name: kind.column(name) is not None)
    wants = judge(kind, sheet.header, sheet.rows)
    return Preview(sheet, wants, kind.check_all(wants))


@atomic
def keep(content: bytes, kind: Kind, *, name: str, by: Any = None) -> DataImport:
    """Write down what a file would do, to be looked at and applied later. Raises Unreadable."""
    preview = look(content, kind)
    kept = DataImport.objects.create(
        kind=kind.name,
        name=name[-255:],
        sha256=hashlib.sha256(content).hexdigest(),
        how=preview.sheet.how,
        header=preview.sheet.header,
        wrong=preview.wrong,
        user=by,
    )
    rows = zip(preview.wants, preview.sheet.rows, strict=True)
    DataRow.objects.bulk_create(
        (
            DataRow(
                data_import=kept,
                number=want.number,
                rank=kind.rank(want),
                fate=want.fate,
                cells=raw.cells,
                values=want.values,
                changes=want.changes,
                wrong=want.wrong,
            )
            for want, raw in rows
        ),
        batch_size=AT_ONCE,
    )
    return kept


def same_file(kept: DataImport) -> DataImport | None:
    """Return an earlier import of the very same file that was applied, and not undone."""
    rows = DataImport.objects.filter(kind=kept.kind, sha256=kept.sha256, state__in=APPLIED)
    return rows.exclude(pk=kept.pk).order_by("-pk").first()
