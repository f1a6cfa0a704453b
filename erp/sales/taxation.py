"""What the prices of one sale mean and how its goods are taxed: rules, rates, buyer and day in one.

The price of a product is stated once, with the VAT of home in it or without. A consumer pays the same gross
price wherever he lives, of which his country's VAT is a part; stated net, its VAT comes on top. Where no VAT
is due the price is the stated one less the VAT of home, and the net price is what counts.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from accounting.models import TaxCode
from accounting.money import ZERO, spread
from erp.documents.models import Company

from .pricing import tax_on
from .sale import SaleLine
from .taxes import NoTaxRule, TaxTable, tax_tables
from .treatment import Basis, Buyer, Seller, of_goods, of_services

Part = tuple[TaxCode, Decimal]
ANYWHERE = "ZZ"  # the country of codes that hold for every seller
UNTAXED = frozenset("KGO") | {"AE"}  # the price holds no VAT at all; an exempt small business has one price


@dataclass(frozen=True, slots=True)
class Taxation:
    """How a sale is taxed. `stated` is what the company's prices mean, `prices` what the sale's do."""

    stated: str
    prices: str
    goods: Basis
    services: Basis
    tables: dict[str, TaxTable]
    without: dict[str, TaxCode]
    home: str
    spreads_shipping: bool

    def code_for(self, product: Any) -> TaxCode:
        """Return the tax code that a product is sold at. Raises NoTaxRule."""
        basis = self.goods if lies_somewhere(product) else self.services
        if basis.is_taxed:
            return self.tables[basis.country].code_for(product)
        if basis.category not in self.without:
            raise NoTaxRule(f"There is no tax code of category {basis.category} for {self.home}.")
        return self.without[basis.category]

    def unit_price(self, product: Any, stated: Decimal) -> Decimal:
        """Return what a piece costs in the sale's price mode. Raises NoTaxRule."""
        if self.stated == self.prices:
            return stated
        return self._converted(stated, self.code_for(product), self._home_code(product))

    def charges(self, stated: Decimal, lines: Iterable[SaleLine]) -> tuple[Part, ...]:
        """Return a charge for shipping, in the sale's price mode: one part a tax code, the main one first.

        It is taxed as most of the goods are, or in proportion to them.
        """
        kinds = _amounts_by_codes(self, lines)
        return self._charged(stated, kinds if self.spreads_shipping else _main(kinds))

    def fee(self, stated: Decimal, lines: Iterable[SaleLine]) -> Part:
        """Return a surcharge in the sale's price mode, taxed as most of the goods are."""
        return self._charged(stated, _main(_amounts_by_codes(self, lines)))[0]

    def _charged(self, stated: Decimal, kinds: "Kinds") -> tuple[Part, ...]:
        parts: dict[str, Part] = {}
        shares = spread(stated, [amount for _, amount in kinds.values()]) if kinds else []
        for ((code, at_home), _), share in zip(kinds.values(), shares, strict=True):
            _, known = parts.get(code.code, (code, ZERO))
            parts[code.code] = (code, known + self._converted(share, code, at_home))
        return tuple(sorted(parts.values(), key=lambda part: -part[1]))

    def _home_code(self, product: Any) -> TaxCode:
        return self.tables[self.home].code_for(product)

    def _converted(self, stated: Decimal, code: TaxCode, at_home: TaxCode) -> Decimal:
        if self.stated == self.prices:
            return stated
        if self.prices == "gross":
            return stated + tax_on(stated, code.rate, prices="net")
        contained = at_home.rate if code.category in UNTAXED else code.rate
        return stated - tax_on(stated, contained, prices="gross")


Kinds = dict[tuple[str, str], tuple[tuple[TaxCode, TaxCode], Decimal]]


def taxation(firm: Company, buyer: Buyer, *, prices: str, on: date) -> Taxation:
    """Return how a sale of today is taxed. `prices` is what the customer wants to see: gross or net.

    One query, and a second where no VAT is due.
    """
    seller = Seller(
        firm.country, is_small=firm.vat_scheme != "standard", pays_abroad=firm.vat_abroad == "destination"
    )
    goods, services = of_goods(seller, buyer), of_services(seller, buyer)
    countries = {seller.country} | {basis.country for basis in (goods, services) if basis.is_taxed}
    categories = {basis.category for basis in (goods, services) if basis.category}
    return Taxation(
        stated=firm.prices,
        prices="net" if categories & UNTAXED else prices,
        goods=goods,
        services=services,
        tables=tax_tables(countries, on=on),
        without=_without(seller.country, categories, on=on) if categories else {},
        home=seller.country,
        spreads_shipping=firm.shipping_tax == "pro rata",
    )


def less(parts: Iterable[Part], off: Decimal) -> tuple[Part, ...]:
    """Take an amount off a charge, in proportion to its parts."""
    parts = tuple(parts)
    shares = spread(off, [amount for _, amount in parts]) if parts else []
    return tuple((code, amount - share) for (code, amount), share in zip(parts, shares, strict=True))


def lies_somewhere(product: Any) -> bool:
    """Whether the law takes a product for goods: it is counted, or at least shipped."""
    kind = product.get_product_class()
    return kind.track_stock or kind.requires_shipping


def _amounts_by_codes(taxed: Taxation, lines: Iterable[SaleLine]) -> Kinds:
    """Return what lines come to by the code they are taxed at and the one they would be at home."""
    kinds: Kinds = {}
    for line in lines:
        at_home = taxed._home_code(line.product) if taxed.prices != taxed.stated else line.tax_code
        key = (line.tax_code.code, at_home.code)
        _, known = kinds.get(key, (None, ZERO))
        amount = line.unit_price * line.quantity - line.discount
        kinds[key] = ((line.tax_code, at_home), known + amount)
    return kinds


def _main(kinds: Kinds) -> Kinds:
    """Return the kind of goods that makes up most of them; none of none."""
    main = max(kinds, key=lambda key: (kinds[key][1], key), default=None)
    return {} if main is None else {main: kinds[main]}


def _without(country: str, categories: Iterable[str], *, on: date) -> dict[str, TaxCode]:
    """Return the tax codes of a seller's country under which no VAT is charged, by category."""
    rows = TaxCode.objects.filter(
        country__in=(country, ANYWHERE), category__in=categories, valid_from__lte=on
    )
    found = sorted(rows, key=lambda row: (row.country == country, row.valid_from))
    return {row.category: row for row in found if row.valid_to is None or on <= row.valid_to}
