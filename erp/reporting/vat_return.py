"""The VAT return by box, from posted lines alone.

Each code of home stands in one box for its net amount and in one for its VAT, on either side. A code that
names no box has one of its own. What is taxed by another country is no part of it (see `oss`), nor is what
stands on the accounts of VAT without a code, such as a payment to the tax office.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import NamedTuple

from accounting.models import TaxCode
from accounting.money import ZERO
from erp.sales.taxation import ANYWHERE

from . import taxed
from .taxed import Sums, TaxedEntry

OUTPUT, INPUT = "output", "input"
BOXES = Path(__file__).with_name("vat_boxes.csv")


class Box(NamedTuple):
    """A box of the form: on which side of it, and its number or name."""

    side: str
    name: str

    def has(self, other: "Box") -> bool:
        """Whether it is another box, or (without a name) its whole side."""
        return self.side == other.side and self.name in ("", other.name)


@dataclass(frozen=True, slots=True)
class Figure:
    """What a box says: an amount without VAT, VAT, or both."""

    base: Decimal = ZERO
    tax: Decimal = ZERO

    def __add__(self, other: "Figure") -> "Figure":
        return Figure(self.base + other.base, self.tax + other.tax)


Return = dict[Box, Figure]


def vat_return(start: date, end: date, *, home: str) -> Return:
    """Return what the boxes of some days say, those of the country's form first, in its order."""
    found: Return = {}
    for code, sums in taxed.by_code(start, end):
        if is_of(code, home):
            for box, figure in shares(code, sums):
                found[box] = found.get(box, Figure()) + figure
    order = list(titles(home))
    rank = {box: (0, order.index(box)) if box in order else (1, 0) for box in found}
    return {box: found[box] for box in sorted(found, key=lambda box: (box.side != OUTPUT, rank[box], box))}


def due(found: Return) -> Decimal:
    """Return the VAT of the output boxes less that of the input boxes."""
    return sum((figure.tax if box.side == OUTPUT else -figure.tax for box, figure in found.items()), ZERO)


def papers_of(box: Box, start: date, end: date, *, home: str) -> list[tuple[TaxedEntry, Figure]]:
    """Return the entries that make up a box, each with its share of it. Without a name: all of its side."""
    found = []
    codes = [
        code for code in TaxCode.objects.all() if is_of(code, home) and any(map(box.has, boxes_of(code)))
    ]
    for entry in taxed.by_entry(start, end, codes):
        share = sum((part for of, part in shares(entry.code, entry.sums) if box.has(of)), Figure())
        if share != Figure():
            found.append((entry, share))
    return found


def is_of(code: TaxCode, home: str) -> bool:
    """Whether a code belongs in the return of a country."""
    return code.country in (home, ANYWHERE)


def shares(code: TaxCode, sums: Sums) -> Iterator[tuple[Box, Figure]]:
    """Yield the boxes that sums under a code go into. Under reverse charge what is bought counts as sold."""
    base, tax, input_base, input_tax = boxes_of(code)
    is_owed = code.category in TaxCode.OWED_BY_US
    sold, bought = (sums.bought - sums.sold, ZERO) if is_owed else (sums.sold, sums.bought)
    parts = (base, Figure(base=sold)), (tax, Figure(tax=sums.owed)), (input_base, Figure(base=bought))
    yield from (part for part in (*parts, (input_tax, Figure(tax=sums.reclaimed))) if part[1] != Figure())


def boxes_of(code: TaxCode) -> tuple[Box, Box, Box, Box]:
    """Return the boxes of a code: of what is sold, of its VAT, of what is bought, of its VAT."""
    return (
        Box(OUTPUT, code.base_box or code.code),
        Box(OUTPUT, code.tax_box or code.code),
        Box(INPUT, code.input_base_box or code.code),
        Box(INPUT, code.input_tax_box or code.code),
    )


@cache
def titles(country: str) -> dict[Box, str]:
    """Return what the boxes of a country's form are called, in its order; also its `due` and its `note`."""
    with BOXES.open(newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["country"] == country]
    return {Box(row["side"], row["box"]): row["title"] for row in rows}
