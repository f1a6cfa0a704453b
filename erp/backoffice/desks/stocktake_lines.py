"""The lines of stocktakes, one by one: to be looked through, exported, and counted again."""

from typing import Any

from django.contrib import admin
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse

from erp import stocktaking
from erp.inventory.models import Stocktake, StocktakeLine

from .. import count_tables, links
from ..actions import verb
from ..exporting import Exported, export_of
from ..pages import Page, ReadOnlyAdmin, amount
from ..site import office

COUNT = "inventory.change_stocktake"
PRODUCT = ("product__title", "product__parent__title", "product__upc", "product__stockrecords__partner_sku")


class DifferenceFilter(admin.SimpleListFilter):
    """Lines by what came of counting them."""

    title = "count"
    parameter_name = "count"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("no", "not counted"), ("differs", "differs"), ("same", "as expected")]

    def queryset(self, request: HttpRequest, lines: QuerySet[StocktakeLine]) -> QuerySet[StocktakeLine]:
        chosen = self.value()
        if chosen == "no":
            return lines.filter(counted=None)
        if chosen == "differs":
            return lines.filter(counted__isnull=False).exclude(counted=F("known"))
        return lines.filter(counted=F("known")) if chosen == "same" else lines


@admin.register(StocktakeLine, site=office)
class StocktakeLineAdmin(Exported, ReadOnlyAdmin):
    """Every line of every stocktake, to be looked through, exported and counted again."""

    list_display = ("named", "stocktake", "warehouse", "was_known", "counted", "differs", amount("value"))
    list_filter = (DifferenceFilter, "stocktake__state", "warehouse")
    list_select_related = ("product__parent", "stocktake", "warehouse")
    search_fields = (*PRODUCT, "=stocktake__pk")
    ordering = ("-stocktake", "product__title", "pk")
    actions = ("recount",)
    resource_classes = [
        export_of(
            StocktakeLine,
            *("stocktake__id", "product__upc", "product__title", "warehouse__code"),
            *("known", "counted", "rounds", "value"),
        )
    ]

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        return lookup == "stocktake__id__exact" or super().lookup_allowed(lookup, value, request)  # type: ignore[arg-type]

    @admin.display(ordering="product__title", description="product")
    def named(self, row: StocktakeLine) -> str:
        return row.product.get_title()

    @admin.display(description="expected then")
    def was_known(self, row: StocktakeLine) -> int | None:
        return count_tables.seen_of(row)

    @admin.display(description="difference")
    def differs(self, row: StocktakeLine) -> int | None:
        return row.difference

    def page(self, request: HttpRequest, row: StocktakeLine) -> Page:
        facts = [
            ("Stocktake", links.to(row.stocktake)),
            ("Product", links.to(row.product, row.product.get_title())),
            ("Expected", None if count_tables.seen_of(row) is None else row.expected),
            ("Moved until counted", row.moved),
            ("Expected then", count_tables.seen_of(row)),
            ("Counted", row.counted),
            ("Difference", row.difference),
            ("Value", row.value),
        ]
        return Page(facts, [count_tables.counts(row)])

    @verb("Count again", needs=COUNT)
    def recount(self, request: HttpRequest, lines: QuerySet[StocktakeLine]) -> HttpResponse | None:
        def take(row: Stocktake) -> str:
            chosen = lines.filter(stocktake=row).values_list("pk", flat=True)
            stocktaking.recount(row, lines=list(chosen))
            return f"What was chosen of {row} is to be counted again."

        return self.carry_out(
            request, Stocktake.objects.filter(lines__in=lines).distinct().order_by("pk"), take
        )
