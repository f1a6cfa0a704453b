"""Sales with the VAT of other countries of the EU, for the one-stop shop: by country, rate and quarter.

A credit note belongs to the return of its own quarter. When its invoice is of an earlier one, it is told
there apart, as a correction of that quarter (Article 369g of Directive 2006/112/EC).
"""

from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from accounting.models import JournalEntry, TaxCode
from erp.invoicing.models import CreditNote
from erp.sales.treatment import EU

from . import taxed
from .taxed import Sums, TaxedEntry
from .vat_return import Figure, is_of

CREDIT = "credit:"


class Quarter(NamedTuple):
    """Such as 2026 Q1."""

    year: int
    number: int

    @property
    def start(self) -> date:
        return date(self.year, 3 * self.number - 2, 1)

    def __str__(self) -> str:
        return f"{self.year} Q{self.number}"


@dataclass(frozen=True, slots=True)
class Sold:
    """An entry with another country's VAT; of a correction the quarter that it corrects."""

    entry: TaxedEntry
    corrects: Quarter | None

    @property
    def quarter(self) -> Quarter:
        return quarter_of(self.entry.day)

    @property
    def figure(self) -> Figure:
        return Figure(self.entry.sums.sold, self.entry.sums.owed)


@dataclass(frozen=True, slots=True)
class OssLine:
    """What a quarter's return says of a rate of a country, or of its correction of an earlier quarter."""

    quarter: Quarter
    corrects: Quarter | None
    code: TaxCode
    figure: Figure


def sold(start: date, end: date, *, home: str) -> list[Sold]:
    """Return the entries of some days with the VAT of other countries of the EU. Five queries."""
    codes = [code for code in TaxCode.objects.all() if is_elsewhere(code, home)]
    entries = [row for row in taxed.by_entry(start, end, codes) if row.sums.sold or row.sums.owed]
    days = _days_of_invoices({row.source_key for row in entries})
    return [Sold(row, _corrected(row, days)) for row in entries]


def summed(rows: list[Sold]) -> list[OssLine]:
    """Return the sums by quarter, country and rate; of each quarter its corrections come last."""
    found: dict[tuple[Quarter, Quarter | None, TaxCode], Figure] = {}
    for row in rows:
        key = row.quarter, row.corrects, row.entry.code
        found[key] = found.get(key, Figure()) + row.figure
    return sorted((OssLine(*key, figure) for key, figure in found.items()), key=_place)


def _place(line: OssLine) -> tuple[Any, ...]:
    code = line.code
    return line.quarter, line.corrects or Quarter(0, 0), code.country, -code.rate, code.code


def elsewhere(start: date, end: date, *, home: str) -> tuple[Sums, Sums]:
    """Return what bears other countries' codes in some days: of the one-stop shop, of no return."""
    shop, others = Sums(), Sums()
    for code, sums in taxed.by_code(start, end):
        if is_elsewhere(code, home):
            shop += sums
        elif not is_of(code, home):
            others += sums
    return shop, others


def is_elsewhere(code: TaxCode, home: str) -> bool:
    """Whether a code of another country is declared by the one-stop shop of ours."""
    return code.country in EU - {home} and home in EU


def quarter_of(day: date) -> Quarter:
    return Quarter(day.year, (day.month + 2) // 3)


def _corrected(row: TaxedEntry, days: dict[str, date]) -> Quarter | None:
    billed = days.get(row.source_key)
    return quarter_of(billed) if billed and quarter_of(billed) < quarter_of(row.day) else None


def _days_of_invoices(source_keys: set[str]) -> dict[str, date]:
    """Return for each credit note the day on which its invoice is booked."""
    keys = [key.removeprefix(CREDIT) for key in source_keys if key.startswith(CREDIT)]
    credited = CreditNote.objects.filter(pk__in=[key for key in keys if key.isdecimal()])
    invoices = dict(credited.exclude(invoice=None).values_list("pk", "invoice_id"))
    wanted = [f"invoice:{key}" for key in set(invoices.values())]
    booked = JournalEntry.objects.filter(source_key__in=wanted).values_list("source_key", "date")
    days = dict(booked)
    return {f"{CREDIT}{pk}": days[f"invoice:{invoice}"] for pk, invoice in invoices.items()}
