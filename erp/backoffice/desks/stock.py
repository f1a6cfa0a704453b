"""Stock: how much is where and what it is worth. Quantities are read here, and change by an adjustment."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from oscar.core.loading import get_model

from erp import stocktaking
from erp.inventory.models import PriceChange, StockLevel, StockMove, StockValue, Warehouse

from .. import links, shelves, todo
from ..actions import answers, verb
from ..exporting import Exported, export_of
from ..forms import AdjustForm
from ..pages import Page, ReadOnlyAdmin, amount
from ..site import office

StockRecord = get_model("partner", "StockRecord")

ADJUST = "inventory.add_stockmove"
PRODUCT = ("product__title", "product__parent__title", "product__upc", "product__stockrecords__partner_sku")


class LowFilter(admin.SimpleListFilter):
    """Goods that will soon be sold out."""

    title = "level"
    parameter_name = "level"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("low", "low")]

    def queryset(self, request: HttpRequest, records: QuerySet) -> QuerySet:
        return todo.low(records) if self.value() else records


class OfProduct(Exported, ReadOnlyAdmin):
    """What lists about products have in common."""

    @admin.display(ordering="product__title", description="product")
    def named(self, row: Any) -> str:
        return row.product.get_title()


@admin.register(StockRecord, site=office)
class StockRecordAdmin(OfProduct):
    """One row a product: what the shop may sell of it, over all warehouses."""

    list_display = (
        "partner_sku",
        "named",
        amount("price"),
        amount("num_in_stock", "in stock"),
        amount("num_allocated", "promised"),
        "available",
        amount("low_stock_threshold", "warn at"),
    )
    list_filter = (LowFilter, "product__product_class")
    list_select_related = ("product__parent", "partner")
    search_fields = (*PRODUCT, "partner_sku")
    ordering = ("partner_sku",)
    actions = ("adjust",)
    resource_classes = [
        export_of(
            StockRecord,
            "partner_sku",
            "product__title",
            "price",
            "price_currency",
            "num_in_stock",
            "num_allocated",
            "low_stock_threshold",
        )
    ]

    @admin.display(ordering=F("num_in_stock") - F("num_allocated"))
    def available(self, record: Any) -> int | None:
        return None if record.num_in_stock is None else record.num_in_stock - (record.num_allocated or 0)

    def page(self, request: HttpRequest, row: Any) -> Page:
        facts = [
            ("Product", links.to(row.product, row.product.get_title())),
            ("SKU", row.partner_sku),
            ("Price", row.price),
            ("In stock", row.num_in_stock),
            ("Promised", row.num_allocated),
            ("Available", self.available(row)),
            ("Warn at", row.low_stock_threshold),
        ]
        return Page(facts, shelves.tables(row.product))

    def name_of(self, row: Any) -> str:
        return f"{row.product.get_title()} ({row.partner_sku})"

    def offered(self, row: Any) -> Sequence[str]:
        return ["adjust"] if row.product.get_product_class().track_stock else []

    @verb("Adjust stock…", needs=ADJUST)
    def adjust(self, request: HttpRequest, records: QuerySet) -> HttpResponse | None:
        """Ask what was counted differently and why, then correct it."""
        record = self.only_one(request, records.select_related("product__parent"))
        if record is None:
            return None
        data = answers(request)
        form = AdjustForm(data) if data else AdjustForm(initial={"warehouse": Warehouse.objects.first()})
        if not form.is_valid():
            return self.ask(request, f"Adjust the stock of {self.name_of(record)}", [record], [("", form)])
        answer = form.cleaned_data

        def take(record: Any) -> str:
            stocktaking.adjust_stock(
                record.product,
                warehouse=answer["warehouse"],
                quantity=answer["quantity"],
                reason=answer["reason"],
                cost=answer["cost"],
                on=timezone.localdate(),
                key=answer["key"],
                by=request.user,
            )
            return f"{record.product.get_title()}: {answer['quantity']:+d} in {answer['warehouse']}."

        return self.carry_out(request, [record], take)


@admin.register(StockLevel, site=office)
class StockLevelAdmin(OfProduct):
    list_display = ("named", "warehouse", "on_hand", "reserved", "available")
    list_filter = ("warehouse",)
    search_fields = PRODUCT
    list_select_related = ("product__parent", "warehouse")
    ordering = ("product__title", "pk")
    resource_classes = [
        export_of(StockLevel, "product__upc", "product__title", "warehouse__code", "on_hand", "reserved")
    ]

    def page(self, request: HttpRequest, row: StockLevel) -> Page:
        facts = [
            ("Product", links.to(row.product, row.product.get_title())),
            ("Warehouse", row.warehouse),
            ("On hand", row.on_hand),
            ("Reserved", row.reserved),
            ("Available", row.available),
        ]
        return Page(facts, shelves.tables(row.product))


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


@admin.register(StockMove, site=office)
class StockMoveAdmin(OfProduct):
    list_display = (
        "moved_on",
        "kind",
        "named",
        "warehouse",
        "quantity",
        amount("value"),
        "cause",
        "reason",
        "user",
    )
    list_filter = ("kind", "warehouse", "moved_on")
    list_select_related = ("product__parent", "warehouse", "user")
    search_fields = (*PRODUCT, "source_key", "reason")
    ordering = ("-pk",)
    resource_classes = [
        export_of(
            StockMove,
            "moved_on",
            "kind",
            "product__upc",
            "product__title",
            "warehouse__code",
            "quantity",
            "value",
            "source_key",
            "reason",
            "user__email",
        )
    ]

    @admin.display(ordering="source_key", description="caused by")
    def cause(self, row: StockMove) -> str:
        return links.to_source(row.source_key)

    def page(self, request: HttpRequest, row: StockMove) -> Page:
        facts = [
            ("Product", links.to(row.product, row.product.get_title())),
            ("Warehouse", row.warehouse),
            ("Kind", row.get_kind_display()),
            ("Quantity", row.quantity),
            ("Value", row.value),
            ("Caused by", links.to_source(row.source_key)),
            ("Reason", row.reason),
            ("Date", row.moved_on),
            ("Written", row.created_at),
            ("By", row.user),
        ]
        return Page(facts, [shelves.entry_of(row.source_key)])


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


@admin.register(Warehouse, site=office)
class WarehouseAdmin(admin.ModelAdmin):
    list_display = ("name", "code", "priority")
    ordering = ("priority", "pk")
