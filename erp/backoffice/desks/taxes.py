"""VAT: rates with the days on which they hold, classes of goods, and which rate a class has in a country."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.utils import flatten_fieldsets
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from accounting.models import TaxCode
from erp.sales import rates
from erp.sales.models import TaxClass, TaxRule

from ..site import office

BOXES = ("base_box", "tax_box", "input_base_box", "input_tax_box")


class RateForm(forms.ModelForm):
    """A rate. It ends on a day no earlier than it begins."""

    class Meta:
        model = TaxCode
        fields = ("valid_from", "valid_to")

    def clean(self) -> dict[str, Any]:
        answer = super().clean() or self.cleaned_data
        begins = answer.get("valid_from") or self.instance.valid_from
        if answer.get("valid_to") and begins and answer["valid_to"] < begins:
            self.add_error("valid_to", "A rate does not end before it begins.")
        return answer


@admin.register(TaxCode, site=office)
class TaxCodeAdmin(admin.ModelAdmin):
    """A rate that documents name never changes: it ends, and another begins. Accountants set its boxes."""

    form = RateForm
    list_display = ("code", "name", "country", "category", "rate", "valid_from", "valid_to", "boxes")
    list_filter = ("category", "country")
    search_fields = ("code", "name")
    ordering = ("code",)
    fieldsets = (
        (None, {"fields": ("code", "name", "country", "category", "rate")}),
        ("In force", {"fields": ("valid_from", "valid_to")}),
        ("On papers", {"fields": ("wording", "exemption_code")}),
        (
            "Boxes of the VAT return",
            {
                "fields": BOXES,
                "description": "Empty: a box of its own, named by the code.",
            },
        ),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: TaxCode | None = None) -> tuple[str, ...]:
        """Keep what gives the rate its meaning, once it is used. Its end may always be set."""
        if not self.has_add_permission(request):
            return tuple(name for name in flatten_fieldsets(self.fieldsets) if name not in BOXES)
        return ("code", "country", "category", "rate", "valid_from") if obj and rates.is_used(obj) else ()

    @admin.display(description="boxes")
    def boxes(self, code: TaxCode) -> str:
        """Return the boxes of the VAT return, each once."""
        return ", ".join(dict.fromkeys(filter(None, (getattr(code, name) for name in BOXES))))

    def has_delete_permission(self, request: HttpRequest, obj: TaxCode | None = None) -> bool:
        is_used = obj is not None and rates.is_used(obj)
        return super().has_delete_permission(request, obj) and not is_used

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        """Delete those chosen in the list, if none is in use."""
        if any(rates.is_used(code) for code in queryset):
            raise PermissionDenied
        super().delete_queryset(request, queryset)


@admin.register(TaxClass, site=office)
class TaxClassAdmin(admin.ModelAdmin):
    list_display = ("name", "code", "is_default")
    search_fields = ("name", "code")
    ordering = ("pk",)


class BeginsOn(admin.SimpleListFilter):
    """Rules of rates that hold today, held once, or will."""

    title = "in force"
    parameter_name = "force"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("now", "today"), ("later", "from a later day"), ("past", "no longer")]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return rates.in_force(queryset, self.value() or "")


@admin.register(TaxRule, site=office)
class TaxRuleAdmin(admin.ModelAdmin):
    """Of two rules for a class and country, that one holds whose rate began later."""

    list_display = ("tax_class", "where", "tax_code", "rate", "valid_from", "valid_to")
    list_display_links = ("tax_class", "where")
    list_filter = (BeginsOn, "tax_class", "country")
    list_select_related = ("tax_class", "tax_code")
    autocomplete_fields = ("tax_class", "tax_code")
    search_fields = ("country", "tax_code__code")
    ordering = ("country", "tax_class", "tax_code__valid_from")

    @admin.display(ordering="country", description="country")
    def where(self, rule: TaxRule) -> str:
        return rule.country or "other countries"

    @admin.display(ordering="tax_code__rate")
    def rate(self, rule: TaxRule) -> str:
        return f"{rule.tax_code.rate.normalize():f} %"

    @admin.display(ordering="tax_code__valid_from", description="from")
    def valid_from(self, rule: TaxRule) -> Any:
        return rule.tax_code.valid_from

    @admin.display(ordering="tax_code__valid_to", description="to")
    def valid_to(self, rule: TaxRule) -> Any:
        return rule.tax_code.valid_to
