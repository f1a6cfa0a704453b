"""Reads the first sheet of an XLSX workbook as rows of text, and refuses one that is built to do harm."""

import io
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from datetime import date, time
from typing import Any
from xml.etree.ElementTree import ParseError

from lxml.etree import XMLSyntaxError
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from .reading import MOST_COLUMNS, MOST_ROWS, Unreadable

UNPACKED = 50 * 1024 * 1024
RATIO = 100
PARTS = 1000
HEADER_WITHIN = 100
# A document type is where entities are declared that unfold into gigabytes. A workbook has none.
DOCTYPES = tuple("<!DOCTYPE".encode(encoding) for encoding in ("ascii", "utf-16-le", "utf-16-be"))
PIECE = 1 << 20
DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    InvalidFileException,
    ParseError,
    XMLSyntaxError,
    KeyError,
    ValueError,
    TypeError,
    AttributeError,
    IndexError,
    EOFError,
    OSError,
    NotImplementedError,
)


def rows(content: bytes) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows of a workbook's first sheet with their numbers. Raises Unreadable."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _require_harmless(archive)
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=False, keep_links=False)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()
        yield from _rows(sheet)
    except DAMAGED:
        raise Unreadable("The workbook is damaged, or none: save it anew as .xlsx or .csv.") from None


def _require_harmless(archive: zipfile.ZipFile) -> None:
    """Raise Unreadable for a workbook that unfolds too far. What a part says of its size is enforced."""
    parts = archive.infolist()
    unpacked, packed = sum(part.file_size for part in parts), sum(part.compress_size for part in parts)
    if len(parts) > PARTS or unpacked > UNPACKED:
        raise Unreadable("The workbook is larger than 50 MB once it is unpacked: send it in parts.")
    if unpacked > RATIO * max(packed, 1) and unpacked > PIECE:
        raise Unreadable(f"The workbook unpacks to more than {RATIO} times its size: save it as .csv.")
    for part in parts:
        if part.flag_bits & 1:
            raise Unreadable("The workbook is locked by a password: save it without one.")
        if part.filename.lower().endswith((".xml", ".rels", ".vml")):
            _require_no_doctype(archive, part)


def _require_no_doctype(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    before = b""
    with archive.open(part) as stream:
        while piece := stream.read(PIECE):
            if any(mark in before + piece for mark in DOCTYPES):
                raise Unreadable("The workbook declares a document type: that is no workbook of Excel's.")
            before = piece[-40:]


def _rows(sheet: Any) -> Iterator[tuple[int, list[str]]]:
    """Yield the header, then what stands below it: not more columns than the header has, and one."""
    for number, cells in enumerate(sheet.iter_rows(max_row=HEADER_WITHIN, max_col=MOST_COLUMNS + 1), start=1):
        if header := _filled(cells):
            yield number, header
            yield from _below(sheet, number + 1, width=len(header) + 1)
            return


def _below(sheet: Any, first: int, *, width: int) -> Iterator[tuple[int, list[str]]]:
    for number, cells in enumerate(sheet.iter_rows(min_row=first, max_col=width), start=first):
        if words := _filled(cells):
            yield number, words
        if number > 2 * MOST_ROWS:
            raise Unreadable("The sheet goes on for too long: take out the empty rows.", row=number)


def _filled(cells: Sequence[Any]) -> list[str]:
    """Return the words of a row up to its last cell that says anything."""
    last = next((place for place in range(len(cells), 0, -1) if cells[place - 1].value is not None), 0)
    return [_words(cell) for cell in cells[:last]]


def _words(cell: Any) -> str:
    """Return a cell as it would stand in a CSV. A number has the fifteen digits that Excel shows."""
    value = cell.value
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return format(value, ".15g")
    if isinstance(value, date | time):
        return value.isoformat().removesuffix("T00:00:00")
    if getattr(cell, "data_type", "") == "f":
        return f"={str(value).removeprefix('=')}"
    # PostgreSQL stores no character of code 0: what stands for it is refused as unprintable later on.
    return "" if value is None else str(value).replace("\0", "\ufffe")
