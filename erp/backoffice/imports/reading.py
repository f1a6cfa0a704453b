"""Reads a file as rows of text: compressed or not, in its encoding, by its own names of columns.

What the words of a row mean is decided in `rows`.
"""

import csv
import gzip
import sys
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, NamedTuple

from accounting.refusal import Refusal

GZIP = b"\x1f\x8b"
FIELDS = ("order", "sku", "title", "quantity", "date", "price", "customer", "country")
DELIMITERS = {",": "','", ";": "';'", "\t": "tab", "|": "'|'"}


class Unreadable(Refusal):
    """The file cannot be read in the way it is said to be written."""


class BadMap(Refusal):
    """The names of the columns are not given as they should be."""


class Raw(NamedTuple):
    """A row as it is written. `row` counts as a spreadsheet does: the header is row 1."""

    row: int
    fault: str = ""
    order: str = ""
    sku: str = ""
    title: str = ""
    quantity: str = ""
    date: str = ""
    price: str = ""
    customer: str = ""
    country: str = ""

    @property
    def cells(self) -> tuple[str, ...]:
        return self[2:]


@dataclass(frozen=True, slots=True)
class Layout:
    """How a file is written: the column of each field, what separates columns, the encoding."""

    columns: dict[str, str]
    delimiter: str = ","
    encoding: str = "utf-8"


def columns(mapping: str) -> dict[str, str]:
    """Return the column of each field, from words such as 'order=InvoiceNo,sku=StockCode'. Raises BadMap."""
    found: dict[str, str] = {}
    for part in mapping.split(","):
        field, separator, column = (word.strip() for word in part.partition("="))
        if not separator or not column or field not in FIELDS or field in found:
            raise BadMap(f"--map: '{part}' is not one of {', '.join(FIELDS)}, '=' and a column, each once.")
        found[field] = column
    if absent := [field for field in FIELDS if field not in found]:
        raise BadMap(f"--map does not say which column is {', '.join(absent)}.")
    if len(set(found.values())) < len(found):
        raise BadMap("--map names one column twice.")
    return found


def read(name: str, layout: Layout) -> Iterator[Raw]:
    """Return the rows of a file, or of standard input for '-'. Raises Unreadable."""
    with _opened(name) as stream:
        lines = csv.reader(_decoded(stream, layout.encoding), delimiter=layout.delimiter, strict=True)
        try:
            header = [cell.strip() for cell in next(lines, [])]
            places = _places(header, layout)
            for number, cells in enumerate(lines, start=2):
                if cells:
                    yield _raw(number, cells, places, width=len(header))
        except csv.Error as error:
            raise Unreadable(f"Line {lines.line_num} of {name} is no line of a CSV file: {error}.") from error


@contextmanager
def _opened(name: str) -> Iterator[Iterable[bytes]]:
    if name == "-":
        yield _unzipped(name, sys.stdin.buffer)
        return
    try:
        with open(name, "rb") as stream:
            yield _unzipped(name, stream)
    except OSError as error:
        raise Unreadable(f"{name} cannot be read: {error.strerror or error}.") from error


def _unzipped(name: str, stream: Any) -> Iterable[bytes]:
    if stream.peek(2)[:2] == GZIP:
        return gzip.GzipFile(fileobj=stream)
    if name.endswith(".gz"):
        raise Unreadable(f"{name} is no gzip file, whatever its name says.")
    return stream


def _decoded(stream: Iterable[bytes], encoding: str) -> Iterator[str]:
    number = 0
    try:
        for number, line in enumerate(stream, start=1):
            text = line.decode(encoding)
            yield text.removeprefix("\ufeff") if number == 1 else text
    except UnicodeDecodeError as error:
        place = f"byte {error.start + 1} of line {number}"
        raise Unreadable(
            f"The file is not written in {encoding}: {place} is 0x{error.object[error.start]:02x}."
            " Say --encoding cp1252, or what it is written in."
        ) from error
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise Unreadable(
            f"The gzip file is damaged or cut off after line {number}: nothing of it was imported."
        ) from error


def _places(header: list[str], layout: Layout) -> list[int]:
    """Return where the columns of the fields are."""
    if not any(header):
        raise Unreadable("The file is empty: its first line must name the columns.")
    wanted = [layout.columns[field] for field in FIELDS]
    absent = [column for column in wanted if column not in header]
    if absent:
        raise Unreadable(_what_is_wrong(absent, wanted, header, layout))
    if twice := [column for column in wanted if header.count(column) > 1]:
        raise Unreadable(f"The file has two columns {twice[0]}.")
    return [header.index(column) for column in wanted]


def _what_is_wrong(absent: list[str], wanted: Iterable[str], header: list[str], layout: Layout) -> str:
    missing = f"The file has no column {', '.join(absent)}"
    line = layout.delimiter.join(header)
    for delimiter, shown in DELIMITERS.items():
        cells = {cell.strip(' "') for cell in line.split(delimiter)}
        if delimiter != layout.delimiter and cells.issuperset(wanted):
            return f"{missing}. It seems to be separated by {shown}: say --delimiter {shown}."
    return f"{missing}; it has {', '.join(header)}. Say with --map which column is what."


def _raw(number: int, cells: list[str], places: list[int], *, width: int) -> Raw:
    """Return a row. Words are kept once however often they come: a history repeats itself."""
    fault = "" if len(cells) == width else f"{len(cells)} columns where the header has {width}"
    found = [sys.intern(cells[place]) if place < len(cells) else "" for place in places]
    return Raw(number, fault, *found)
