"""Prices by SKU. Each change is kept, as if somebody had typed it."""

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any

from django.conf import settings
from oscar.core.loading import get_model

from erp.inventory import services as inventory

from .cells import Column, positive, text
from .kind import Facts, Key, Kind, Run, Want

StockRecord = get_model("partner", "StockRecord")


class Prices(Kind):
    name = "prices"
    title = "Prices"
    needs = "catalogue.change_product"
    columns = (
        Column("sku", text(128), is_required=True),
        Column("title", text(255), compared=False, told=True),
        Column("price", positive, is_required=True, may_be_empty=True),
        Column("currency", text(3), compared=False),
    )
    help = "sku, price. An empty price: not for sale."

    def hold(self, wants: Sequence[Want]) -> None:
        inventory.hold_prices(row.product_id for row in records(want.key[0] for want in wants).values())

    def now(self, keys: Iterable[Key]) -> dict[Key, Facts]:
        return {(sku,): {"price": price(record)} for sku, record in records(sku for (sku,) in keys).items()}

    def check(self, wants: Sequence[Want]) -> None:
        for want in wants:
            if want.values.get("currency", "").upper() not in ("", settings.CURRENCY):
                want.refuse("currency", f"prices are in {settings.CURRENCY}")

    def write(self, wants: Sequence[Want], run: Run) -> None:
        found = records(want.key[0] for want in wants)
        changes = [(found[want.key[0]], amount_of(want.values["price"])) for want in wants]
        inventory.set_prices(changes, by=run.by)

    def everything(self) -> Iterator[Facts]:
        rows = StockRecord.objects.select_related("product__parent").order_by("partner_sku", "pk")
        for record in rows.iterator():
            yield {
                "sku": record.partner_sku,
                "title": record.product.get_title(),
                "price": price(record),
                "currency": record.price_currency,
            }


def records(skus: Iterable[str]) -> dict[str, Any]:
    """Return the stock records of products by SKU, with their products."""
    rows = StockRecord.objects.filter(partner_sku__in=list(skus)).select_related("product")
    return {record.partner_sku: record for record in rows}


def price(record: Any) -> str:
    """Return a price as a file says it."""
    return "" if record.price is None else f"{record.price:.2f}"


def amount_of(words: str) -> Decimal | None:
    """Return the amount that a file says; None for none."""
    return Decimal(words) if words else None
