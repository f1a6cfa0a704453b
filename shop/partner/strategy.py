"""Price and availability of a product for whoever is looking at it.

One partner, one stock record a product: the price is StockRecord.price, stated as the company says,
and what can be bought says `erp.inventory.free`: what is here and nobody else's, and what may be ordered
beyond that.
"""

from collections.abc import Iterable
from functools import cached_property, partial

from django.utils import timezone
from django.utils.timezone import localdate
from oscar.apps.partner.prices import Unavailable as NoPrice
from oscar.apps.partner.strategy import Base, PurchaseInfo

from accounting.money import money
from erp.documents.models import Company
from erp.documents.services import company
from erp.sales.taxation import Taxation, taxation
from shop.answers import Answers, wished_prices
from shop.keys import key_of

from .availability import NotForSale, Stock
from .prices import UnitPrice
from .supply import Supply


class Strategy(Base):
    @cached_property
    def company(self) -> Company:
        return company()

    @property
    def prices(self) -> str:
        """Return what prices mean to this customer: gross or net."""
        return self.taxation.prices

    @cached_property
    def taxation(self) -> Taxation:
        """Return how a sale of today is taxed where the goods go: home until the customer says otherwise."""
        return self._taxation(Answers.of(self.request) if self.request else Answers())

    def require_taxes(self, basket, answers: Answers) -> None:
        """Raise NoTaxRule where the goods of a basket could not be sold to who answered so."""
        taxed = self._taxation(answers)
        for line in basket.all_lines():
            taxed.code_for(line.product)

    def _taxation(self, answers: Answers) -> Taxation:
        wished = wished_prices(self.request) if self.request else "gross"
        buyer = answers.buyer(home=self.company.country)
        return taxation(self.company, buyer, prices=wished, on=localdate())

    @cached_property
    def key(self) -> str:
        """Return the key of the sale that this visit may come to: what is held for it is free for it."""
        return key_of(self.request.plain_basket.pk) if self.request else ""

    def supply(self, products: Iterable[int], *, key: str | None = None) -> Supply:
        """Return what this visit can get of products at the moment, or the sale with a key."""
        return Supply(products, key=self.key if key is None else key, now=timezone.now())

    def fetch_for_product(self, product, stockrecord=None, *, supply: Supply | None = None) -> PurchaseInfo:
        """Return price and availability. Who asks about many products brings what is free of them all."""
        record = stockrecord or next(iter(product.stockrecords.all()), None)
        if record is None or record.price is None:
            return PurchaseInfo(
                price=NoPrice(), availability=NotForSale(product.get_title()), stockrecord=record
            )
        availability = self._availability(product, supply or self.supply([product.pk]))
        return PurchaseInfo(self._price(product, record), availability, record)

    def fetch_for_line(self, line, stockrecord=None) -> PurchaseInfo:
        return self.fetch_for_product(
            line.product, stockrecord or line.stockrecord, supply=line.basket.supply
        )

    def fetch_for_parent(self, product) -> PurchaseInfo:
        """A parent is never sold itself: choose one of its variants."""
        return PurchaseInfo(price=NoPrice(), availability=NotForSale(product.get_title()), stockrecord=None)

    def _price(self, product, record) -> UnitPrice:
        return UnitPrice(
            self.taxation.unit_price(product, money(record.price)),
            currency=record.price_currency,
            mode=self.prices,
            find_code=lambda: self.taxation.code_for(product),
        )

    def _availability(self, product, supply: Supply) -> Stock | NotForSale:
        shown = product.is_public and (product.parent is None or product.parent.is_public)
        if not shown:
            return NotForSale(product.get_title())
        if not product.get_product_class().track_stock:
            return Stock(product.get_title(), None)
        found = supply.of(product.pk)
        find_day = partial(supply.day, product.pk)
        return Stock(product.get_title(), found.here, found.later, find_day=find_day)


class Selector:
    """Where Oscar asks for a strategy."""

    def strategy(self, request=None, user=None, **kwargs) -> Strategy:
        return Strategy(request)
