"""Puts the catalogue of catalogue.json on the shelves of the shop: types, categories, products, prices.

Quantities and pictures come later, from their own modules.
"""

import json
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.html import format_html
from django.utils.text import slugify
from oscar.core.loading import get_model

from erp.inventory.services import company_partner
from erp.sales.models import ProductTax, TaxClass

Category = get_model("catalogue", "Category")
Product = get_model("catalogue", "Product")
ProductAttribute = get_model("catalogue", "ProductAttribute")
ProductAttributeValue = get_model("catalogue", "ProductAttributeValue")
ProductCategory = get_model("catalogue", "ProductCategory")
ProductClass = get_model("catalogue", "ProductClass")
StockRecord = get_model("partner", "StockRecord")

DATA = json.loads((Path(__file__).parent / "catalogue.json").read_text(encoding="utf-8"))
LOW_STOCK = 5

Row = dict[str, Any]


def everything() -> Iterator[Row]:
    """Every product and variant; a variant has what it does not say itself from its parent."""
    for row in DATA["products"]:
        yield row
        inherited = {key: row[key] for key in ("price", "cost", "category", "type") if key in row}
        for variant in row.get("variants", ()):
            yield inherited | variant | {"parent": row["sku"]}


@transaction.atomic
def load(say: Callable[[str], None], *, today: date) -> None:
    """Write the whole catalogue."""
    if Product.objects.filter(upc__in=[row["sku"] for row in everything()]).exists():
        return
    say("catalogue")
    types = {name: _product_type(name, row) for name, row in DATA["types"].items()}
    categories = _categories()
    rows = list(everything())
    products = _products(rows, types)
    ProductCategory.objects.bulk_create(
        ProductCategory(product=products[row["sku"]], category=categories[row["category"]])
        for row in DATA["products"]
    )
    _write_attributes(rows, products, types)
    _write_prices(rows, products, types)
    reduced = TaxClass.objects.get(code="reduced")
    ProductTax.objects.bulk_create(
        ProductTax(product=products[row["sku"]], tax_class=reduced)
        for row in DATA["products"]
        if row.get("tax") == "reduced"
    )


def _product_type(name: str, row: Row) -> Any:
    kind = ProductClass.objects.create(
        name=name,
        track_stock=row.get("track_stock", True),
        requires_shipping=row.get("requires_shipping", True),
    )
    ProductAttribute.objects.bulk_create(
        ProductAttribute(product_class=kind, code=code, name=label, type=ProductAttribute.TEXT)
        for code, label in row["attributes"].items()
    )
    return kind


def _categories() -> dict[str, Any]:
    """Write both levels of categories; return them by slug."""
    written = {}
    for row in DATA["categories"]:
        written[row["slug"]] = top = Category.objects.add_root(_category(row))
        for child in row["children"]:
            written[child["slug"]] = Category.objects.add_child(top, _category(child))
    return written


def _category(row: Row) -> dict[str, str]:
    return {"name": row["name"], "slug": row["slug"], "description": _paragraph(row["text"])}


def _products(rows: list[Row], types: dict[str, Any]) -> dict[str, Any]:
    """Write products, then their variants; return them by SKU."""
    tops = [_product(row, types[row["type"]]) for row in rows if "parent" not in row]
    products = {product.upc: product for product in Product.objects.bulk_create(tops)}
    variants = [_variant(row, products[row["parent"]]) for row in rows if "parent" in row]
    products |= {product.upc: product for product in Product.objects.bulk_create(variants)}
    return products


def _product(row: Row, kind: Any) -> Any:
    return Product(
        structure=Product.PARENT if "variants" in row else Product.STANDALONE,
        product_class=kind,
        upc=row["sku"],
        title=row["title"],
        slug=slugify(row["title"]),
        priority=row.get("priority", 0),  # what the home page shows first
        description=_paragraph(row["text"]),
        meta_description=row["text"].split(". ")[0].rstrip(".") + ".",
    )


def _variant(row: Row, parent: Any) -> Any:
    return Product(
        structure=Product.CHILD,
        parent=parent,
        upc=row["sku"],
        title=row["title"],
        slug=slugify(row["title"]),
    )


def _write_attributes(rows: list[Row], products: dict[str, Any], types: dict[str, Any]) -> None:
    known = {
        (kind.name, attribute.code): attribute
        for kind in types.values()
        for attribute in kind.attributes.all()
    }
    ProductAttributeValue.objects.bulk_create(
        ProductAttributeValue(
            product=products[row["sku"]], attribute=known[row["type"], code], value_text=value
        )
        for row in rows
        for code, value in row.get("attributes", {}).items()
    )


def _write_prices(rows: list[Row], products: dict[str, Any], types: dict[str, Any]) -> None:
    """Give everything that can be bought its stock record, with nothing on the shelf yet."""
    partner = company_partner()
    StockRecord.objects.bulk_create(
        StockRecord(
            product=products[row["sku"]],
            partner=partner,
            partner_sku=row["sku"],
            price_currency=settings.OSCAR_DEFAULT_CURRENCY,
            price=Decimal(row["price"]),
            num_in_stock=0 if types[row["type"]].track_stock else None,
            low_stock_threshold=LOW_STOCK if types[row["type"]].track_stock else None,
        )
        for row in rows
        if "variants" not in row
    )


def _paragraph(text: str) -> str:
    return format_html("<p>{}</p>", text)
