"""A sheet: rows of cells under headings. What is shown of it on screen is what its files hold."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms

HEADING, SUM = "heading", "sum"


@dataclass(frozen=True, slots=True)
class Link:
    """A cell that leads somewhere. Files hold its value alone."""

    value: Any
    url: str


@dataclass(frozen=True, slots=True)
class Row:
    """Cells: words, money, counts, days, links of those, or None. The style is HEADING, SUM or nothing."""

    cells: Sequence[Any]
    style: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """Rows under headings. Rows need a length, slices and an iterator: long ones are read as they are shown.

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


def plain(cell: Any) -> Any:
    """Return the value of a cell, wherever it leads."""
    return cell.value if isinstance(cell, Link) else cell


def style_of(cell: Any) -> str:
    """Return the class by which a cell is aligned."""
    value = plain(cell)
    if isinstance(value, date):
        return "day"
    return "number" if isinstance(value, Decimal | int) and not isinstance(value, bool) else ""


def styles_of(sheet: Sheet, rows: Sequence[Row]) -> Iterator[str]:
    """Yield the class of each column: that of its first cell that has one."""
    for column in zip(*(row.cells for row in rows), strict=True) if rows else [()] * len(sheet.columns):
        yield next(filter(None, map(style_of, column)), "")
