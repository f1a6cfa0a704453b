"""What comes back: asked for, answered, received, inspected, closed."""

from collections.abc import Callable, Sequence
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from erp import order_to_cash, returning
from erp.delivery.models import DeliveryLine, Return, ReturnLine

from .. import links, ties
from ..actions import answers, verb
from ..exporting import Exported, export_of
from ..forms import QuantitiesForm, ReasonForm
from ..pages import Page, ReadOnlyAdmin, Table
from ..parcel_forms import InspectForm, ReceiveForm
from ..site import office

State = Return.State
ANSWER = "delivery.change_return"
TAKE_BACK = "delivery.add_return"
OFFERED: dict[str, tuple[str, ...]] = {
    State.REQUESTED: ("approve", "reject", "give_up"),
    State.APPROVED: ("receive", "give_up"),
    State.RECEIVED: ("receive", "inspect", "close"),
}


@admin.register(Return, site=office)
class ReturnAdmin(Exported, ReadOnlyAdmin):
    list_display = ("number", "state", "order", "requested_on", "received_on", "closed_on", "reason")
    list_filter = ("state", "requested_on", "closed_on")
    list_select_related = ("order",)
    search_fields = ("number", "order__number", "reason")
    ordering = ("-requested_on", "-pk")
    actions = ("approve", "reject", "give_up", "receive", "inspect", "close")
    resource_classes = [
        export_of(
            Return,
            "number",
            "state",
            "order__number",
            "requested_on",
            "received_on",
            "closed_on",
            "reason",
            "user__email",
        )
    ]

    def page(self, request: HttpRequest, row: Return) -> Page:
        declared = getattr(row, "withdrawal", None)
        facts = [
            ("Order", links.to(row.order) or "sold elsewhere"),
            ("State", row.get_state_display()),
            ("Withdrawal declared", declared and declared.declared_at),
            ("Asked for", row.requested_on),
            ("Received", row.received_on),
            ("Closed", row.closed_on),
            ("Reason", row.reason),
            ("Answer", row.answer),
            ("Taken in by", row.user),
        ]
        tables = [self._lines(row), ties.credit_notes_of_return(row), *ties.of_source(f"return:{row.pk}")]
        return Page(facts, tables)

    def offered(self, row: Return) -> Sequence[str]:
        return OFFERED.get(row.state, ())

    @verb("Approve", needs=ANSWER)
    def approve(self, request: HttpRequest, rows: QuerySet[Return]) -> HttpResponse | None:
        def take(row: Return) -> str:
            returning.approve(row, on=timezone.localdate(), by=request.user)
            return f"{row} is approved: the customer is told where to send it."

        return self.carry_out(request, rows.order_by("pk"), take)

    @verb("Reject…", needs=ANSWER)
    def reject(self, request: HttpRequest, rows: QuerySet[Return]) -> HttpResponse | None:
        return self._with_reason(request, rows, "Reject", returning.reject, "is rejected")

    @verb("Give up…", needs=ANSWER)
    def give_up(self, request: HttpRequest, rows: QuerySet[Return]) -> HttpResponse | None:
        return self._with_reason(request, rows, "Give up", returning.cancel, "is given up")

    @verb("Received…", needs=TAKE_BACK)
    def receive(self, request: HttpRequest, rows: QuerySet[Return]) -> HttpResponse | None:
        """Ask how many pieces have come in, then count them."""
        row = self.only_one(request, rows)
        if row is None:
            return None
        form = ReceiveForm(answers(request), lines=lines_of(row))
        if not form.is_valid():
            return self.ask(request, f"Receive goods of {row}", [row], [("", form)])

        def take(row: Return) -> str:
            pieces = form.quantities()
            if pieces:
                returning.receive(row, quantities=pieces, on=timezone.localdate(), by=request.user)
            return f"{sum(pieces.values())} more pieces of {row} are in."

        return self.carry_out(request, [row], take)

    @verb("Inspect…", needs=TAKE_BACK)
    def inspect(self, request: HttpRequest, rows: QuerySet[Return]) -> HttpResponse | None:
        """Ask what becomes of the received pieces, then write it down."""
        row = self.only_one(request, rows)
        if row is None:
            return None
        form = InspectForm(answers(request), lines=lines_of(row))
        if not form.is_valid():
            return self.ask(request, f"Inspect {row}", [row], [("", form)])

        def take(row: Return) -> str:
            said = form.dispositions()
            returning.inspect(row, dispositions=said, on=timezone.localdate(), by=request.user)
            return f"{row} is inspected."

        return self.carry_out(request, [row], take)

    @verb("Close: credit and refund", needs=TAKE_BACK)
    def close(self, request: HttpRequest, rows: QuerySet[Return]) -> HttpResponse | None:
        def take(row: Return) -> str:
            order_to_cash.close_return(row, on=timezone.localdate(), by=request.user)
            return f"{row} is closed: on the shelf or written off, credited and refunded."

        return self.carry_out(request, rows.order_by("pk"), take)

    def _with_reason(
        self,
        request: HttpRequest,
        found: QuerySet[Return],
        title: str,
        verb: Callable[..., None],
        told: str,
    ) -> HttpResponse | None:
        rows = list(found.order_by("pk"))
        form = ReasonForm(answers(request))
        if not form.is_valid():
            return self.ask(request, f"{title} {', '.join(map(str, rows))}", rows, [("", form)])

        def take(row: Return) -> str:
            verb(row, on=timezone.localdate(), reason=form.cleaned_data["reason"], by=request.user)
            return f"{row} {told}."

        return self.carry_out(request, rows, take)

    @staticmethod
    def _lines(document: Return) -> Table:
        rows = [
            (
                links.to(line.product, line.product.get_title()),
                line.quantity,
                line.received,
                *(getattr(line, name) for name in ReturnLine.DISPOSITIONS),
                line.cost,
                line.lost,
                links.to(line.delivery_line and line.delivery_line.note),
            )
            for line in lines_of(document)
        ]
        fates = (name.capitalize() for name in ReturnLine.DISPOSITIONS)
        columns = ("Product", "Asked for", "Received", *fates, "Restocked at", "Written off", "Shipped with")
        return Table("Lines", columns, rows)


def lines_of(document: Return) -> list[ReturnLine]:
    """Return the lines of a return with all that is shown of them."""
    related = "delivery_line__note", "product__parent"
    return list(document.lines.select_related(*related).order_by("pk"))


def take_back(
    desk: ReadOnlyAdmin, request: HttpRequest, row: Any, order: Any, lines: QuerySet[DeliveryLine]
) -> HttpResponse | None:
    """Ask how many of which shipped lines are back, then take them in."""
    shipped = lines.filter(note__shipped_on__isnull=False).order_by("pk")
    rows = [
        (line.pk, f"{line.title} {line.sku}", line.quantity, line.quantity - line.can_come_back)
        for line in shipped
    ]
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
