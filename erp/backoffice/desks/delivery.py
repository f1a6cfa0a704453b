"""The warehouse's papers: delivery notes are shipped here, and what comes back is taken in."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from erp import order_to_cash
from erp.delivery.models import DeliveryLine, DeliveryNote, Return
from erp.invoicing.keys import source_key

from .. import links, ties
from ..actions import answers, verb
from ..exporting import Exported, export_of
from ..forms import QuantitiesForm
from ..pages import Page, ReadOnlyAdmin, Table
from ..site import office

State = DeliveryNote.State
SHIP = "delivery.change_deliverynote"
TAKE_BACK = "delivery.add_return"


@admin.register(DeliveryNote, site=office)
class DeliveryNoteAdmin(Exported, ReadOnlyAdmin):
    list_display = ("number", "state", "order", "receiver", "warehouse", "created_on", "shipped_on")
    list_filter = ("state", "warehouse", "created_on", "shipped_on")
    list_select_related = ("order", "warehouse")
    search_fields = ("number", "order__number", "lines__title", "lines__sku")
    ordering = ("-created_on", "-pk")
    actions = ("ship", "take_back")
    resource_classes = [
        export_of(
            DeliveryNote, "number", "state", "order__number", "warehouse__code", "created_on", "shipped_on"
        )
    ]

    @admin.display(description="to")
    def receiver(self, note: DeliveryNote) -> str:
        return f"{note.ship_to.get('name', '')}, {note.ship_to.get('city', '')}"

    def page(self, request: HttpRequest, row: DeliveryNote) -> Page:
        facts = [
            ("Order", links.to(row.order)),
            ("State", row.get_state_display()),
            ("To", ties.address(row.ship_to)),
            ("Warehouse", row.warehouse),
            ("Created", row.created_on),
            ("Shipped", row.shipped_on),
            ("Document", links.pdf_of(row)),
        ]
        return Page(facts, [self._lines(row), *ties.of_source(source_key(row))])

    def offered(self, row: DeliveryNote) -> Sequence[str]:
        return {State.READY: ["ship"], State.SHIPPED: ["take_back"]}.get(State(row.state), [])

    @verb("Ship", needs=SHIP)
    def ship(self, request: HttpRequest, notes: QuerySet[DeliveryNote]) -> HttpResponse | None:
        today = timezone.localdate()

        def take(note: DeliveryNote) -> str:
            order_to_cash.ship(note, on=today, by=request.user)
            return f"{note} has left."

        return self.carry_out(request, notes.order_by("pk"), take)

    @verb("Take back…", needs=TAKE_BACK)
    def take_back(self, request: HttpRequest, notes: QuerySet[DeliveryNote]) -> HttpResponse | None:
        note = self.only_one(request, notes)
        if note is None:
            return None
        return take_back(self, request, note, note.order, note.lines.all())

    @staticmethod
    def _lines(note: DeliveryNote) -> Table:
        rows = [
            (line.sku, links.to(line.product, line.title), line.quantity, line.returned, line.cost)
            for line in note.lines.select_related("product").order_by("pk")
        ]
        return Table("Lines", ("SKU", "Product", "Quantity", "Came back", "Cost"), rows)


@admin.register(Return, site=office)
class ReturnAdmin(Exported, ReadOnlyAdmin):
    list_display = ("number", "order", "received_on", "reason", "user")
    list_filter = ("received_on",)
    list_select_related = ("order", "user")
    search_fields = ("number", "order__number", "reason")
    ordering = ("-received_on", "-pk")
    resource_classes = [export_of(Return, "number", "order__number", "received_on", "reason", "user__email")]

    def page(self, request: HttpRequest, row: Return) -> Page:
        facts = [
            ("Order", links.to(row.order) or "sold elsewhere"),
            ("Received", row.received_on),
            ("Reason", row.reason),
            ("Taken in by", row.user),
        ]
        related = "delivery_line__note", "product__parent"
        rows = [
            (
                links.to(line.product, line.product.get_title()),
                line.quantity,
                line.cost,
                links.to(line.delivery_line and line.delivery_line.note),
            )
            for line in row.lines.select_related(*related).order_by("pk")
        ]
        lines = Table("Lines", ("Product", "Quantity", "Cost", "Shipped with"), rows)
        return Page(facts, [lines, ties.credit_notes_of_return(row), *ties.of_source(f"return:{row.pk}")])


def take_back(
    desk: ReadOnlyAdmin, request: HttpRequest, row: Any, order: Any, lines: QuerySet[DeliveryLine]
) -> HttpResponse | None:
    """Ask how many of which shipped lines are back, then take them in."""
    shipped = lines.filter(note__shipped_on__isnull=False).order_by("pk")
    rows = [(line.pk, f"{line.title} {line.sku}", line.quantity, line.returned) for line in shipped]
    form = QuantitiesForm(answers(request), rows=rows)
    if not form.is_valid():
        return desk.ask(request, f"Take back goods of {row}", [row], [("", form)])

    def take(_: Any) -> str:
        document = order_to_cash.take_back(
            order,
            quantities=form.quantities(),
            on=timezone.localdate(),
            key=f"office:{form.cleaned_data['key']}",
            reason=form.cleaned_data["reason"],
            by=request.user,
        )
        return f"{document} is in: restocked, credited and refunded."

    return desk.carry_out(request, [row], take)
