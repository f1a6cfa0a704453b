"""Settings: the company, what runs by itself, taxes, shipping, countries, pages, the site and its people."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, User
from django.contrib.flatpages.admin import FlatPageAdmin
from django.contrib.flatpages.forms import FlatpageForm
from django.contrib.flatpages.models import FlatPage
from django.contrib.sites.models import Site
from django.http import HttpRequest, HttpResponse
from oscar.core.loading import get_model

from erp.documents.models import Company
from erp.sales.models import Automation

from ..safe_html import HarmlessMarkup
from ..settings_forms import AutomationForm, CompanyForm, ShippingForm
from ..site import office

Country = get_model("address", "Country")
OrderAndItemCharges = get_model("shipping", "OrderAndItemCharges")


class FixedRows(admin.ModelAdmin):
    """Rows that are there from the beginning: none is added or deleted."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Company, site=office)
class CompanyAdmin(FixedRows):
    form = CompanyForm
    list_display = ("name", "email", "invoice_on", "prices")
    fieldsets = (
        (None, {"fields": ("name", "address", "country", "email", "phone", "vat_id", "tax_number")}),
        ("Bank", {"fields": ("bank_name", "iban", "bic")}),
        ("Papers", {"fields": ("logo", "legal_notice")}),
        ("Orders", {"fields": ("invoice_on", "ship_before_payment", "payment_days", "guest_link_days")}),
        ("Ways to pay", {"fields": ("hold_minutes", "pending_minutes", "cod_fee")}),
        ("Stock", {"fields": ("adjustment_limit",)}),
        ("Books", {"fields": ("entry_limit",)}),
        ("Purchases", {"fields": ("receipt_tolerance", "bill_tolerance")}),
        ("Files for others", {"fields": ("datev_consultant", "datev_client", "siren")}),
        ("Reminders", {"fields": ("reminder_days", "reminds_by_itself")}),
        ("Prices and VAT", {"fields": ("prices", "vat_scheme", "vat_abroad", "shipping_tax")}),
    )


@admin.register(Automation, site=office)
class AutomationAdmin(admin.ModelAdmin):
    """Which steps of an order run by themselves. Without a rule all do, except shipping."""

    form = AutomationForm
    usual = "What runs by itself: every step but shipping, unless a rule here says otherwise"
    list_display = ("step", "payment_method", "mode")
    ordering = ("step", "payment_method")

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Say what happens without any rule."""
        return super().changelist_view(request, {"title": self.usual, **(extra_context or {})})


@admin.register(OrderAndItemCharges, site=office)
class ShippingAdmin(admin.ModelAdmin):
    form = ShippingForm
    list_display = ("name", "price_per_order", "price_per_item", "free_shipping_threshold")
    fields = (
        "name",
        "description",
        "price_per_order",
        "price_per_item",
        "free_shipping_threshold",
        "countries",
    )
    filter_horizontal = ("countries",)
    search_fields = ("name",)
    ordering = ("pk",)


@admin.register(Country, site=office)
class CountryAdmin(FixedRows):
    list_display = ("printable_name", "iso_3166_1_a2", "is_shipping_country", "display_order")
    list_editable = ("is_shipping_country", "display_order")
    list_filter = ("is_shipping_country",)
    search_fields = ("printable_name", "iso_3166_1_a2")
    fields = ("printable_name", "is_shipping_country", "display_order")
    ordering = ("-is_shipping_country", "printable_name")


class PageForm(FlatpageForm):
    content = HarmlessMarkup(required=False)


@admin.register(FlatPage, site=office)
class PageAdmin(FlatPageAdmin):
    """Imprint, terms, privacy and the like."""

    form = PageForm
    fieldsets = ((None, {"fields": ("url", "title", "content", "sites")}),)


@admin.register(Site, site=office)
class SiteAdmin(FixedRows):
    """The shop's name, and the address that links in mails begin with."""

    list_display = ("domain", "name")


@admin.register(User, site=office)
class PersonAdmin(UserAdmin):
    """Customers and staff. Nobody is deleted: their orders and entries name them. They are deactivated.

    Customers have usernames that nobody ever sees but here.
    """

    list_display = ("email", "first_name", "last_name", "is_staff", "username")
    ordering = ("-is_staff", "email", "pk")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


office.register(Group, GroupAdmin)
