"""What orders the catalogue: categories, product types and their attributes."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from oscar.core.loading import get_model
from treebeard.admin import TreeAdmin
from treebeard.forms import MoveNodeForm, movenodeform_factory

from ..hanging import OF_CATEGORIES, hang
from ..safe_html import HarmlessMarkup
from ..site import office

AttributeOption = get_model("catalogue", "AttributeOption")
AttributeOptionGroup = get_model("catalogue", "AttributeOptionGroup")
Category = get_model("catalogue", "Category")
ProductAttribute = get_model("catalogue", "ProductAttribute")
ProductClass = get_model("catalogue", "ProductClass")


class CategoryForm(MoveNodeForm):
    description = HarmlessMarkup(required=False)
    long_description = HarmlessMarkup(required=False)
    slug = forms.CharField(max_length=255, required=False, help_text="Empty: from the name.")


@admin.register(Category, site=office)
class CategoryAdmin(TreeAdmin):
    form = movenodeform_factory(Category, form=CategoryForm, exclude=("ancestors_are_public", "code"))
    list_display = ("name", "slug", "is_public")
    list_filter = ("is_public",)
    search_fields = ("name", "slug")

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Write the category, and have its picture made ready."""
        super().save_model(request, obj, form, change)
        if "image" in form.changed_data and obj.image:
            hang([obj.image.name], uses=OF_CATEGORIES)


class AttributeInline(admin.TabularInline):
    model = ProductAttribute
    fields = ("name", "code", "type", "option_group", "required")
    extra = 1
    ordering = ("pk",)


@admin.register(ProductClass, site=office)
class ProductClassAdmin(admin.ModelAdmin):
    """A product type. Whether it keeps stock is decided once: stock that moved cannot be uncounted."""

    list_display = ("name", "requires_shipping", "track_stock")
    fields = ("name", "requires_shipping", "track_stock")
    search_fields = ("name",)
    inlines = (AttributeInline,)
    ordering = ("name", "pk")

    def get_readonly_fields(self, request: Any, obj: Any = None) -> tuple[str, ...]:
        return ("track_stock",) if obj else ()


class OptionInline(admin.TabularInline):
    model = AttributeOption
    fields = ("option",)
    extra = 3


@admin.register(AttributeOptionGroup, site=office)
class AttributeOptionGroupAdmin(admin.ModelAdmin):
    """What may be chosen for an attribute, such as the colours there are."""

    list_display = ("name", "option_summary")
    fields = ("name",)
    search_fields = ("name",)
    inlines = (OptionInline,)
    ordering = ("name", "pk")
