"""A sheet: rows of cells under headings. What is shown of it on screen is what its files hold."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from django import forms

from ..pages import words

HEADING, SUM, BEGINS = "heading", "sum", "begins"
DASH = "\N{EN DASH}"
CODE = 17  # letters, such as SALES-2026-000001


@dataclass(frozen=True, slots=True)
class Link:
    """A cell that leads somewhere. Files hold its value alone."""

    value: Any
    url: str


@dataclass(frozen=True, slots=True)
class Row:
    """Cells: words, money, counts, days, links of those, or None. `style` is one of the above, or nothing."""

    cells: Sequence[Any]
    style: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """Rows under headings. Rows need a length, slices and an iterator: long ones are `Read` when shown.

    `note` says below what has to be known; `wrong` says above what must not be so.
    """

    title: str
    columns: Sequence[str]
    rows: Sequence[Row]
    note: str = ""
    wrong: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """A page of the accountant: what it asks (`form`), and the sheets that answer a valid form.

    `needs` is the permission without which nobody sees it; `about` is said in the list of reports.
    """

    slug: str
    title: str
    about: str
    form: type[forms.Form]
    sheets: Callable[[Any], Sequence[Sheet]]
    needs: str = "accounting.view_journalentry"


class Read(Sequence[Row]):
    """Rows that are read when they are needed: how many, some of them, or each of them for a file."""

    def __init__(
        self,
        count: Callable[[], int],
        part: Callable[[int, int], Sequence[Row]],
        every: Callable[[], Iterator[Row]],
    ) -> None:
        self._count, self._part, self._every = cache(count), part, every

    def __len__(self) -> int:
        return self._count()

    def __getitem__(self, place: Any) -> Any:
        chosen = range(len(self))[place]
        if isinstance(chosen, int):
            return self._part(chosen, chosen + 1)[0]
        return self._part(chosen.start, chosen.stop) if chosen else []

    def __iter__(self) -> Iterator[Row]:
        return self._every()


def plain(cell: Any) -> Any:
    """Return the value of a cell, wherever it leads."""
    return cell.value if isinstance(cell, Link) else cell


def said(cell: Any) -> Any:
    """Return a cell as it is shown and printed. No money is a dash: what matters stands out."""
    value = plain(cell)
    return DASH if isinstance(value, Decimal) and not value else words(value)


def style_of(cell: Any) -> str:
    """Return the class by which a column with such a cell is aligned."""
    value = plain(cell)
    if isinstance(value, date):
        return "day"
    return "number" if isinstance(value, Decimal | int) and not isinstance(value, bool) else ""


def styled(styles: Sequence[str], row: Row) -> Iterator[tuple[str, Any]]:
    """Yield each cell with its class: its column's, or that of one short word, which is not to be broken."""
    for style, cell in zip(styles, row.cells, strict=True):
        value = plain(cell)
        is_code = isinstance(value, str) and len(value) <= CODE and " " not in value
        yield style or ("code" if is_code else ""), cell


def styles_of(sheet: Sheet, rows: Sequence[Row]) -> Iterator[str]:
    """Yield the class of each column: that of its first cell that has one."""
    for column in zip(*(row.cells for row in rows), strict=True) if rows else [()] * len(sheet.columns):
        yield next(filter(None, map(style_of, column)), "")
