"""Hands lists out: what is wrong with a file, its refused rows to be corrected, all there is of a kind."""

import csv
import io
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from import_export.formats.base_formats import CSV, XLSX
from tablib import Dataset

from ..exporting import harmless
from ..models import DataImport, DataRow
from .cells import Column, positive, whole
from .kind import Facts, Kind
from .products import PREFIX

FORMATS = {"csv": CSV, "xlsx": XLSX}
REPORT = ("row", "column", "value", "reason")
WHY = "refused because"
MARK = "\ufeff"  # tells a spreadsheet that the file is UTF-8


def report(refusals: Iterable[tuple[Any, str, str, str]]) -> str:
    """Return a CSV of what is wrong: row, column, value and reason."""
    return _csv([REPORT, *([row, *map(harmless, words)] for row, *words in refusals)])


def refusals(kept: DataImport) -> Iterator[tuple[Any, str, str, str]]:
    """Yield row, column, value and reason of all that is wrong with an import."""
    for column, value, reason in kept.wrong:
        yield "", column, value, reason
    for number, wrong in kept.rows.exclude(wrong=[]).order_by("number").values_list("number", "wrong"):
        for column, value, reason in wrong:
            yield number, column, value, reason


def refused_rows(kept: DataImport) -> str:
    """Return the refused rows as a file that can be corrected and brought in; its last column says why."""
    rows = kept.rows.filter(fate=DataRow.Fate.REFUSED).order_by("number")
    lines = ([*map(harmless, row.cells), harmless(_why(row))] for row in rows.iterator())
    return MARK + _csv([[*map(harmless, kept.header), WHY], *lines])


def everything(kind: Kind, form: str) -> bytes:
    """Return all there is of a kind as a file that could be brought in again."""
    rows = list(kind.everything())
    extra = sorted({name for row in rows for name in row if name.startswith(PREFIX)})
    columns = [*kind.columns, *(column for name in extra if (column := kind.column(name)))]
    data = Dataset(headers=[column.name for column in columns], title=kind.title)
    for row in rows:
        data.append([_cell(column, row) for column in columns])
    written = FORMATS[form]().export_data(data)
    return (MARK + written).encode() if isinstance(written, str) else written


def _cell(column: Column, row: Facts) -> Any:
    words = row.get(column.name, "")
    if words and column.read in (positive, whole):
        return Decimal(words) if column.read is positive else int(words)
    return harmless(words)


def _why(row: DataRow) -> str:
    return "; ".join(f"{column} {reason}".strip() for column, _, reason in row.wrong)


def _csv(lines: Iterable[Iterable[Any]]) -> str:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(lines)
    return text.getvalue()
