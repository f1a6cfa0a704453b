"""Reads a file as rows of text: CSV in any usual encoding and delimiter, or the first sheet of a workbook.

What the words of a row mean is decided in `cells`. Whoever sends a file may mean harm: see the limits.
"""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from accounting.refusal import Refusal

LARGEST = 5 * 1024 * 1024
MOST_ROWS = 20_000
MOST_COLUMNS = 200
DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "vertical bars"}
MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
ZIP, OLD_EXCEL, GZIP = b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"\x1f\x8b"


class Unreadable(Refusal):
    """The file as a whole cannot be taken. `row` and `column` say where, as far as that is known."""

    def __init__(self, why: str, *, row: int | str = "", column: str = "") -> None:
        super().__init__(why)
        self.row, self.column = row, column


@dataclass(frozen=True, slots=True)
class Raw:
    """A row as it is written. `number` counts as a spreadsheet does: the header is usually row 1."""

    number: int
    cells: list[str]


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a file holds: the names of its columns, its rows, and in words how it was read."""

    header: list[str]
    rows: list[Raw]
    how: str


Known = Callable[[str], bool]


def read(content: bytes, *, known: Known) -> Sheet:
    """Return what a file holds. `known` tells the name of a column from other words. Raises Unreadable."""
    from . import workbooks

    if len(content) > LARGEST:
        raise Unreadable(f"The file is larger than {LARGEST // 1024 // 1024} MB: send it in parts.")
    if not content.strip(b"\0 \r\n\t"):
        raise Unreadable("The file is empty: its first line must name the columns.")
    if content.startswith((OLD_EXCEL, GZIP)):
        kind = "an old or locked Excel workbook" if content.startswith(OLD_EXCEL) else "a gzip file"
        raise Unreadable(f"This is {kind}: save it as .xlsx or .csv.")
    if content.startswith(ZIP):
        return _sheet(workbooks.rows(content), how="as a workbook")
    text, encoding = decode(content)
    delimiter, lines = _delimiter(text, known)
    how = f"as {encoding}, separated by {DELIMITERS[delimiter]}"
    return _sheet(_csv(lines, delimiter), how=how)


def decode(content: bytes) -> tuple[str, str]:
    """Return the text of a file and the name of its encoding. Raises Unreadable."""
    for encoding in _encodings(content):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            raise Unreadable("The file holds characters of code 0: it is no text, or damaged.")
        return text.removeprefix("\ufeff"), encoding.removesuffix("-sig")
    raise Unreadable("The file is neither UTF-8 nor UTF-16 nor cp1252: save it as CSV UTF-8.")


def _encodings(content: bytes) -> list[str]:
    for mark, encoding in MARKS:
        if content.startswith(mark):
            return [encoding]
    # UTF-16 of western words is every other byte a zero.
    sample = content[:2000]
    if sample[1::2].count(0) > len(sample) // 4:
        return ["utf-16-le"]
    if sample[::2].count(0) > len(sample) // 4:
        return ["utf-16-be"]
    return ["utf-8", "cp1252"]


def _delimiter(text: str, known: Known) -> tuple[str, str]:
    """Return what separates columns, and the text without the line in which Excel says so."""
    first, _, rest = text.partition("\n")
    said = first.strip().lower()
    if said.startswith("sep=") and said[4:] in DELIMITERS:
        return said[4:], "\n" + rest
    found = {mark: _headings(first, mark) for mark in DELIMITERS}
    return max(found, key=lambda mark: (sum(map(known, found[mark])), len(found[mark]))), text


def _headings(line: str, delimiter: str) -> list[str]:
    return [cell.strip(' "\r').lower() for cell in line.split(delimiter)]


def _csv(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the lines of a CSV with the numbers that a spreadsheet would give them."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number = 0
    try:
        for number, cells in enumerate(reader, start=1):
            yield number, cells
    except csv.Error:
        why = "Here a quotation mark is missing or one too many, or a cell is far too long"
        raise Unreadable(f"Row {number + 1} cannot be read. {why}.", row=number + 1) from None


def _sheet(lines: Iterable[tuple[int, Sequence[str]]], *, how: str) -> Sheet:
    filled = ((number, cells) for number, line in lines if (cells := _trimmed(line)))
    number, cells = next(filled, (0, []))
    if not cells:
        raise Unreadable("The file is empty: its first line must name the columns.")
    header = _header(cells, number)
    rows: list[Raw] = []
    for number, cells in filled:
        if len(rows) == MOST_ROWS:
            raise Unreadable(f"The file has more than {MOST_ROWS:,} rows: send it in parts.", row=number)
        rows.append(Raw(number, cells + [""] * (len(header) - len(cells))))
    if not rows:
        raise Unreadable("The file has no rows below its headings.")
    return Sheet(header, rows, how)


def _trimmed(line: Sequence[str]) -> list[str]:
    """Return a row without empty cells at its end."""
    cells = [cell.strip() for cell in line]
    while cells and not cells[-1]:
        cells.pop()
    return cells


def _header(cells: list[str], number: int) -> list[str]:
    if len(cells) > MOST_COLUMNS:
        raise Unreadable(f"The file has more than {MOST_COLUMNS} columns.", row=number)
    header = [" ".join(cell.split()).lower() for cell in cells]
    for place, name in enumerate(header):
        if name and name in header[:place]:
            raise Unreadable(f"Two columns are called '{name[:60]}'.", row=number, column=name[:60])
    return header
