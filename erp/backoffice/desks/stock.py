"""Stock: how much is where and what it is worth. Quantities are read here, and change by an adjustment."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from oscar.core.loading import get_model

from erp import stocktaking
from erp.inventory import counted
from erp.inventory.models import StockMove, Warehouse
from erp.inventory.services import main_warehouse
from erp.stocktaking import Correction

from .. import links, shelves, todo, why
from ..actions import answers, verb
from ..correction_forms import CorrectionForm
from ..exporting import export_of
from ..pages import Page, amount, words
from ..site import office
from .of_product import PRODUCT, OfProduct

StockRecord = get_model("partner", "StockRecord")

ADJUST = "inventory.add_stockmove"


class LowFilter(admin.SimpleListFilter):
    """Goods that will soon be sold out."""

    title = "level"
    parameter_name = "level"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("low", "low")]

    def queryset(self, request: HttpRequest, records: QuerySet) -> QuerySet:
        return todo.low(records) if self.value() else records


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
        number = request.GET.get("page")
        found = why.page(row, number=number, now=timezone.now(), user=request.user)
        return Page(found.facts, [*found.tables, shelves.price_changes(row.product)])

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
        form = CorrectionForm(data) if data else CorrectionForm(initial={"warehouse": main_warehouse()})
        if not form.is_valid():
            return self.ask(request, f"Adjust the stock of {self.name_of(record)}", [record], [("", form)])
        answer = form.cleaned_data

        def take(record: Any) -> str:
            wish = Correction(
                record.product,
                answer["warehouse"],
                answer["quantity"],
                answer["reason"],
                code=answer["code"],
                cost=answer["cost"],
            )
            asked = stocktaking.adjust(wish, on=timezone.localdate(), key=answer["key"], by=request.user)
            if asked.state == asked.State.REQUESTED:
                return f"{record.product.get_title()}: a second person has to approve this."
            return f"{record.product.get_title()}: {answer['quantity']:+d} in {answer['warehouse']}."

        return self.carry_out(request, [record], take)


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


@admin.register(Warehouse, site=office)
class WarehouseAdmin(admin.ModelAdmin):
    list_display = ("name", "code", "priority", "next_count")
    ordering = ("priority", "pk")

    @admin.display(description="next count due")
    def next_count(self, row: Warehouse) -> str:
        return words(counted.next_due(row)) or "never"
