"""What products are worth, what they cost customers, and counters that had to be corrected."""

from django.contrib import admin
from django.http import HttpRequest

from erp.inventory.models import CounterCorrection, PriceChange, StockValue

from .. import links, shelves
from ..exporting import export_of
from ..pages import Page, amount
from ..site import office
from .of_product import PRODUCT, OfProduct


@admin.register(StockValue, site=office)
class StockValueAdmin(OfProduct):
    list_display = ("named", "quantity", amount("value"))
    list_select_related = ("product__parent",)
    search_fields = PRODUCT
    ordering = ("product__title", "pk")
    resource_classes = [export_of(StockValue, "product__upc", "product__title", "quantity", "value")]

    def page(self, request: HttpRequest, row: StockValue) -> Page:
        facts = [
            ("Product", links.to(row.product, row.product.get_title())),
            ("Quantity", row.quantity),
            ("Value", row.value),
        ]
        return Page(facts, shelves.tables(row.product))


@admin.register(PriceChange, site=office)
class PriceChangeAdmin(OfProduct):
    list_display = ("named", amount("old"), amount("new"), "changed_at", "user")
    list_filter = ("changed_at",)
    search_fields = PRODUCT
    list_select_related = ("product__parent", "user")
    ordering = ("-pk",)
    resource_classes = [
        export_of(PriceChange, "product__upc", "product__title", "old", "new", "changed_at", "user__email")
    ]

    def page(self, request: HttpRequest, row: PriceChange) -> Page:
        facts = [
            ("Product", links.to(row.product, row.product.get_title())),
            ("Before", row.old),
            ("After", row.new),
            ("Changed", row.changed_at),
            ("By", row.user),
        ]
        return Page(facts)


@admin.register(CounterCorrection, site=office)
class CounterCorrectionAdmin(OfProduct):
    list_display = ("corrected_at", "named", "warehouse", "counter", "was", "became", "user")
    list_filter = ("counter", "warehouse", "corrected_at")
    search_fields = PRODUCT
    list_select_related = ("product__parent", "warehouse", "user")
    ordering = ("-pk",)
    resource_classes = [
        export_of(
            CounterCorrection,
            "corrected_at",
            "product__upc",
            "product__title",
            "warehouse__code",
            "counter",
            "was",
            "became",
            "user__email",
        )
    ]

    def page(self, request: HttpRequest, row: CounterCorrection) -> Page:
        facts = [
            ("Product", links.to(row.product, row.product.get_title())),
            ("Warehouse", row.warehouse),
            ("Counter", row.get_counter_display()),
            ("It said", row.was),
            ("It says since", row.became),
            ("Corrected", row.corrected_at),
            ("By", row.user),
        ]
        return Page(facts)
