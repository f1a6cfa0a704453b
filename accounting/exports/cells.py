"""Cells of files. A text is never taken for a formula, and a number is never anything but a number.

What people open in a spreadsheet gets an apostrophe before such a text; other programs cannot read that, so
for them the dangerous beginning is left out.
"""

import csv
import re
from decimal import Decimal
from typing import IO, Any

SIGNS = "=+-@\t\r\n＝＋－＠"  # noqa: RUF001 spreadsheets calculate full-width signs too
FORMULA = tuple(SIGNS)
NOT_WORDS = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff]+")


def text(value: str | None) -> str:
    """Return a text for a cell, quoted by an apostrophe where a spreadsheet would calculate it."""
    words = value or ""
    return f"'{words}" if words.startswith(FORMULA) else words


def plain(value: str | None, length: int | None = None) -> str:
    """Return a text on one line for another program, without a beginning that could be a formula."""
    return NOT_WORDS.sub(" ", value or "").lstrip(f"{SIGNS} ").rstrip()[:length]


def rows(stream: IO[str], *, comma: bool = False) -> Any:
    """Return a writer of rows; where decimals have a comma, semicolons part the cells."""
    return csv.writer(stream, delimiter=";" if comma else ",")


def decimal(amount: Decimal, *, comma: bool = False) -> str:
    return str(amount).replace(".", ",") if comma else str(amount)
