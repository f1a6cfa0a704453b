"""What taxes need to begin with: the classes of goods, and their rates in each country as data."""

import csv
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from accounting.models import TaxCode

from .models import TaxClass, TaxRule

CLASSES = [
    ("standard", "Standard rate", True),
    ("reduced", "Reduced rate", False),
    ("super-reduced", "Lowest rate, as of books and food in some countries", False),
]
RULES = Path(__file__).parent / "tax_rules.csv"


def seed(**kwargs) -> None:
    """Add what is missing, change nothing that is there. Run after every migrate.

    Of a class and country that has rules, only those are added that begin after all of them.
    """
    for code, name, is_default in CLASSES:
        TaxClass.objects.get_or_create(code=code, defaults={"name": name, "is_default": is_default})
    classes = {row.code: row for row in TaxClass.objects.all()}
    codes = TaxCode.objects.in_bulk(field_name="code")
    latest = _latest()
    TaxRule.objects.bulk_create(
        TaxRule(tax_class=classes[tax_class], country=country, tax_code=codes[code])
        for country, tax_class, code in _rows()
        if code in codes and codes[code].valid_from > latest.get((tax_class, country), date.min)
    )


def _latest() -> dict[tuple[str, str], date]:
    """Return when the newest code of each class and country begins."""
    found: dict[tuple[str, str], date] = {}
    for tax_class, country, begins in TaxRule.objects.values_list(
        "tax_class__code", "country", "tax_code__valid_from"
    ):
        found[tax_class, country] = max(begins, found.get((tax_class, country), date.min))
    return found


def _rows() -> Iterator[tuple[str, str, str]]:
    with RULES.open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            country = row.pop("country")
            for tax_class, codes in row.items():
                yield from ((country, tax_class, code) for code in codes.split())
