"""Which tax code a product falls under."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from accounting.models import TaxCode
from accounting.money import ZERO, spread
from accounting.refusal import Refusal

from .models import ProductTax, TaxClass, TaxRule
from .sale import SaleLine


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

    def main(self, amounts: Iterable[tuple[TaxCode, Decimal]]) -> TaxCode | None:
        """Return the tax code with the largest amount: shipping follows the goods."""
        sums: dict[str, tuple[Decimal, TaxCode]] = {}
        for code, amount in amounts:
            known = sums.get(code.code)
            sums[code.code] = (amount + (known[0] if known else 0), code)
        best = max(sums.items(), key=lambda item: (item[1][0], item[0]), default=None)
        return best[1][1] if best else None


def tax_table(*, country: str, on: date) -> TaxTable:
    """Return the tax codes that hold in a country on a day: of two the one that began later. One query."""
    rules = TaxRule.objects.filter(country__in=(country, "")).select_related("tax_class", "tax_code")
    codes: dict[int, TaxCode] = {}
    default = None
    # What comes last wins: the country's own rule, and of its codes the newest.
    for rule in sorted(rules, key=lambda rule: (rule.country, rule.tax_code.valid_from)):
        if _holds(rule.tax_code, on):
            codes[rule.tax_class_id] = rule.tax_code
        if rule.tax_class.is_default:
            default = rule.tax_class_id
    return TaxTable(country=country, codes=codes, default=default)


def shipping_parts(charge: Decimal, lines: Iterable[SaleLine]) -> tuple[tuple[TaxCode, Decimal], ...]:
    """Spread a charge over the tax codes of goods, in proportion to what they cost; to the cent."""
    codes: dict[str, TaxCode] = {}
    sums: dict[str, Decimal] = {}
    for line in lines:
        code = line.tax_code.code
        codes[code] = line.tax_code
        sums[code] = sums.get(code, ZERO) + line.unit_price * line.quantity - line.discount
    shares = spread(charge, list(sums.values()))
    return tuple((codes[code], share) for code, share in zip(sums, shares, strict=True) if share)


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
