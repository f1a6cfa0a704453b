"""What holds for a whole import: its price mode, its VAT, costs, and what is numbered already."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.transaction import atomic
from oscar.core.loading import get_model

from accounting.models import NumberSeries, TaxCode
from accounting.money import ZERO, money
from accounting.refusal import Refusal
from erp.documents.services import company
from erp.inventory.services import company_partner
from erp.sales.pricing import tax_on

from .documents import Document
from .rows import FIRST_YEAR

ProductClass = get_model("catalogue", "ProductClass")

SHARE_OF_COST = Decimal("0.60")
Series = tuple[str, int]


class OutOfOrder(Refusal):
    """A document is older than one that has its number already."""


@dataclass(frozen=True, slots=True)
class Rules:
    """How the documents of one file are taken.

    `costs` is what a piece of each product is taken to have cost; `last_issued` the day of the last
    document of each series and year; `shop_prices` the price mode of the shop's own prices.
    """

    prices: str
    shop_prices: str
    tax_code: TaxCode
    costs: dict[str, Decimal]
    last_issued: dict[Series, date]
    goods: Any
    service: Any
    partner: Any

    def shop_price(self, price: Decimal) -> Decimal:
        """Return a price of the file as the shop states its prices."""
        if self.prices == self.shop_prices:
            return price
        tax = tax_on(price, self.tax_code.rate, prices=self.prices)
        return price - tax if self.prices == "gross" else price + tax

    def require_order(self, document: Document) -> None:
        """Raise OutOfOrder where later papers have their numbers already."""
        series = "CN" if document.is_credit else "INV"
        last = self.last_issued.get((series, document.on.year))
        if last and document.on < last:
            papers = "credit notes" if document.is_credit else "invoices"
            raise OutOfOrder(f"dated {document.on}, but {papers} up to {last} have their numbers already")


@atomic
def rules_for(documents: Iterable[Document], *, prices: str, rate: Decimal) -> Rules:
    """Find or make what an import of these documents needs: its tax code, its kinds of products."""
    tax_code = _tax_code(rate)
    return Rules(
        prices=prices,
        shop_prices=company().prices,
        tax_code=tax_code,
        costs=_costs(documents, rate if prices == "gross" else ZERO),
        last_issued=_last_issued(),
        goods=_kind("Goods", is_goods=True),
        service=_kind("Service", is_goods=False),
        partner=company_partner(),
    )


def _tax_code(rate: Decimal) -> TaxCode:
    shown = f"{rate.normalize():f}"
    code, _ = TaxCode.objects.get_or_create(
        code=f"IMPORT-{shown}",
        defaults={
            "name": f"VAT {shown} % of imported orders",
            "country": company().country,
            "category": TaxCode.Category.STANDARD if rate else TaxCode.Category.ZERO,
            "rate": rate,
            "valid_from": date(FIRST_YEAR, 1, 1),
        },
    )
    return code


def _costs(documents: Iterable[Document], rate: Decimal) -> dict[str, Decimal]:
    """Return 60 % of the first net price of each product. `rate` is the VAT that prices contain."""
    costs: dict[str, Decimal] = {}
    for document in documents:
        for row in document.rows:
            if row.sku not in costs:
                net = row.price - tax_on(row.price, rate, prices="gross")
                costs[row.sku] = money(net * SHARE_OF_COST)
    return costs


def _last_issued() -> dict[Series, date]:
    rows = NumberSeries.objects.exclude(last_on=None)
    return {(row.series, row.year): row.last_on for row in rows if row.last_on}


def _kind(name: str, *, is_goods: bool) -> Any:
    kinds = ProductClass.objects.filter(name=name, track_stock=is_goods)
    return kinds.order_by("pk").first() or ProductClass.objects.create(
        name=name, track_stock=is_goods, requires_shipping=is_goods
    )
