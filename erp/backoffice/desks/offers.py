"""Offers and vouchers: what is taken off, from what, for whom and for how long."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from oscar.core.loading import get_model

from ..categories import CategoriesField
from ..site import office

Benefit = get_model("offer", "Benefit")
Condition = get_model("offer", "Condition")
ConditionalOffer = get_model("offer", "ConditionalOffer")
Range = get_model("offer", "Range")
RangeProduct = get_model("offer", "RangeProduct")
Voucher = get_model("voucher", "Voucher")

SO_FAR = ("num_applications", "num_orders", "total_discount")


class RangeProductInline(admin.TabularInline):
    model = RangeProduct
    fields = ("product", "display_order")
    autocomplete_fields = ("product",)
    verbose_name = "product of the range"
    verbose_name_plural = "products of the range"
    extra = 1


class RangeForm(forms.ModelForm):
    included_categories = CategoriesField(required=False)


@admin.register(Range, site=office)
class RangeAdmin(admin.ModelAdmin):
    """A set of products that an offer is about."""

    form = RangeForm
    list_display = ("name", "includes_all_products", "is_public", "date_created")
    fields = (
        "name",
        "description",
        "is_public",
        "includes_all_products",
        "included_categories",
        "classes",
        "excluded_products",
    )
    filter_horizontal = ("classes",)
    autocomplete_fields = ("excluded_products",)
    inlines = (RangeProductInline,)
    search_fields = ("name",)
    ordering = ("name", "pk")


class TypedForm(forms.ModelForm):
    """A condition or a benefit. Oscar leaves its type open for kinds written as code: here are none."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["type"].required = True


@admin.register(Condition, site=office)
class ConditionAdmin(admin.ModelAdmin):
    """When an offer applies: so many pieces, or goods of so much value, out of a range."""

    form = TypedForm
    list_display = ("name", "range", "type", "value")
    list_select_related = ("range",)
    fields = ("range", "type", "value")
    ordering = ("-pk",)


@admin.register(Benefit, site=office)
class BenefitAdmin(admin.ModelAdmin):
    """What an offer takes off."""

    form = TypedForm
    list_display = ("name", "range", "type", "value")
    list_select_related = ("range",)
    fields = ("range", "type", "value", "max_affected_items")
    ordering = ("-pk",)


@admin.register(ConditionalOffer, site=office)
class OfferAdmin(admin.ModelAdmin):
    list_display = ("name", "offer_type", "status", "start_datetime", "end_datetime", *SO_FAR)
    list_filter = ("offer_type", "status")
    search_fields = ("name", "description")
    ordering = ("-pk",)
    readonly_fields = ("status", *SO_FAR)
    fieldsets = (
        (None, {"fields": ("name", "description", "offer_type", "condition", "benefit")}),
        ("When", {"fields": ("start_datetime", "end_datetime", "priority", "exclusive")}),
        (
            "At most",
            {
                "fields": (
                    "max_global_applications",
                    "max_user_applications",
                    "max_basket_applications",
                    "max_discount",
                )
            },
        ),
        ("So far", {"fields": ("status", *SO_FAR)}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).select_related("condition__range", "benefit__range")


@admin.register(Voucher, site=office)
class VoucherAdmin(admin.ModelAdmin):
    """A code that a customer types. What it takes off is said by offers of the type 'voucher'."""

    list_display = ("code", "name", "usage", "start_datetime", "end_datetime", "num_orders", "total_discount")
    search_fields = ("name", "code")
    ordering = ("-pk",)
    readonly_fields = ("num_basket_additions", "num_orders", "total_discount")
    filter_horizontal = ("offers",)
    fieldsets = (
        (None, {"fields": ("name", "code", "usage", "start_datetime", "end_datetime", "offers")}),
        ("So far", {"fields": ("num_basket_additions", "num_orders", "total_discount")}),
    )

    def formfield_for_manytomany(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        if db_field.name == "offers":
            kwargs["queryset"] = ConditionalOffer.objects.filter(offer_type=ConditionalOffer.VOUCHER)
        return super().formfield_for_manytomany(db_field, request, **kwargs)
