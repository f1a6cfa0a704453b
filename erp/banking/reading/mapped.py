"""Reads a bank's CSV as its mapping says: which column is which, how days and amounts are written."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import islice, pairwise
from typing import Any

from accounting.money import ZERO

from .statement import ReadLine, ReadStatement
from .words import Unreadable, amount, day, decode, not_too_large, plain

PREVIEWED = 10


@dataclass(frozen=True, slots=True)
class Balances:
    """Opening and closing balance as somebody typed them. None where the file has a column of balances."""

    opening: Decimal | None = None
    closing: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the file with its number, as a spreadsheet counts, and its cells by column."""

    number: int
    cells: dict[str, str]

    def get(self, column: str) -> str:
        """Return a cell; nothing for no column."""
        return self.cells.get(column, "") if column else ""


def read(
    content: bytes, mapping: Any, balances: Balances, *, iban: str, currency: str
) -> list[ReadStatement]:
    """Return the statement of a file. Raises Unreadable, naming the row."""
    rows = table(content, mapping)
    read_rows = [(row, _row(row, mapping)) for row in rows]
    if not read_rows:
        raise Unreadable("The file has no lines below its headings.")
    _one_account(rows, mapping)
    ordered = _oldest_first(read_rows)
    lines = [line for _, line in ordered]
    opening, closing = _balances([row for row, _ in ordered], lines, mapping, balances)
    currencies = {row.get(mapping.currency).strip() or currency for row in rows}
    if len(currencies) > 1:
        raise Unreadable(f"The file is in several currencies: {', '.join(sorted(currencies))}.")
    own = plain(rows[0].get(mapping.own_iban), longest=40).replace(" ", "").upper()
    return [
        ReadStatement(
            iban=own or iban,
            currency=currencies.pop(),
            opening=opening,
            closing=closing,
            starts_on=min(line.booked_on for line in lines),
            ends_on=max(line.booked_on for line in lines),
            lines=[line for line in lines if line.amount],
        )
    ]


def table(content: bytes, mapping: Any) -> list[Row]:
    """Return the rows of a file by heading and by number of the column. Raises Unreadable."""
    not_too_large(content)
    text = decode(content, mapping.encoding)
    lines = islice(io.StringIO(text, newline=""), mapping.skip_lines, None)
    try:
        cells = list(csv.reader(lines, delimiter=mapping.delimiter, strict=True))
    except csv.Error:
        raise Unreadable("A row of the file is cut off, or a quotation mark is missing.") from None
    if not cells:
        raise Unreadable("The file ends before its headings.")
    headings = [plain(cell, longest=120) for cell in cells[0]]
    _columns_are_there(headings, mapping)
    first = mapping.skip_lines + 2
    return [
        Row(number, _by_name(headings, row))
        for number, row in enumerate(cells[1:], start=first)
        if any(cell.strip() for cell in row)
    ]


def _columns_are_there(headings: Sequence[str], mapping: Any) -> None:
    known = {*headings, *(str(place) for place in range(1, len(headings) + 1))}
    for column in _columns(mapping):
        if column not in known:
            found = ", ".join(f"'{heading}'" for heading in headings[:30])
            raise Unreadable(f"The file has no column '{column}'. Its headings are {found}.")


def _columns(mapping: Any) -> list[str]:
    single = (
        mapping.booked_on,
        mapping.valued_on,
        mapping.amount,
        mapping.debit,
        mapping.credit,
        mapping.sign,
        mapping.party,
        mapping.iban,
        mapping.end_to_end,
        mapping.reference,
        mapping.balance,
        mapping.currency,
        mapping.own_iban,
    )
    return [name for name in (*single, *_texts(mapping)) if name]


def _texts(mapping: Any) -> list[str]:
    return [part.strip() for part in mapping.text.split("+") if part.strip()]


def _by_name(headings: Sequence[str], row: Sequence[str]) -> dict[str, str]:
    by_place = {str(place): cell for place, cell in enumerate(row, start=1)}
    return by_place | dict(zip(headings, row, strict=False))


def _row(row: Row, mapping: Any) -> ReadLine:
    try:
        booked = day(row.get(mapping.booked_on), mapping.date_format)
        valued = row.get(mapping.valued_on).strip()
        return ReadLine(
            booked_on=booked,
            valued_on=day(valued, mapping.date_format) if valued else booked,
            amount=_amount(row, mapping),
            name=plain(row.get(mapping.party), longest=140),
            iban=plain(row.get(mapping.iban), longest=60).replace(" ", "").upper()[:34],
            text=plain(" ".join(row.get(column) for column in _texts(mapping)), longest=2000),
            end_to_end=plain(row.get(mapping.end_to_end), longest=64),
            reference=plain(row.get(mapping.reference), longest=64),
        )
    except Unreadable as refusal:
        raise Unreadable(f"Row {row.number}: {refusal}") from None


def _amount(row: Row, mapping: Any) -> Decimal:
    mark = mapping.decimal_mark
    if mapping.amount:
        value = amount(row.get(mapping.amount), mark)
        words = {word.strip().upper() for word in mapping.going_out.split(",")}
        return -abs(value) if mapping.sign and row.get(mapping.sign).strip().upper() in words else value
    both = [row.get(mapping.debit).strip(), row.get(mapping.credit).strip()]
    out, came_in = (abs(amount(text, mark)) if text else ZERO for text in both)
    if out and came_in:
        raise Unreadable("Money both comes in and goes out.")
    return came_in - out


def _one_account(rows: Sequence[Row], mapping: Any) -> None:
    found = {row.get(mapping.own_iban).replace(" ", "").upper() for row in rows}
    if len(found) > 1:
        raise Unreadable(f"The file is of several accounts: {', '.join(sorted(found))}.")


def _oldest_first(rows: list[tuple[Row, ReadLine]]) -> list[tuple[Row, ReadLine]]:
    """Turn a file around that begins with the newest line; the order within a day is the bank's."""
    days: list[date] = [line.booked_on for _, line in rows]
    newest_first = days[0] > days[-1] and all(day >= later for day, later in pairwise(days))
    return rows[::-1] if newest_first else rows


def _balances(
    rows: Sequence[Row], lines: Sequence[ReadLine], mapping: Any, typed: Balances
) -> tuple[Decimal, Decimal]:
    if typed.opening is not None and typed.closing is not None:
        return typed.opening, typed.closing
    if not mapping.balance:
        raise Unreadable("Type the opening and the closing balance: this file does not say them.")
    after = [amount(row.get(mapping.balance), mapping.decimal_mark) for row in rows]
    opening, closing = after[0] - lines[0].amount, after[-1]
    if opening + sum((line.amount for line in lines), ZERO) == closing:
        return opening, closing
    return after[-1] - lines[-1].amount, after[0]  # a single day, the newest line first
