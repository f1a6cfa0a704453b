"""Writes products of a list, many at a time; what they are now is read in `catalogue`."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.text import slugify
from oscar.core.loading import get_model

from erp.inventory import services as inventory
from erp.inventory.models import Backorder, PriceChange, StockLevel, StockMove
from erp.purchasing.models import PurchaseLine, SupplierPrice
from erp.sales.models import ProductTax, TaxClass

from . import attributes
from .attributes import PREFIX
from .catalogue import BELOW, category_names, found, known, paths, sku_of
from .kind import Want
from .prices import amount_of

BasketLine = get_model("basket", "Line")
Category = get_model("catalogue", "Category")
OrderLine = get_model("order", "Line")
Product = get_model("catalogue", "Product")
ProductCategory = get_model("catalogue", "ProductCategory")
StockRecord = get_model("partner", "StockRecord")

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
