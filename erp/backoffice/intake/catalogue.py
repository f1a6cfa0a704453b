"""Writes products of a list, many at a time, and reads them as words of a file."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.conf import settings
from django.db.models import Prefetch, Q
from django.utils import timezone
from django.utils.text import slugify
from oscar.core.loading import get_model

from erp.inventory import services as inventory
from erp.inventory.models import Backorder, PriceChange, StockLevel, StockMove
from erp.purchasing.models import PurchaseLine, SupplierPrice
from erp.sales.models import ProductTax, TaxClass

from . import attributes
from .attributes import PREFIX, ProductAttributeValue
from .kind import Facts, Want
from .prices import amount_of, price

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
USES: tuple[Any, ...] = (
    OrderLine,
    BasketLine,
    PriceChange,
    StockLevel,
    StockMove,
    Backorder,
    PurchaseLine,
    SupplierPrice,
)


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
            "description": product.description,
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


def hold(skus: Iterable[str]) -> None:
    """Lock products and what they are sold from."""
    keys = [row.pk for row in found(skus)]
    list(Product.objects.select_for_update(no_key=True, of=("self",)).filter(pk__in=keys).order_by("pk"))
    inventory.hold_prices(keys)


def write(wants: Sequence[Want], *, by: Any) -> None:
    """Write new and changed products; parents first, for their variants need them."""
    parents = [want for want in wants if want.says("structure") == Product.PARENT]
    others = [want for want in wants if want.says("structure") != Product.PARENT]
    for some in (parents, others):
        if some:
            _write(some, by=by)


def _write(wants: Sequence[Want], *, by: Any) -> None:
    around = known(wants)
    here = {sku_of(row): row for row in found({want.key[0] for want in wants})}
    above = {sku_of(row): row for row in found({want.says("parent") for want in wants})}
    new = [want for want in wants if want.key[0] not in here]
    made = Product.objects.bulk_create(_new(want, around.types, above) for want in new)
    products = here | {want.key[0]: product for want, product in zip(new, made, strict=True)}
    rows = [(want, products[want.key[0]]) for want in wants]
    _write_texts([row for row in rows if row[0].key[0] in here])
    _write_offers(rows, by=by)
    _write_categories(rows)
    _write_tax_classes(rows)
    attributes.write(
        [
            (product, around.attributes[around.types[want.says("type")].pk, name.removeprefix(PREFIX)], after)
            for want, product in rows
            for name, _, after in want.changes
            if name.startswith(PREFIX)
        ]
    )


def _new(want: Want, types: dict[str, Any], above: dict[str, Any]) -> Any:
    values = want.values
    parent = above.get(values.get("parent", ""))
    return Product(
        structure=values["structure"],
        parent=parent,
        product_class=None if parent else types[values["type"]],
        upc=want.key[0],
        title=values["title"],
        slug=slugify(values["title"] or want.key[0])[:200] or "product",
        description=values.get("description", ""),
        is_public=values["public"] == "yes",
    )


def _write_texts(rows: Sequence[tuple[Want, Any]]) -> None:
    now = timezone.now()
    for want, product in rows:
        product.title = want.says("title")
        product.description = want.says("description")
        product.is_public = want.says("public") == "yes"
        product.date_updated = now
    products = [product for _, product in rows]
    Product.objects.bulk_update(products, ["title", "description", "is_public", "date_updated"])


def _write_offers(rows: Sequence[tuple[Want, Any]], *, by: Any) -> None:
    """Give new products their stock record and price; change those of others. A first price is no change."""
    sold = [row for row in rows if row[0].says("structure") != Product.PARENT]
    new = [row for row in sold if row[0].before is None]
    partner = inventory.company_partner()
    StockRecord.objects.bulk_create(
        StockRecord(
            product=product,
            partner=partner,
            partner_sku=want.key[0],
            price_currency=settings.CURRENCY,
            price=amount_of(want.values.get("price", "")),
            num_in_stock=0 if product.get_product_class().track_stock else None,
            low_stock_threshold=_threshold(want),
        )
        for want, product in new
    )
    known = [(want, product.stockrecords.all()[0]) for want, product in sold if want.before is not None]
    inventory.set_prices([(record, amount_of(want.says("price"))) for want, record in known], by=by)
    for want, record in known:
        record.low_stock_threshold = _threshold(want)
    StockRecord.objects.bulk_update([record for _, record in known], ["low_stock_threshold"])


def _threshold(want: Want) -> int | None:
    words = want.says("warn_at")
    return int(words) if words else None


def _write_categories(rows: Sequence[tuple[Want, Any]]) -> None:
    moved = [row for row in rows if any(name == "categories" for name, *_ in row[0].changes)]
    ProductCategory.objects.filter(product__in=[product.pk for _, product in moved]).delete()
    keys = {name: pk for pk, name in category_names().items()}
    for want, _ in moved:
        for path in paths(want.values["categories"]):
            _make_category(path, keys)
    ProductCategory.objects.bulk_create(
        ProductCategory(product=product, category_id=keys[f" {BELOW} ".join(path)])
        for want, product in moved
        for path in paths(want.values["categories"])
    )


def _make_category(path: list[str], keys: dict[str, int]) -> None:
    """Make a category that is not there yet, and those above it."""
    for depth in range(1, len(path) + 1):
        name = f" {BELOW} ".join(path[:depth])
        if name not in keys:
            above = keys.get(f" {BELOW} ".join(path[: depth - 1]))
            row = {"name": path[depth - 1]}
            rows = Category.objects
            made = rows.add_child(rows.get(pk=above), row) if above else rows.add_root(row)
            keys[name] = made.pk


def _write_tax_classes(rows: Sequence[tuple[Want, Any]]) -> None:
    moved = [row for row in rows if any(name == "tax_class" for name, *_ in row[0].changes)]
    ProductTax.objects.filter(product__in=[product.pk for _, product in moved]).delete()
    classes = {row.code: row for row in TaxClass.objects.all()}
    ProductTax.objects.bulk_create(
        ProductTax(product=product, tax_class=classes[want.values["tax_class"]])
        for want, product in moved
        if want.values["tax_class"]
    )


def take_away(skus: Iterable[str]) -> None:
    """Remove products that were never used; others are no longer shown."""
    products = found(skus)
    # Variants first: a parent of which one stays has to stay as well.
    for product in sorted(products, key=lambda product: product.structure != Product.CHILD):
        if product.children.exists() or _is_used(product):
            Product.objects.filter(pk=product.pk).update(is_public=False)
        else:
            product.delete()


def _is_used(product: Any) -> bool:
    return any(model._default_manager.filter(product=product).exists() for model in USES)


def _is_unnamed(name: str) -> bool:
    return name.startswith(UNNAMED) and name[len(UNNAMED) :].isdecimal()
