"""Products: texts, pictures, categories, attributes, SKU and price on one page, variants below their parent.

Quantities are shown and never written here: they change by an adjustment of stock.
"""

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from oscar.core.loading import get_model

from erp.inventory import offering
from erp.inventory.services import available
from erp.sales import taxes

from .. import links, shelves
from ..actions import Button, button_for
from ..attributes import PREFIX
from ..categories import CategoryFilter
from ..exporting import Exported, export_of
from ..hanging import OF_PRODUCTS, hang
from ..pages import Page, words
from ..product_forms import SEARCH, TEXTS, ProductForm, VariantForm, product_form, variant_form
from ..site import office
from .stock import ADJUST

Product = get_model("catalogue", "Product")
ProductClass = get_model("catalogue", "ProductClass")
ProductImage = get_model("catalogue", "ProductImage")
StockRecord = get_model("partner", "StockRecord")

OFFER = ("sku", "price", "tax_class", "low_stock_threshold", "backorder")


class ImageInline(admin.TabularInline):
    model = ProductImage
    fields = ("original", "caption", "display_order")
    extra = 1
    ordering = ("display_order", "pk")


class VariantInline(admin.TabularInline):
    """The variants of a product, each with SKU, price and attributes; more on a page of its own."""

    model = Product
    fk_name = "parent"
    form = VariantForm
    extra = 1
    show_change_link = True
    verbose_name = "variant"
    verbose_name_plural = "variants"
    readonly_fields = ("available",)
    ordering = ("pk",)

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).prefetch_related("stockrecords")

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        return super().get_formset(request, obj, form=variant_form(obj), **kwargs)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        names = [name for name in variant_form(obj).base_fields if name.startswith(PREFIX)]
        return ("title", "sku", "price", "available", *names, "upc", "is_public")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """As its parent, a variant is withdrawn."""
        return False

    @admin.display
    def available(self, variant: Any) -> Any:
        left = _available(list(variant.stockrecords.all()) if variant.pk else [])
        return "" if left is None else left


class ProductList(ChangeList):
    """Products and parents; variants are on the page of theirs."""

    def get_queryset(self, *args: Any, **kwargs: Any) -> QuerySet:
        found = super().get_queryset(*args, **kwargs).exclude(structure=Product.CHILD)
        return found.prefetch_related("stockrecords", "children__stockrecords")


@admin.register(Product, site=office)
class ProductAdmin(Exported, admin.ModelAdmin):
    form = ProductForm
    change_form_template = "admin/product_form.html"
    list_display = ("title", "sku", "price", "available", "product_class", "is_public", "date_updated")
    list_filter = ("is_public", "product_class", "structure", CategoryFilter)
    list_per_page = 50
    search_fields = (
        "title",
        "upc",
        "stockrecords__partner_sku",
        "children__title",
        "children__stockrecords__partner_sku",
    )
    search_help_text = "Title, SKU or UPC of a product or of one of its variants."
    ordering = ("-date_created", "-pk")
    actions = None
    readonly_fields = ("product_type", "variant_of")
    resource_classes = [
        export_of(Product, "upc", "title", "structure", "product_class__name", "is_public", "date_updated")
    ]

    # The list

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return ProductList

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).select_related("product_class", "parent__product_class")

    @admin.display(description="SKU")
    def sku(self, product: Any) -> str:
        found = _records(product)
        return f"{len(found)} variants" if product.is_parent else "".join(r.partner_sku for r in found)

    @admin.display
    def price(self, product: Any) -> str:
        prices = sorted({record.price for record in _records(product) if record.price is not None})
        return " to ".join(words(price) for price in (prices[:1] + prices[1:][-1:]))

    @admin.display
    def available(self, product: Any) -> Any:
        return _available(_records(product))

    # The page

    @admin.display(description="Product type")
    def product_type(self, product: Any) -> Any:
        return product.get_product_class()

    @admin.display(description="Variant of")
    def variant_of(self, product: Any) -> str:
        return links.to(product.parent)

    def view_on_site(self, product: Any) -> str:
        """Return where customers see it."""
        return product.get_absolute_url()

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Ask for the type first: it decides which attributes a product has."""
        if "kind" in request.GET or not self.has_add_permission(request):
            return super().add_view(request, form_url, extra_context)
        kinds = ProductClass.objects.order_by("name", "pk")
        context = {**self.admin_site.each_context(request), "title": "Add a product", "opts": self.opts}
        return TemplateResponse(request, "admin/choose_product_type.html", {**context, "kinds": kinds})

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        form = self.get_form_class(request, obj)
        names = [name for name in form.base_fields if name.startswith(PREFIX)]
        about = ("variant_of", *TEXTS) if form.structure == Product.CHILD else ("product_type", *TEXTS)
        blocks = {
            None: about,
            "Price": [name for name in OFFER if name in form.base_fields],
            "Attributes": names,
            "Categories": ("categories",) if form.structure != Product.CHILD else (),
            "Search engines": SEARCH,
        }
        return [(title, {"fields": fields}) for title, fields in blocks.items() if fields]

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        return super().get_form(request, obj, change, **kwargs | {"form": self.get_form_class(request, obj)})

    def get_form_class(self, request: HttpRequest, obj: Any = None) -> Any:
        """Return the form for what the product is, or for what was chosen for a new one."""
        if obj is not None:
            return product_form(obj.get_product_class(), obj.structure)
        kind = get_object_or_404(ProductClass, pk=request.GET.get("kind") or None)
        is_parent = request.GET.get("structure") == Product.PARENT
        return product_form(kind, Product.PARENT if is_parent else Product.STANDALONE)

    def get_inlines(self, request: HttpRequest, obj: Any) -> list[Any]:
        has_variants = obj is not None and obj.is_parent
        return [VariantInline, ImageInline] if has_variants else [ImageInline]

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Write the product, then what is not Oscar's column of it: its offer and its tax class."""
        super().save_model(request, obj, form, change)
        taxes.classify(obj, form.cleaned_data["tax_class"])
        if not obj.is_parent:
            _offer(form, by=request.user)
        if "backorder" in form.cleaned_data:
            offering.allow_backorder(obj, most=form.cleaned_data["backorder"] or 0)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """Write pictures and variants; a variant is offered too."""
        super().save_formset(request, form, formset, change)
        if formset.model is ProductImage:
            replaced = [image for image, fields in formset.changed_objects if "original" in fields]
            hang([image.original.name for image in (*formset.new_objects, *replaced)], uses=OF_PRODUCTS)
        if formset.model is Product:
            for row in formset.forms:
                if row.has_changed():
                    _offer(row, by=request.user)

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: Any = None) -> HttpResponse:
        """Go on with the variants of a new product that has some."""
        if obj.is_parent:
            messages.success(request, f"'{obj}' is written. Now add its variants.")
            return redirect(links.page_of(obj))
        return super().response_add(request, obj, post_url_continue)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What had a price once stays: it is withdrawn by not being public."""
        return False

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Show stock and earlier prices below the form, with the way to adjust the stock."""
        obj = kwargs.get("obj")
        if obj is not None and not obj.is_parent:
            page = Page((), shelves.tables(obj)).for_user(request.user)
            context |= {"page": page, "buttons": self._buttons(request, obj)}
        return super().render_change_form(request, context, *args, **kwargs)

    @staticmethod
    def _buttons(request: HttpRequest, product: Any) -> list[Button]:
        record = product.stockrecords.first()
        if record is None or record.num_in_stock is None or not request.user.has_perm(ADJUST):
            return []
        return [button_for(StockRecord._meta, "adjust", [record.pk], label="Adjust stock…")]


def _offer(form: Any, *, by: Any) -> None:
    answer = form.cleaned_data
    record = form.instance.stockrecords.first()
    known = record and record.low_stock_threshold
    offering.offer(
        form.instance,
        sku=answer["sku"],
        price=answer["price"],
        warn_at=answer.get("low_stock_threshold", known),
        by=by,
    )


def _records(product: Any) -> list[Any]:
    """Return the stock records of a product or, together, of its variants. They were fetched before."""
    if not product.is_parent:
        return list(product.stockrecords.all())
    return [record for child in product.children.all() for record in child.stockrecords.all()]


def _available(records: list[Any]) -> Any:
    counted = [available(record) for record in records if record.num_in_stock is not None]
    return sum(counted) if counted else None
