"""Whom we buy from, and what they ask for which product."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from oscar.core.loading import get_model
from stdnum import bic, iban
from stdnum.eu import vat

from erp.purchasing import prices, suppliers
from erp.purchasing.models import PurchaseOrder, Supplier, SupplierBill, SupplierPrice

from .. import bookshelf, links
from ..exporting import Exported, export_of
from ..pages import Page, amount
from ..purchase_tables import bills, orders
from ..settings_forms import checked
from ..site import office

Country = get_model("address", "Country")


class SupplierForm(forms.ModelForm):
    """Whom we buy from. Money is transferred to what stands here, so that slips are found out."""

    class Meta:
        model = Supplier
        fields = ("country", "vat_id", "iban", "bic")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = Country.objects.order_by("printable_name").values_list("pk", "printable_name")
        self.fields["country"] = forms.ChoiceField(choices=rows, initial="DE")

    def clean_iban(self) -> str:
        return checked(self.cleaned_data["iban"], iban.validate, "This is no IBAN: look for a slip.")

    def clean_bic(self) -> str:
        return checked(self.cleaned_data["bic"], bic.validate, "This is no BIC: it has 8 or 11 characters.")

    def clean_vat_id(self) -> str:
        """Refuse a VAT id of the European Union that was mistyped. Others are taken as they are."""
        number = self.cleaned_data["vat_id"].strip()
        if number[:2].lower() in vat.MEMBER_STATES | {"el"} and not vat.is_valid(number):
            raise forms.ValidationError("There is no such VAT id: look for a slip.")
        return number


@admin.register(Supplier, site=office)
class SupplierAdmin(Exported, admin.ModelAdmin):
    form = SupplierForm
    change_form_template = "admin/supplier_form.html"
    list_display = ("name", "code", "email", "country", "lead_days", "payment_days", "is_active")
    list_filter = ("is_active", "country")
    search_fields = ("name", "code", "email", "vat_id", "customer_number")
    ordering = ("name", "pk")
    list_per_page = 50
    actions = None
    fieldsets = (
        (None, {"fields": ("code", "name", "email", "phone", "address", "country", "vat_id", "is_active")}),
        ("Orders", {"fields": ("customer_number", "lead_days")}),
        ("Payment", {"fields": ("payment_days", "iban", "bic")}),
    )
    resource_classes = [
        export_of(
            Supplier,
            *("code", "name", "email", "phone", "address", "country", "vat_id", "iban", "bic"),
            *("customer_number", "payment_days", "lead_days", "is_active"),
        )
    ]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """The books know a supplier by its code: it never changes."""
        return ("code",) if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """The books name it: it is no longer active instead."""
        return False

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        suppliers.keep(obj)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Show what was ordered and billed below the form."""
        if obj := kwargs.get("obj"):
            tables = [
                orders(PurchaseOrder.objects.filter(supplier=obj)),
                bills(SupplierBill.objects.filter(supplier=obj)),
                bookshelf.open_items(obj.party),
            ]
            listed = links.list_of(SupplierPrice, supplier__id__exact=obj.pk)
            context |= {
                "page": Page([("Account", bookshelf.account_of(obj.party))], tables).for_user(request.user),
                "prices": listed,
            }
        return super().render_change_form(request, context, *args, **kwargs)


class PriceForm(forms.ModelForm):
    """What a supplier asks for a product. It may take the preference from another supplier."""

    class Meta:
        model = SupplierPrice
        fields = ("supplier", "product", "sku", "price", "pack", "minimum", "lead_days", "is_preferred")

    def _get_validation_exclusions(self) -> set[str]:
        return super()._get_validation_exclusions() | {"is_preferred"}  # type: ignore[misc]


@admin.register(SupplierPrice, site=office)
class SupplierPriceAdmin(Exported, admin.ModelAdmin):
    form = PriceForm
    list_display = (
        *("product_title", "supplier", "sku", amount("price"), "pack", "minimum", "lead_days"),
        "is_preferred",
    )
    list_filter = ("is_preferred", ("supplier", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("supplier", "product__parent")
    list_per_page = 50
    search_fields = (
        *("sku", "product__title", "product__parent__title", "product__upc"),
        *("product__stockrecords__partner_sku", "supplier__name"),
    )
    ordering = ("product__title", "pk")
    autocomplete_fields = ("product", "supplier")
    resource_classes = [
        export_of(
            SupplierPrice,
            *("supplier__code", "product__upc", "product__title", "sku", "price", "pack", "minimum"),
            *("lead_days", "is_preferred"),
        )
    ]

    @admin.display(ordering="product__title", description="product")
    def product_title(self, row: SupplierPrice) -> str:
        return row.product.get_title()

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        prices.keep(obj)
