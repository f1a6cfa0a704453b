"""Which tax code a product falls under."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from accounting.models import TaxCode
from accounting.refusal import Refusal

from .models import ProductTax, TaxClass, TaxRule


class NoTaxRule(Refusal):
    """Nothing says how a product is taxed in a country."""


@dataclass(frozen=True, slots=True)
class TaxTable:
    """The tax codes of every class of goods in one country on one day."""

    country: str
    codes: dict[int, TaxCode]
    default: int | None

    def code_for(self, product: Any) -> TaxCode:
        """Return the tax code of a product: its own class, else its parent's, else the default.

        Fetch products with select_related("product_tax", "parent__product_tax"). Raises NoTaxRule.
        """
        tax_class = _class_of(product) or (product.parent_id and _class_of(product.parent)) or self.default
        if tax_class not in self.codes:
            raise NoTaxRule(f"Nothing says how '{product.get_title()}' is taxed in {self.country}.")
        return self.codes[tax_class]


def tax_table(*, country: str, on: date) -> TaxTable:
    """Return the tax codes that hold in a country on a day: of two the one that began later. One query."""
    return tax_tables({country}, on=on)[country]


def tax_tables(countries: set[str], *, on: date) -> dict[str, TaxTable]:
    """Return the tax codes that hold on a day by country. One query."""
    rules = list(TaxRule.objects.filter(country__in=countries | {""}).select_related("tax_class", "tax_code"))
    return {
        country: _table(country, [rule for rule in rules if rule.country in (country, "")], on=on)
        for country in countries
    }


def _table(country: str, rules: list[TaxRule], *, on: date) -> TaxTable:
    codes: dict[int, TaxCode] = {}
    default = None
    # What comes last wins: the country's own rule, and of its codes the newest.
    for rule in sorted(rules, key=lambda rule: (rule.country, rule.tax_code.valid_from)):
        if _holds(rule.tax_code, on):
            codes[rule.tax_class_id] = rule.tax_code
        if rule.tax_class.is_default:
            default = rule.tax_class_id
    return TaxTable(country=country, codes=codes, default=default)


def classify(product: Any, tax_class: TaxClass | None) -> None:
    """Say which class of goods a product is. None is its parent's class, or the default."""
    if tax_class is None:
        ProductTax.objects.filter(product=product).delete()
    else:
        ProductTax.objects.update_or_create(product=product, defaults={"tax_class": tax_class})


def _holds(code: TaxCode, on: date) -> bool:
    return code.valid_from <= on and (code.valid_to is None or on <= code.valid_to)


def _class_of(product: Any) -> int | None:
    row = getattr(product, "product_tax", None)
    return row.tax_class_id if row else None
