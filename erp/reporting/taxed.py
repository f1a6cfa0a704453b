"""Posted lines that bear a tax code, summed: what was sold and bought under it, and the VAT of both.

What is sold stands on income, or on what was taken for it in advance. Which box that is, or which country's
return, is told elsewhere.
"""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Q, Sum

from accounting import chart
from accounting.models import Account, JournalLine, TaxCode, entry_no
from accounting.money import ZERO

# Where besides income the amount without VAT of a sale stands, or of one that was not paid.
SOLD_ON = (chart.DEFERRED_REVENUE, chart.PREPAYMENTS, chart.GIFT_CARDS, chart.BAD_DEBT)
ENTRY = (
    "entry_id",
    "date",
    "entry__source_key",
    "entry__document_no",
    "entry__journal",
    "entry__fiscal_year__end",
    "entry__number",
)


@dataclass(frozen=True, slots=True)
class Sums:
    """What lines under a code come to. Credit notes count below zero."""

    sold: Decimal = ZERO
    owed: Decimal = ZERO
    bought: Decimal = ZERO
    reclaimed: Decimal = ZERO

    def __add__(self, other: "Sums") -> "Sums":
        return Sums(*(getattr(self, part.name) + getattr(other, part.name) for part in fields(self)))


@dataclass(frozen=True, slots=True)
class TaxedEntry:
    """What one entry says under one code."""

    entry_id: int
    day: date
    source_key: str
    document_no: str
    entry_no: str
    party: str
    code: TaxCode
    sums: Sums


def by_code(start: date, end: date) -> list[tuple[TaxCode, Sums]]:
    """Return what was posted in some days under each code. Three queries."""
    rows = _summed(JournalLine.objects.all(), start, end, "tax_code_id")
    codes = TaxCode.objects.all().in_bulk([row[0] for row in rows])
    return sorted(((codes[key], Sums(*sums)) for key, *sums in rows), key=lambda found: found[0].code)


def by_entry(start: date, end: date, codes: Iterable[TaxCode]) -> list[TaxedEntry]:
    """Return what each entry of some days says under some codes, in the order of the books. Three queries."""
    known = {code.pk: code for code in codes}
    rows = _summed(JournalLine.objects.filter(tax_code__in=known), start, end, *ENTRY, "tax_code_id")
    named = JournalLine.objects.between(start, end).exclude(party=None)
    parties = dict(named.order_by().values_list("entry_id", "party__name"))
    return sorted(
        (_entry(row, parties, known) for row in rows), key=lambda found: (found.day, found.entry_id)
    )


def _entry(row: Any, parties: dict[int, str], codes: dict[int, TaxCode]) -> TaxedEntry:
    key, day, source_key, document_no, journal, year_end, number, code, *sums = row
    shown = entry_no(journal, year_end.year, number)
    party = parties.get(key, "")
    return TaxedEntry(key, day, source_key, document_no, shown, party, codes[code], Sums(*sums))


def _summed(lines: Any, start: date, end: date, *by: str) -> list[Any]:
    sold, owed, reclaimed = _accounts()
    bought: Any = ~(sold | owed | reclaimed)
    rows = lines.posted().between(start, end).exclude(tax_code=None).order_by().values_list(*by)
    return list(
        rows.annotate(
            sold=-Sum("amount", filter=sold, default=ZERO),
            owed=-Sum("amount", filter=owed, default=ZERO),
            bought=Sum("amount", filter=bought, default=ZERO),
            reclaimed=Sum("amount", filter=reclaimed, default=ZERO),
        )
    )


def _accounts() -> tuple[Q, Q, Q]:
    """Return the conditions for lines of what is sold, of VAT owed and of VAT reclaimed. One query."""
    keys: tuple[list[int], list[int], list[int]] = ([], [], [])
    for key, kind, role in Account.objects.values_list("pk", "kind", "role"):
        if kind == Account.Kind.INCOME or role in SOLD_ON:
            keys[0].append(key)
        elif role in (chart.VAT_PAYABLE, chart.INPUT_VAT):
            keys[1 if role == chart.VAT_PAYABLE else 2].append(key)
    sold, owed, reclaimed = (Q(account__in=found) for found in keys)
    return sold, owed, reclaimed
