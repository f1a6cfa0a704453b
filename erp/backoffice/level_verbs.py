"""What is done to goods where they lie: set aside, freed, scrapped, sent elsewhere, counted."""

from collections.abc import Callable, Sequence
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from accounting.refusal import Refusal
from erp import stocktaking, transferring
from erp.inventory import counted
from erp.inventory.models import StockLevel

from . import links
from .actions import Verbs, answers, new_key, verb
from .correction_forms import AsideForm, ScrapForm
from .floor_forms import SendLevelsForm

ADJUST = "inventory.add_stockmove"
TRANSFER = "inventory.add_transfer"
START = "inventory.add_stocktake"
Verb = Callable[..., Any]


class DueFilter(admin.SimpleListFilter):
    """Goods that are to be counted again."""

    title = "count"
    parameter_name = "count"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("due", "due")]

    def queryset(self, request: HttpRequest, levels: QuerySet[StockLevel]) -> QuerySet[StockLevel]:
        return counted.due(levels, today=timezone.localdate()) if self.value() else levels


class LevelVerbs(Verbs):
    """The verbs of a product in a warehouse."""

    actions: Sequence[str] = ("set_aside", "free", "scrap", "transfer", "count")

    def offered(self, row: StockLevel) -> Sequence[str]:
        return ("set_aside", "free", "scrap", "transfer", "count") if not row.warehouse.is_transit else ()

    def name_of(self, row: StockLevel) -> str:
        return f"{row.product.get_title()} in {row.warehouse}"

    @verb("Set aside…", needs=ADJUST)
    def set_aside(self, request: HttpRequest, levels: QuerySet[StockLevel]) -> HttpResponse | None:
        return self._aside(request, levels, "Set aside", stocktaking.set_aside, "set aside")

    @verb("Free again…", needs=ADJUST)
    def free(self, request: HttpRequest, levels: QuerySet[StockLevel]) -> HttpResponse | None:
        return self._aside(request, levels, "Free", stocktaking.free, "on sale again")

    @verb("Scrap…", needs=ADJUST)
    def scrap(self, request: HttpRequest, levels: QuerySet[StockLevel]) -> HttpResponse | None:
        """Ask what is thrown away and why, then write it off."""
        level = self.only_one(request, levels.select_related("product__parent", "warehouse"))
        if level is None:
            return None
        form = ScrapForm(answers(request))
        if not form.is_valid():
            return self.ask(request, f"Scrap {self.name_of(level)}", [level], [("", form)])

        def take(level: StockLevel) -> str:
            said = form.cleaned_data
            asked = stocktaking.scrap(
                level.product,
                warehouse=level.warehouse,
                **said,
                on=timezone.localdate(),
                by=request.user,
            )
            if asked.state == asked.State.REQUESTED:
                return f"{self.name_of(level)}: a second person has to approve this."
            return f"{self.name_of(level)}: {said['quantity']} scrapped."

        return self.carry_out(request, [level], take)

    @verb("Transfer…", needs=TRANSFER)
    def transfer(self, request: HttpRequest, levels: QuerySet[StockLevel]) -> HttpResponse | None:
        """Ask how many go where, and draft a transfer."""
        rows = list(levels.select_related("product__parent", "warehouse").order_by("product__title", "pk"))
        if len({level.warehouse_id for level in rows}) != 1:
            messages.error(request, "Choose goods of one warehouse to send them elsewhere.")
            return None
        form = SendLevelsForm(answers(request), levels=rows)
        if not form.is_valid():
            return self.ask(request, f"Send goods of {rows[0].warehouse} elsewhere", rows, [("", form)])
        said = form.cleaned_data
        try:
            draft = transferring.draft(
                rows[0].warehouse,
                said["destination"],
                quantities=form.quantities(),
                note=said["note"],
                on=timezone.localdate(),
                key=said["key"],
                by=request.user,
            )
        except Refusal as refusal:
            messages.error(request, str(refusal))
            return None
        return redirect(links.page_of(draft))

    @verb("Count", needs=START)
    def count(self, request: HttpRequest, levels: QuerySet[StockLevel]) -> HttpResponse | None:
        """Start a blind stocktake of what is chosen."""
        rows = list(levels.select_related("warehouse"))
        if len({level.warehouse_id for level in rows}) != 1:
            messages.error(request, "Choose goods of one warehouse to count them.")
            return None
        try:
            row = stocktaking.start(
                rows[0].warehouse,
                products=[level.product_id for level in rows],
                on=timezone.localdate(),
                key=new_key(),
                by=request.user,
            )
        except Refusal as refusal:
            messages.error(request, str(refusal))
            return None
        return redirect(links.page_of(row))

    def _aside(
        self, request: HttpRequest, levels: QuerySet[StockLevel], title: str, verb: Verb, told: str
    ) -> HttpResponse | None:
        level = self.only_one(request, levels.select_related("product__parent", "warehouse"))
        if level is None:
            return None
        form = AsideForm(answers(request))
        if not form.is_valid():
            return self.ask(request, f"{title}: {self.name_of(level)}", [level], [("", form)])

        def take(level: StockLevel) -> str:
            said = form.cleaned_data
            verb(level.product, warehouse=level.warehouse, **said, on=timezone.localdate(), by=request.user)
            return f"{self.name_of(level)}: {said['quantity']} {told}."

        return self.carry_out(request, [level], take)
