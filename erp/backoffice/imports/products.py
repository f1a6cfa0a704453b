"""The products that a document names: found or made at first sight, and brought onto the shelf."""

import re
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.utils.text import slugify
from oscar.core.loading import get_model

from erp import stocktaking
from erp.inventory.services import available
from erp.sales.services import is_goods

from .documents import Document
from .rows import Row
from .rules import Rules

Product = get_model("catalogue", "Product")
StockRecord = get_model("partner", "StockRecord")

Products = dict[str, Any]


def find_or_make(rows: Sequence[Row], rules: Rules) -> Products:
    """Return the products of rows by stock code. Four statements at most, whatever the number of rows."""
    first = {row.sku: row for row in reversed(rows)}
    found = _sold(first, rules) if first else {}
    if missing := [row for sku, row in first.items() if sku not in found]:
        known = Product.objects.select_related("product_class", "parent__product_class")
        found |= {product.upc: product for product in known.filter(upc__in=[row.sku for row in missing])}
    return found | _made([row for row in missing if row.sku not in found], rules)


def put_on_shelf(document: Document, products: Products, rules: Rules) -> None:
    """Receive what is missing on the shelf to ship a document, against opening balances."""
    wanted: dict[str, int] = defaultdict(int)
    for row in document.rows:
        if is_goods(products[row.sku]):
            wanted[row.sku] += row.quantity
    here = _available([products[sku].pk for sku in wanted])
    lines = [
        (products[sku], short, short * rules.costs[sku])
        for sku, quantity in wanted.items()
        if (short := quantity - here.get(products[sku].pk, 0)) > 0
    ]
    if lines:
        stocktaking.receive_opening(lines, on=document.on, key=document.key)


def _sold(skus: Any, rules: Rules) -> Products:
    records = StockRecord.objects.filter(partner=rules.partner, partner_sku__in=list(skus))
    records = records.select_related("product__product_class", "product__parent__product_class")
    return {record.partner_sku: record.product for record in records}


def _made(rows: Sequence[Row], rules: Rules) -> Products:
    products = Product.objects.bulk_create(_product(row, rules) for row in rows)
    StockRecord.objects.bulk_create(
        StockRecord(
            product=product,
            partner=rules.partner,
            partner_sku=row.sku,
            price_currency=settings.CURRENCY,
            price=rules.shop_price(row.price),
            num_in_stock=0 if is_goods(product) else None,
        )
        for row, product in zip(rows, products, strict=True)
    )
    return {product.upc: product for product in products}


def _product(row: Row, rules: Rules) -> Any:
    return Product(
        structure=Product.STANDALONE,
        product_class=rules.goods if re.search(r"\d", row.sku) else rules.service,
        upc=row.sku,
        title=row.title,
        slug=slugify(row.title) or slugify(row.sku) or "product",
        is_public=False,
    )


def _available(products: Sequence[int]) -> dict[int, int]:
    records = StockRecord.objects.filter(product_id__in=products)
    return {record.product_id: available(record) for record in records}
