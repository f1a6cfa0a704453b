"""What a product's page says: pictures, particulars and what can be bought."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Prefetch, prefetch_related_objects
from django.http import Http404
from oscar.core.loading import get_model

Product = get_model("catalogue", "Product")
ProductAttributeValue = get_model("catalogue", "ProductAttributeValue")

VALUES = Prefetch(
    "attribute_values",
    queryset=ProductAttributeValue.objects.select_related("attribute", "value_option").order_by(
        "attribute_id"
    ),
)


@dataclass(frozen=True, slots=True)
class Choice:
    """Something that can be bought on a product's page: the product itself, or one of its variants."""

    product: Any
    name: str
    price: Any
    stock: Any
    sku: str

    @property
    def for_sale(self) -> bool:
        return self.price.exists and self.stock.is_available_to_buy


@dataclass(frozen=True, slots=True)
class Page:
    """All that a product's page shows. `chosen` is the variant that was asked for, or the only choice."""

    choices: list[Choice]
    chosen: Choice | None
    pictures: list[Any]
    particulars: list[tuple[str, str]]

    @property
    def for_sale(self) -> bool:
        return any(choice.for_sale for choice in self.choices)

    @property
    def prices(self) -> list[Decimal]:
        """Return the prices of the choices, each once, the lowest first."""
        return sorted({choice.price.amount for choice in self.choices if choice.price.exists})


def page(product: Any, strategy: Any, *, variant: str = "") -> Page:
    """Return what a product's page shows. `variant` is the key of the one that was asked for."""
    found = choices(product, strategy)
    wanted = [choice for choice in found if len(found) == 1 or str(choice.product.pk) == variant]
    chosen = wanted[0] if wanted else None
    return Page(found, chosen, _pictures(product, found, chosen), particulars(product))


def find(pk: int, *, for_staff: bool) -> Any:
    """Return a product with all that its page shows. Raises Http404 for what customers may not see."""
    products = Product.objects.select_related("product_class", "product_tax", "parent")
    product = products.filter(pk=pk).first()
    if product is None or not (for_staff or _is_shown(product)):
        raise Http404("There is no such product.")
    product.variants = _variants(product) if product.is_parent else []
    prefetch_related_objects([product, *product.variants], "images", "stockrecords", VALUES)
    return product


def choices(product: Any, strategy: Any) -> list[Choice]:
    """Return what can be bought: one, or a choice of variants."""
    found = product.variants if product.is_parent else [product]
    supply = strategy.supply(each.pk for each in found)
    return [_choice(each, strategy, supply) for each in found]


def particulars(product: Any) -> list[tuple[str, str]]:
    """Return names and values of the attributes."""
    values = product.attribute_values.all()
    return [(value.attribute.name, value.value_as_text) for value in values if value.attribute.type in PLAIN]


# Kinds of attributes that fit into a table of words.
PLAIN = {"text", "integer", "boolean", "float", "date", "datetime", "option"}


def _is_shown(product: Any) -> bool:
    return product.is_public and (product.parent is None or product.parent.is_public)


def _variants(product: Any) -> list[Any]:
    variants = list(product.children.public().select_related("product_tax").order_by("pk"))
    for variant in variants:
        variant.parent = product
    return variants


def _pictures(product: Any, found: list[Choice], chosen: Choice | None) -> list[Any]:
    """Return the pictures of the product and its variants, those of the chosen one first."""
    variants = [chosen, *(choice for choice in found if choice is not chosen)] if chosen else found
    sources = [*(choice.product for choice in variants), product]
    if chosen is None:
        sources.reverse()
    unique = {image.pk: image for source in sources for image in source.images.all() if image.original}
    return list(unique.values())


def _choice(product: Any, strategy: Any, supply: Any) -> Choice:
    info = strategy.fetch_for_product(product, supply=supply)
    sku = info.stockrecord.partner_sku if info.stockrecord else ""
    return Choice(product, _name(product), info.price, info.availability, sku)


def _name(product: Any) -> str:
    """Return a variant's name beside its parent's: its own title, or what sets it apart."""
    apart = ", ".join(
        str(value.value_as_text) for value in product.attribute_values.all() if product.is_child
    )
    return apart or product.get_title()
