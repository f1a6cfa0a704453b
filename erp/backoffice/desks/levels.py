"""Where products lie: one row a product and warehouse, and what is done to them there."""

from collections.abc import Sequence

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from erp.inventory import bins
from erp.inventory.models import StockLevel

from .. import links, shelves, why
from ..actions import answers, verb
from ..exporting import export_of
from ..forms import BinForm
from ..level_verbs import DueFilter, LevelVerbs
from ..pages import Page
from ..site import office
from .of_product import PRODUCT, OfProduct


@admin.register(StockLevel, site=office)
class StockLevelAdmin(LevelVerbs, OfProduct):
    list_display = ("named", "warehouse", "bin", "on_hand", "reserved", "unavailable", "available")
    list_filter = ("warehouse", DueFilter)
    search_fields = (*PRODUCT, "bin")
    list_select_related = ("product__parent", "warehouse")
    ordering = ("product__title", "pk")
    resource_classes = [
        export_of(
            StockLevel,
            "product__upc",
            "product__title",
            "warehouse__code",
            "bin",
            "on_hand",
            "reserved",
            "unavailable",
        )
    ]
    actions = ("move_to_bin", *LevelVerbs.actions)

    def offered(self, row: StockLevel) -> Sequence[str]:
        return ["move_to_bin", *super().offered(row)]

    @verb("Bin…", needs=why.MOVE_BIN)
    def move_to_bin(self, request: HttpRequest, levels: QuerySet) -> HttpResponse | None:
        """Ask where in its warehouse something lies from now on."""
        rows = list(levels.select_related("product__parent", "warehouse"))
        data = answers(request)
        form = BinForm(data) if data else BinForm(initial={"bin": rows[0].bin if rows else ""})
        if not form.is_valid():
            return self.ask(request, "Where does it lie?", rows, [("", form)])

        def take(level: StockLevel) -> str:
            bins.put(level, name=form.cleaned_data["bin"])
            return f"{level.product.get_title()}: {level.bin or 'no bin'} in {level.warehouse}."

        return self.carry_out(request, rows, take)

    def page(self, request: HttpRequest, row: StockLevel) -> Page:
        facts = [
            ("Product", links.to(row.product, row.product.get_title())),
            ("Warehouse", row.warehouse),
            ("Bin", row.bin),
            ("On hand", row.on_hand),
            ("Reserved", row.reserved),
            ("Set aside", row.unavailable),
            ("Available", row.available),
        ]
        return Page(facts, shelves.tables(row.product))
