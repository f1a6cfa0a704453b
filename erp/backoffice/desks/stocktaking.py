"""Stocktakes: begun, counted by form, sheet or file, compared, counted again, posted."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html

from accounting.refusal import Refusal
from erp import stocktaking
from erp.inventory.models import Stocktake, StocktakeLine

from .. import asking, count_sheets, count_tables, links, ties
from ..actions import Button, answers, button_for, verb
from ..exporting import Exported, export_of
from ..floor_forms import AddProductsForm, CountForm, PostForm, SheetForm, StartForm
from ..pages import Page, ReadOnlyAdmin
from ..papers import file_answer
from ..site import office

State = Stocktake.State
START = "inventory.add_stocktake"
COUNT = "inventory.change_stocktake"
AT_ONCE = 40
MOST_KEYS = 500  # Django takes a thousand fields from a form


@admin.register(Stocktake, site=office)
class StocktakeAdmin(Exported, ReadOnlyAdmin):
    list_display = ("__str__", "state", "warehouse", "started_on", "posted_on", "done", "note", "user")
    list_filter = ("state", "warehouse", "started_on")
    list_select_related = ("warehouse", "user")
    search_fields = ("=pk", "note", "lines__product__title", "lines__product__upc")
    search_help_text = "Number without ST-, note, product"
    ordering = ("-pk",)
    actions = ("count", "add_products", "post", "cancel")
    resource_classes = [
        export_of(
            Stocktake, "id", "state", "warehouse__code", "started_on", "posted_on", "note", "user__email"
        )
    ]

    def get_queryset(self, request: HttpRequest) -> Any:
        counted = Count("lines", filter=Q(lines__counted__isnull=False))
        return super().get_queryset(request).annotate(listed=Count("lines"), counted=counted)

    @admin.display(description="counted")
    def done(self, row: Any) -> str:
        return f"{row.counted} of {row.listed}"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(START)  # type: ignore[union-attr]

    def get_urls(self) -> list[Any]:
        """Add the sheets and the page that reads one."""
        view = self.admin_site.admin_view
        own = [
            path("<int:pk>/sheet/<str:kind>/", view(self.sheet), name="inventory_stocktake_sheet"),
            path("<int:pk>/read/", view(self.read), name="inventory_stocktake_read"),
        ]
        return [*own, *super().get_urls()]

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Ask what is to be counted, and freeze what is expected."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = StartForm(request.POST or None)
        if not form.is_valid():
            return asking.page(self, request, "Start a stocktake", form, back=links.list_of(Stocktake))
        said = form.cleaned_data
        try:
            row = stocktaking.start(
                said["warehouse"],
                products=count_tables.chosen(said, today=timezone.localdate()),
                note=said["note"],
                is_blind=said["is_blind"],
                on=timezone.localdate(),
                key=said["key"],
                by=request.user,
            )
        except Refusal as refusal:
            messages.error(request, str(refusal))
            return redirect(request.path)
        return redirect(links.page_of(row))

    def sheet(self, request: HttpRequest, pk: int, kind: str) -> HttpResponse:
        """Hand out the count sheet, on paper or as CSV."""
        row = get_object_or_404(Stocktake, pk=pk)
        if not self.has_view_permission(request, row):
            raise PermissionDenied
        if kind == "csv":
            content = count_sheets.written(row).encode("utf-8-sig")
            return file_answer(content, f"{row}.csv", "text/csv; charset=utf-8")
        try:
            return file_answer(count_sheets.drawn(row), f"{row}.pdf", "application/pdf")
        except Refusal as refusal:
            messages.error(request, str(refusal))
            return redirect(links.page_of(row))

    def read(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask for a sheet that was filled in, and take its counts."""
        row = get_object_or_404(Stocktake, pk=pk)
        if not request.user.has_perm(COUNT):  # type: ignore[union-attr]
            raise PermissionDenied
        form = SheetForm(request.POST or None, request.FILES or None)
        back = links.page_of(row)
        if not form.is_valid():
            return asking.file_page(self, request, f"Read in the counts of {row}", form, back=back)
        content = form.cleaned_data["file"].read(count_sheets.LARGEST + 1)
        try:
            counted = count_sheets.read(row, content)
            stocktaking.count(row, counted=counted, at=form.cleaned_data["at"], by=request.user)
        except Refusal as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, f"{len(counted)} products of {row} are counted.")
        return redirect(back)

    def page(self, request: HttpRequest, row: Any) -> Page:
        all_lines = links.list_of(StocktakeLine, stocktake__id__exact=row.pk)
        facts = [
            ("State", row.get_state_display()),
            ("Warehouse", row.warehouse),
            ("Begun", row.started_on),
            ("Posted", row.posted_on),
            ("Counted", self.done(row)),
            ("Blind", row.is_blind),
            ("Note", row.note),
            ("By", row.user),
            ("Posted by", row.poster),
            ("Count sheet", self._sheets(row)),
            (
                "All lines",
                links.anchor(all_lines, "as a list"),
            ),
        ]
        tables = [
            count_tables.differences(row),
            count_tables.uncounted(row),
            *ties.of_source(f"stocktake:{row.pk}"),
        ]
        return Page(facts, tables)

    @staticmethod
    def _sheets(row: Stocktake) -> Any:
        addresses = [
            reverse("admin:inventory_stocktake_sheet", args=[row.pk, kind]) for kind in ("pdf", "csv")
        ]
        read = reverse("admin:inventory_stocktake_read", args=[row.pk])
        found = [links.anchor(url, name) for url, name in zip(addresses, ("PDF", "CSV"), strict=True)]
        if row.state == State.COUNTING:
            found.append(links.anchor(read, "read in a CSV that was filled in"))
        return format_html(" · ".join(["{}"] * len(found)), *found)

    def offered(self, row: Stocktake) -> Sequence[str]:
        return ("count", "add_products", "post", "cancel") if row.state == State.COUNTING else ()

    def more_buttons(self, request: HttpRequest, row: Stocktake) -> list[Button]:
        """Offer to count again whatever differs."""
        if row.state != State.COUNTING or not request.user.has_perm(COUNT):  # type: ignore[union-attr]
            return []
        keys = list(count_tables.that_differ(row).values_list("pk", flat=True)[:MOST_KEYS])
        label = "Count differences again"
        return [button_for(StocktakeLine._meta, "recount", keys, label=label)] if keys else []

    @verb("Count…", needs=COUNT)
    def count(self, request: HttpRequest, rows: QuerySet[Stocktake]) -> HttpResponse | None:
        """Ask for counts of what is not counted yet, some at a time."""
        row = self.only_one(request, rows.select_related("warehouse"))
        if row is None:
            return None
        lines = row.lines.all() if answers(request) else row.lines.filter(counted=None)
        shown = count_sheets.rows(row, lines)
        labels = {each.line.pk: each.label for each in shown}
        asked = [each.line for each in shown if _is_asked(request, each.line)][:AT_ONCE]
        form = CountForm(answers(request), lines=asked, labels=labels)
        if not form.is_valid():
            return self.ask(request, f"Count {row}", [row], [("", form)])

        def take(row: Stocktake) -> str:
            counted = form.counted()
            stocktaking.count(row, counted=counted, at=form.cleaned_data["at"], by=request.user)
            return f"{len(counted)} products of {row} are counted."

        return self.carry_out(request, [row], take)

    @verb("Add products…", needs=COUNT)
    def add_products(self, request: HttpRequest, rows: QuerySet[Stocktake]) -> HttpResponse | None:
        """Ask what was found that is not on the list."""
        row = self.only_one(request, rows.select_related("warehouse"))
        if row is None:
            return None
        form = AddProductsForm(answers(request))
        if not form.is_valid():
            return self.ask(request, f"Add products to {row}", [row], [("", form)])

        def take(row: Stocktake) -> str:
            stocktaking.add(row, products=form.cleaned_data["skus"])
            return f"The products stand on {row} now."

        return self.carry_out(request, [row], take)

    @verb("Post…", needs=START)
    def post(self, request: HttpRequest, rows: QuerySet[Stocktake]) -> HttpResponse | None:
        """Show what it will change, then make the stock what was counted."""
        row = self.only_one(request, rows.select_related("warehouse"))
        if row is None:
            return None
        form = PostForm(
            answers(request),
            uncounted=row.lines.filter(counted=None).count(),
            unknown=count_tables.without_average(row),
        )
        if not form.is_valid():
            return self.ask(request, f"Post {row}", [row], [(count_tables.outcome(row), form)])
        uncounted: Any = "leave" if form.cleaned_data.get("leave") else "refuse"

        def take(row: Stocktake) -> str:
            costs = form.given()
            stocktaking.post(row, uncounted=uncounted, costs=costs, on=timezone.localdate(), by=request.user)
            return f"{row} is posted: the stock is what was counted."

        return self.carry_out(request, [row], take)

    @verb("Cancel", needs=START)
    def cancel(self, request: HttpRequest, rows: QuerySet[Stocktake]) -> HttpResponse | None:
        def take(row: Stocktake) -> str:
            stocktaking.cancel(row)
            return f"{row} is cancelled: nothing has changed."

        return self.carry_out(request, rows.order_by("pk"), take)


def _is_asked(request: HttpRequest, line: StocktakeLine) -> bool:
    """Whether a line is on the form: of one that is sent, what it had; else what is to be counted."""
    return not answers(request) or f"row_{line.pk}" in request.POST
