"""The forms in which a clerk writes products and variants: with price, SKU, tax class and attributes."""

from typing import Any

from django import forms
from oscar.core.loading import get_model

from erp.sales.models import TaxClass

from . import attributes
from .categories import CategoriesField
from .safe_html import HarmlessMarkup

Product = get_model("catalogue", "Product")
StockRecord = get_model("partner", "StockRecord")

TEXTS = ("title", "upc", "is_public", "is_discountable", "priority", "description")
SEARCH = ("slug", "meta_title", "meta_description")


class Offered(forms.ModelForm):
    """What every product for sale is asked: SKU, price, when to warn, and its type's attributes.

    A subclass made for one request sets `kind`, the product type.
    """

    kind: Any = None
    sku = forms.CharField(label="SKU", max_length=128)
    price = forms.DecimalField(
        max_digits=12,
        decimal_places=2,
        min_value=0,
        required=False,
        help_text="Without a price it cannot be bought.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            names = [name for name in self.fields if name.startswith(attributes.PREFIX)]
            self.initial.update(attributes.initial_of(self.instance, names))
            self.initial.update(self._record())

    def clean_sku(self) -> str:
        """Refuse an SKU that another product bears."""
        sku = self.cleaned_data["sku"]
        others = StockRecord.objects.filter(partner_sku=sku).exclude(product_id=self.instance.pk)
        if others.exists():
            raise forms.ValidationError("Another product has this SKU.")
        return sku

    def _post_clean(self) -> None:
        """Put the attributes on the product before its own rules are asked."""
        attributes.put_on(self.instance, self.cleaned_data)
        super()._post_clean()  # type: ignore[misc]

    def _record(self) -> dict[str, Any]:
        for record in self.instance.stockrecords.all():
            return {
                "sku": record.partner_sku,
                "price": record.price,
                "low_stock_threshold": record.low_stock_threshold,
            }
        return {}


class ProductForm(Offered):
    """A product, or one variant by itself. `structure` and `kind` are chosen before it is written."""

    structure: str = ""
    description = HarmlessMarkup(required=False, help_text="Simple HTML; scripts are taken out.")
    categories = CategoriesField(required=False)
    low_stock_threshold = forms.IntegerField(
        label="Warn at", min_value=0, required=False, help_text="Counts as low when no more can be sold."
    )
    backorder = forms.IntegerField(
        label="On backorder",
        min_value=0,
        max_value=1_000_000,
        required=False,
        help_text="How many pieces may be ordered that are not in stock. Empty: none.",
    )
    tax_class = forms.ModelChoiceField(
        TaxClass.objects.order_by("pk"), required=False, empty_label="as usual"
    )

    slug = forms.CharField(
        max_length=255, required=False, help_text="The product's name in its address. Empty: from the title."
    )

    class Meta:
        model = Product
        fields = (*TEXTS, *SEARCH)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance.pk:
            self.instance.structure, self.instance.product_class = self.structure, self.kind
            return
        if tax := getattr(self.instance, "product_tax", None):
            self.initial["tax_class"] = tax.tax_class_id
        if known := getattr(self.instance, "backorder", None):
            self.initial["backorder"] = known.allowed


class VariantForm(Offered):
    """One variant in a row of its parent's page. `parent` is set by a subclass made for one request."""

    parent: Any = None

    class Meta:
        model = Product
        fields = ("title", "upc", "is_public")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.structure = Product.CHILD
        self.instance.parent = self.parent


def variant_form(parent: Any) -> type[Offered]:
    """Return the form of a parent's variants, with the attributes of its type."""
    kind = parent and parent.product_class
    words = {"kind": kind, "parent": parent, **attributes.fields_of(kind)}
    return type("VariantForm", (VariantForm,), words)


def product_form(kind: Any, structure: str) -> type[Offered]:
    """Return the form of a product of a type: a parent has no price, a variant no categories."""
    words: dict[str, Any] = {"kind": kind, "structure": structure}
    if structure == Product.PARENT:
        words |= dict.fromkeys(("sku", "price", "low_stock_threshold", "backorder"))
    else:
        words |= attributes.fields_of(kind)
    if structure == Product.CHILD:
        words["categories"] = None
    if kind is not None and not kind.track_stock:
        words["backorder"] = None
    return type("ProductForm", (ProductForm,), words)
