"""Says what should be ordered from whom, and why.

A product is short when what can be expected to be left of it, once all that is on order has come and all
who wait are served, will not last until new goods could be here. Of those who sell it the preferred
supplier is asked, else the one whose pieces cost least.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Sum
from django.db.transaction import atomic
from oscar.core.loading import get_model

from accounting.money import money
from erp import forecast, procure_to_pay
from erp.inventory.models import Backorder, StockMove
from erp.inventory.services import hold_warehouse, main_warehouse
from erp.purchasing.models import PurchaseOrder, SupplierPrice

StockRecord = get_model("partner", "StockRecord")

SHORT, LONG = 30, 90


@dataclass(frozen=True, slots=True)
class Stand:
    """How a product stands: pieces here, promised to orders, on order, waited for; sold in 30 and 90 days."""

    on_hand: int
    reserved: int
    incoming: int
    waiting: int
    minimum: int
    sold_short: int
    sold_long: int

    @property
    def forecast(self) -> int:
        """Pieces left when all on order has come and all who wait are served."""
        return self.on_hand - self.reserved + self.incoming - self.waiting

    @property
    def a_day(self) -> Decimal:
        """Pieces sold a day: the faster of the last 30 and the last 90 days, so that a season is noticed."""
        return max(Decimal(self.sold_short) / SHORT, Decimal(self.sold_long) / LONG)

    def wanted_for(self, days: int) -> int:
        """Pieces that should be there to last some days and leave the minimum."""
        return self.minimum + math.ceil(self.a_day * days)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Pieces of a product to be ordered from a supplier, and why in words."""

    product: Any
    price: SupplierPrice
    quantity: int
    stand: Stand
    days: int

    @property
    def why(self) -> str:
        """Return how the quantity came about."""
        stand = self.stand
        left = f"{stand.on_hand} here, {stand.reserved} promised"
        left += f", {stand.incoming} on order" if stand.incoming else ""
        left += f", {stand.waiting} waited for" if stand.waiting else ""
        sold = f"{stand.sold_short} sold in {SHORT} days, {stand.sold_long} in {LONG}"
        sold = sold if stand.sold_long else f"None sold in {LONG} days"
        need = stand.wanted_for(self.days)
        return (
            f"{stand.forecast} will be left ({left}). {sold}: {need} should last the {self.days} days"
            f" until new ones are here and leave at least {stand.minimum}.{self._rounded(need)}"
        )

    def _rounded(self, need: int) -> str:
        short = need - self.stand.forecast
        if self.quantity == short:
            return ""
        packs = f"packs of {self.price.pack}" if self.price.pack > 1 else ""
        least = f"at least {self.price.minimum} an order" if self.price.minimum > short else ""
        return f" {short} are missing; sold in {' and '.join(filter(None, (packs, least)))}."

    @property
    def cost(self) -> Decimal:
        """Return what the pieces will cost, without VAT."""
        return money(self.price.price * self.quantity / self.price.pack)


@dataclass(frozen=True, slots=True)
class Shortage:
    """Pieces of a product that are short, and the price (by its key) at which they could be had."""

    price: int
    pieces: int
    stand: Stand
    days: int


def suggestions(*, on: date, products: Iterable[int] | None = None) -> list[Suggestion]:
    """Return what should be ordered on a day, by supplier and product. Few queries, however much it is."""
    short = shortages(on=on, products=products)
    rows = SupplierPrice.objects.select_related("supplier", "product__parent")
    prices = rows.in_bulk([row.price for row in short])
    found = [
        Suggestion(price.product, price, packed(row.pieces, price), row.stand, row.days)
        for row in short
        if (price := prices.get(row.price))
    ]
    return sorted(found, key=lambda row: (row.price.supplier.name, row.price.supplier_id, row.product.pk))


def shortages(*, on: date, products: Iterable[int] | None = None) -> list[Shortage]:
    """Return what is short on a day of what suppliers sell, or of some products."""
    sellers = _sellers(products)
    stands = _stands(list(sellers), on=on)
    found = []
    for product, (price, days) in sellers.items():
        if stand := stands.get(product):
            pieces = stand.wanted_for(days) - stand.forecast
            if pieces > 0:
                found.append(Shortage(price, pieces, stand, days))
    return found


def packed(short: int, price: SupplierPrice) -> int:
    """Return the fewest pieces in whole packs that are enough, and as many as the supplier asks for."""
    return math.ceil(max(short, price.minimum) / price.pack) * price.pack


@atomic
def draft(chosen: dict[int, int], *, on: date, by: Any = None) -> list[PurchaseOrder]:
    """Make a draft order a supplier of what is still suggested; `chosen` are pieces by product.

    What has been ordered meanwhile is left out, so that two who press at once order once.
    """
    hold_warehouse(main_warehouse())
    by_supplier: dict[Any, list[procure_to_pay.Wanted]] = defaultdict(list)
    for row in suggestions(on=on, products=chosen):
        by_supplier[row.price.supplier].append(procure_to_pay.Wanted(row.product, chosen[row.product.pk]))
    return [
        procure_to_pay.draft(supplier, lines=lines, on=on, by=by) for supplier, lines in by_supplier.items()
    ]


def _sellers(products: Iterable[int] | None) -> dict[int, tuple[int, int]]:
    """Return by product whose price is asked, by its key, and in how many days the goods are here.

    The preferred supplier is asked, else the one whose pieces cost least.
    """
    rows = SupplierPrice.objects.filter(supplier__is_active=True)
    if products is not None:
        rows = rows.filter(product__in=list(products))
    columns = ("is_preferred", "price", "pack", "pk", "product", "lead_days", "supplier__lead_days")
    found: dict[int, tuple[int, int]] = {}
    asked = sorted(rows.values_list(*columns), key=lambda row: (not row[0], row[1] / row[2], row[3]))
    for _, _, _, key, product, own_days, usual_days in asked:
        found.setdefault(product, (key, usual_days if own_days is None else own_days))
    return found


def _stands(products: Sequence[int], *, on: date) -> dict[int, Stand]:
    records = StockRecord.objects.filter(product__in=products, num_in_stock__isnull=False)
    incoming = forecast.incoming(products)
    drafted = _drafted(products)
    waiting = dict(Backorder.objects.filter(product__in=products).values_list("product", "waiting"))
    short, long = (_sold(products, since=on - timedelta(days=days), until=on) for days in (SHORT, LONG))
    return {
        record.product_id: Stand(
            on_hand=record.num_in_stock,
            reserved=record.num_allocated or 0,
            incoming=incoming.get(record.product_id, 0) + drafted.get(record.product_id, 0),
            waiting=waiting.get(record.product_id, 0),
            minimum=record.low_stock_threshold or 0,
            sold_short=short.get(record.product_id, 0),
            sold_long=long.get(record.product_id, 0),
        )
        for record in records
    }


def _drafted(products: Sequence[int]) -> dict[int, int]:
    """Return pieces on drafts: whoever has drafted an order means to send it."""
    rows = PurchaseOrder.objects.filter(state=PurchaseOrder.State.DRAFT, lines__product__in=products)
    return dict(rows.values_list("lines__product").annotate(Sum("lines__quantity")))


def _sold(products: Sequence[int], *, since: date, until: date) -> dict[int, int]:
    """Return pieces that left for customers after a day, less those that came back."""
    kinds = (StockMove.Kind.SHIPMENT, StockMove.Kind.RETURN)
    rows = StockMove.objects.filter(
        product__in=products, kind__in=kinds, moved_on__gt=since, moved_on__lte=until
    )
    return {
        product: max(-pieces, 0) for product, pieces in rows.values_list("product").annotate(Sum("quantity"))
    }
