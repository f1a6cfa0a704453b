"""Adjustments: what was found different and why, and those that wait for a second person."""

from collections.abc import Sequence

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from erp import stocktaking
from erp.inventory.models import Adjustment

from .. import links, ties
from ..actions import answers, verb
from ..exporting import Exported, export_of
from ..forms import ReasonForm
from ..pages import Page, ReadOnlyAdmin, amount
from ..site import office

State = Adjustment.State
APPROVE = "inventory.change_adjustment"
PRODUCT = ("product__title", "product__parent__title", "product__upc", "product__stockrecords__partner_sku")


@admin.register(Adjustment, site=office)
class AdjustmentAdmin(Exported, ReadOnlyAdmin):
    list_display = (
        "requested_on",
        "state",
        "named",
        "warehouse",
        "quantity",
        "code",
        "note",
        amount("value"),
        "user",
        "approver",
    )
    list_display_links = ("requested_on", "named")
    list_filter = ("state", "code", "warehouse", "requested_on")
    list_select_related = ("product__parent", "warehouse", "user", "approver")
    search_fields = (*PRODUCT, "note", "user__email")
    ordering = ("-pk",)
    actions = ("approve", "reject")
    resource_classes = [
        export_of(
            Adjustment,
            *("requested_on", "state", "product__upc", "product__title", "warehouse__code", "quantity"),
            *("condition", "code", "note", "value", "user__email", "approver__email", "decided_on"),
        )
    ]

    @admin.display(ordering="product__title", description="product")
    def named(self, row: Adjustment) -> str:
        return row.product.get_title()

    def name_of(self, row: Adjustment) -> str:
        return f"{row.quantity:+d} {row.product.get_title()}"

    def page(self, request: HttpRequest, row: Adjustment) -> Page:
        facts = [
            ("State", row.get_state_display()),
            ("Product", links.to(row.product, row.product.get_title())),
            ("Warehouse", row.warehouse),
            ("Pieces", row.quantity),
            ("Taken from", row.condition),
            ("Reason", row.get_code_display()),
            ("Note", row.note),
            ("Cost given", row.cost),
            ("Worth when asked for", row.estimate),
            ("Value", row.value),
            ("Asked for", row.requested_on),
            ("By", row.user),
            ("Decided", row.decided_on),
            ("By a second person", row.approver),
            ("Answer", row.answer),
        ]
        return Page(facts, ties.of_source(row.source_key))

    def offered(self, row: Adjustment) -> Sequence[str]:
        return ("approve", "reject") if row.state == State.REQUESTED else ()

    @verb("Approve", needs=APPROVE)
    def approve(self, request: HttpRequest, rows: QuerySet[Adjustment]) -> HttpResponse | None:
        def take(row: Adjustment) -> str:
            stocktaking.approve(row, on=timezone.localdate(), by=request.user)
            return f"{self.name_of(row)} in {row.warehouse}: done, worth {row.value}."

        return self.carry_out(request, rows.order_by("pk"), take)

    @verb("Reject…", needs=APPROVE)
    def reject(self, request: HttpRequest, found: QuerySet[Adjustment]) -> HttpResponse | None:
        """Ask why not, then reject."""
        rows = list(found.order_by("pk"))
        form = ReasonForm(answers(request))
        if not form.is_valid():
            return self.ask(request, f"Reject {', '.join(map(self.name_of, rows))}", rows, [("", form)])

        def take(row: Adjustment) -> str:
            reason = form.cleaned_data["reason"]
            stocktaking.reject(row, on=timezone.localdate(), reason=reason, by=request.user)
            return f"{self.name_of(row)} is rejected."

        return self.carry_out(request, rows, take)
