"""What products are now, as words of a file. They are written in `cataloguing`."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import Prefetch, Q
from oscar.core.loading import get_model

from ..safe_html import harmless_markup
from . import attributes
from .attributes import PREFIX, ProductAttributeValue
from .cells import tidy as tidy_text
from .kind import Facts, Want
from .prices import price

BasketLine = get_model("basket", "Line")
Category = get_model("catalogue", "Category")
OrderLine = get_model("order", "Line")
Product = get_model("catalogue", "Product")
ProductAttribute = get_model("catalogue", "ProductAttribute")
ProductCategory = get_model("catalogue", "ProductCategory")
ProductClass = get_model("catalogue", "ProductClass")
StockRecord = get_model("partner", "StockRecord")

BELOW, AND = ">", "|"
UNNAMED = "product:"


@dataclass(frozen=True)
class Known:
    """What rows about products may name: types, attributes, parents here and in the same file."""

    wants: Sequence[Want]

    @cached_property
    def types(self) -> dict[str, Any]:
        return {kind.name: kind for kind in ProductClass.objects.all()}

    @property
    def only_type(self) -> str:
        return next(iter(self.types)) if len(self.types) == 1 else ""

    @cached_property
    def attributes(self) -> dict[tuple[int, str], Any]:
        rows = ProductAttribute.objects.select_related("option_group")
        rows = rows.prefetch_related("option_group__options")
        return {(row.product_class_id, row.code.lower()): row for row in rows}

    @cached_property
    def parents(self) -> set[str]:
        return {want.values["parent"] for want in self.wants if want.values.get("parent")}

    @cached_property
    def _in_file(self) -> dict[str, Want]:
        return {want.key[0]: want for want in self.wants}

    @cached_property
    def _here(self) -> dict[str, Any]:
        return {
            sku_of(row): row for row in found(self.parents | {want.says("parent") for want in self.wants})
        }

    def structure_of(self, sku: str) -> str:
        if sku in self._in_file:
            return self._in_file[sku].says("structure")
        return self._here[sku].structure if sku in self._here else ""

    def type_of(self, sku: str) -> str:
        if sku in self._in_file:
            return self._in_file[sku].says("type")
        return self._here[sku].product_class.name if sku in self._here else ""


def known(wants: Sequence[Want]) -> Known:
    """Return what rows may name."""
    return Known(wants)


def paths(words: str) -> list[list[str]]:
    """Return categories as paths of names, such as Lamps > Floor | Sale."""
    return [[name.strip() for name in path.split(BELOW)] for path in words.split(AND)] if words else []


def tidy(words: str) -> str:
    """Return the one way of writing some categories."""
    return f" {AND} ".join(sorted({f" {BELOW} ".join(path) for path in paths(words)}))


def sku_of(product: Any) -> str:
    """Return what a file calls a product: its SKU, or the UPC of one with variants."""
    for record in product.stockrecords.all():
        return record.partner_sku
    return product.upc or f"{UNNAMED}{product.pk}"


def found(skus: Iterable[str]) -> list[Any]:
    """Return the products that a file names, with all that a file says of them."""
    names = [sku for sku in skus if sku]
    unnamed = [int(name[len(UNNAMED) :]) for name in names if _is_unnamed(name)]
    wanted = set(StockRecord.objects.filter(partner_sku__in=names).values_list("product", flat=True))
    others = Q(upc__in=names) | Q(pk__in=unnamed)
    wanted |= set(Product.objects.filter(others, stockrecords=None).values_list("pk", flat=True))
    return by_keys(sorted(wanted))


def by_keys(keys: Sequence[int]) -> list[Any]:
    """Return products in the order of their keys, with all that a file says of them. A few queries."""
    values = ProductAttributeValue.objects.select_related("attribute", "value_option")
    values = values.prefetch_related("value_multi_option")
    rows = Product.objects.filter(pk__in=keys)
    rows = rows.select_related("product_class", "parent__product_class", "product_tax__tax_class")
    return list(
        rows.prefetch_related(
            "stockrecords",
            "parent__stockrecords",
            "categories",
            Prefetch("attribute_values", queryset=values),
        ).order_by("pk")
    )


def facts(products: Iterable[Any]) -> Iterator[tuple[str, Facts]]:
    """Yield what is so of products, in the words of a file."""
    names = category_names()
    for product in products:
        record = next(iter(product.stockrecords.all()), None)
        tax = getattr(product, "product_tax", None)
        kind = product.get_product_class()
        said = {
            "title": product.title,
            "type": kind.name if kind else "",
            "structure": product.structure,
            "parent": sku_of(product.parent) if product.parent_id else "",
            "categories": f" {AND} ".join(sorted(names[row.pk] for row in product.categories.all())),
            "price": price(record) if record else "",
            "tax_class": tax.tax_class.code if tax else "",
            "public": "yes" if product.is_public else "no",
            "warn_at": ""
            if record is None or record.low_stock_threshold is None
            else str(record.low_stock_threshold),
            "description": harmless_markup(tidy_text(product.description)),
        }
        for value in product.attribute_values.all():
            said[PREFIX + value.attribute.code.lower()] = attributes.stored(value)
        yield sku_of(product), said


def category_names() -> dict[int, str]:
    """Return the full name of each category, such as Lamps > Floor."""
    names: dict[int, str] = {}
    above: list[str] = []
    for pk, depth, name in Category.objects.order_by("path").values_list("pk", "depth", "name"):
        above[depth - 1 :] = [name]
        names[pk] = f" {BELOW} ".join(above)
    return names


def _is_unnamed(name: str) -> bool:
    return name.startswith(UNNAMED) and name[len(UNNAMED) :].isdecimal() and len(name) < 26
