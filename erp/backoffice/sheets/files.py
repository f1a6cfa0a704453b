"""Sheets as files: CSV written row by row, XLSX with real numbers and days, PDF for those of some pages."""

import csv
from collections.abc import Callable, Iterator, Sequence
from io import BytesIO
from tempfile import TemporaryFile
from typing import Any

from django.conf import settings
from openpyxl import Workbook

from accounting.refusal import Refusal
from erp.documents.services import company
from erp.invoicing.pdf import render

from ..exporting import cell
from .sheet import Report, Row, Sheet, plain, said, styled, styles_of

PDF_ROWS, XLSX_ROWS = 1000, 50_000
WIDE = 6  # columns, from which on the paper lies on its side


class TooLong(Refusal):
    """There is more than such a file can hold."""


class _Line:
    """What csv writes to: it gives each line back."""

    def write(self, text: str) -> str:
        return text


def csv_of(report: Report, asked: Any, sheets: Sequence[Sheet]) -> Iterator[bytes]:
    """Yield the lines. Of several sheets each stands under its title."""
    rows = csv.writer(_Line())
    for sheet in sheets:
        if len(sheets) > 1:
            yield rows.writerow([cell(sheet.title)]).encode()
        yield rows.writerow([cell(name) for name in sheet.columns]).encode()
        for row in sheet.rows:
            yield rows.writerow(_cells(row)).encode()


def xlsx_of(report: Report, asked: Any, sheets: Sequence[Sheet]) -> Iterator[bytes]:
    """Yield a workbook with a page for each sheet. Raises TooLong."""
    _limit(sheets, XLSX_ROWS, "as CSV")
    book = Workbook(write_only=True)
    for number, sheet in enumerate(sheets, start=1):
        page = book.create_sheet(_tab(sheet.title, number))
        page.append([cell(name) for name in sheet.columns])
        for row in sheet.rows:
            page.append(_cells(row))
    with TemporaryFile() as file:
        book.save(file)
        file.seek(0)
        yield from iter(lambda: file.read(65536), b"")


def pdf_of(report: Report, asked: Any, sheets: Sequence[Sheet]) -> Iterator[bytes]:
    """Yield pages to print. Raises TooLong and PdfUnavailable."""
    _limit(sheets, PDF_ROWS, "as CSV or XLSX")
    context = {
        "report": report,
        "asked": asked.describe(),
        "company": company(),
        "currency": settings.CURRENCY,
        "is_wide": any(len(sheet.columns) > WIDE for sheet in sheets),
        "sheets": [_drawn(sheet) for sheet in sheets],
    }
    yield BytesIO(render("documents/report.html", context)).getvalue()


Writer = Callable[[Report, Any, Sequence[Sheet]], Iterator[bytes]]
KINDS: dict[str, tuple[str, str, Writer]] = {
    "csv": ("CSV", "text/csv; charset=utf-8", csv_of),
    "xlsx": ("XLSX", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", xlsx_of),
    "pdf": ("PDF", "application/pdf", pdf_of),
}


def _cells(row: Row) -> list[Any]:
    return [cell(plain(value)) for value in row.cells]


def _drawn(sheet: Sheet) -> dict[str, Any]:
    rows = list(sheet.rows)
    styles = list(styles_of(sheet, rows))
    return {
        "title": sheet.title,
        "note": sheet.note,
        "wrong": sheet.wrong,
        "heads": list(zip(styles, sheet.columns, strict=True)),
        "body": [(row.style, [(style, said(cell)) for style, cell in styled(styles, row)]) for row in rows],
    }


def _limit(sheets: Sequence[Sheet], most: int, otherwise: str) -> None:
    if (count := sum(len(sheet.rows) for sheet in sheets)) > most:
        raise TooLong(f"{count:,} rows are more than such a file holds ({most:,}): take it {otherwise}.")


def _tab(title: str, number: int) -> str:
    """Return a name for a page of a workbook: short, without the signs that Excel refuses, and no other's."""
    name = "".join(sign for sign in title if sign not in r"\/*?:[]'")[:26].strip() or "Sheet"
    return f"{number} {name}" if number > 1 else name
