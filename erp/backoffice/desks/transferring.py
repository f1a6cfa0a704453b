"""Transfers between warehouses: drafted, sent, received. Orders to the bank are in `transfers`."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from accounting.refusal import Refusal
from erp import transferring
from erp.inventory.models import Transfer

from .. import asking, links, ties
from ..actions import answers, verb
from ..exporting import Exported, export_of
from ..floor_forms import ArrivalForm, ChangeTransferForm, TransferForm, skus_of
from ..pages import Page, ReadOnlyAdmin, Table
from ..site import office

State = Transfer.State
DRAFT = "inventory.add_transfer"
MOVE = "inventory.change_transfer"
OFFERED: dict[str, tuple[str, ...]] = {
    State.DRAFT: ("send", "edit", "cancel"),
    State.SENT: ("receive", "cancel"),
}


@admin.register(Transfer, site=office)
class TransferAdmin(Exported, ReadOnlyAdmin):
    list_display = (
        "__str__",
        "state",
        "origin",
        "destination",
        "created_on",
        "sent_on",
        "received_on",
        "note",
        "user",
    )
    list_filter = ("state", "origin", "destination", "created_on")
    list_select_related = ("origin", "destination", "user")
    search_fields = ("=pk", "note", "lines__product__title", "lines__product__upc")
    search_help_text = "Number without TR-, note, product"
    ordering = ("-pk",)
    actions = ("send", "edit", "receive", "cancel")
    resource_classes = [
        export_of(
            Transfer,
            *("id", "state", "origin__code", "destination__code", "created_on", "sent_on", "received_on"),
            *("note", "user__email"),
        )
    ]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(DRAFT)  # type: ignore[union-attr]

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Ask what is to go where, and write a draft."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = TransferForm(request.POST or None)
        if not form.is_valid():
            back = links.list_of(Transfer)
            return asking.page(self, request, "Draft a transfer", form, back=back)
        said = form.cleaned_data
        try:
            transfer = transferring.draft(
                said["origin"],
                said["destination"],
                quantities=said["pieces"],
                note=said["note"],
                on=timezone.localdate(),
                key=said["key"],
                by=request.user,
            )
        except Refusal as refusal:
            messages.error(request, str(refusal))
            return redirect(request.path)
        return redirect(links.page_of(transfer))

    def page(self, request: HttpRequest, row: Transfer) -> Page:
        facts = [
            ("State", row.get_state_display()),
            ("From", row.origin),
            ("To", row.destination),
            ("Drafted", row.created_on),
            ("Sent", row.sent_on),
            ("Received", row.received_on),
            ("Note", row.note),
            ("By", row.user),
            ("Received by", row.recipient),
        ]
        return Page(facts, [lines(row), *ties.of_source(f"transfer:{row.pk}")])

    def offered(self, row: Transfer) -> Sequence[str]:
        return OFFERED.get(row.state, ())

    @verb("Send", needs=MOVE)
    def send(self, request: HttpRequest, rows: QuerySet[Transfer]) -> HttpResponse | None:
        def take(row: Transfer) -> str:
            transferring.send(row, on=timezone.localdate(), by=request.user)
            return f"{row} is on its way to {row.destination}."

        return self.carry_out(request, rows.select_related("origin", "destination").order_by("pk"), take)

    @verb("Change…", needs=DRAFT)
    def edit(self, request: HttpRequest, rows: QuerySet[Transfer]) -> HttpResponse | None:
        """Ask what is to go instead."""
        row = self.only_one(request, rows)
        if row is None:
            return None
        form = ChangeTransferForm(answers(request), initial={"pieces": as_words(row)})
        if not form.is_valid():
            return self.ask(request, f"Change {row}", [row], [("", form)])

        def take(row: Transfer) -> str:
            transferring.change(row, quantities=form.cleaned_data["pieces"])
            return f"{row} is changed."

        return self.carry_out(request, [row], take)

    @verb("Receive…", needs=MOVE)
    def receive(self, request: HttpRequest, rows: QuerySet[Transfer]) -> HttpResponse | None:
        """Ask what arrived, then put it on the shelf."""
        row = self.only_one(request, rows)
        if row is None:
            return None
        form = ArrivalForm(answers(request), transfer=row)
        if not form.is_valid():
            return self.ask(request, f"Receive {row}", [row], [("", form)])
        missing, why = form.missing(), form.cleaned_data["reason"]

        def take(row: Transfer) -> str:
            reasons = dict.fromkeys(missing, why)
            transferring.receive(
                row, missing=missing, reasons=reasons, on=timezone.localdate(), by=request.user
            )
            lost = f" {sum(missing.values())} pieces are written off." if missing else ""
            return f"{row} is received.{lost}"

        return self.carry_out(request, [row], take)

    @verb("Cancel", needs=MOVE)
    def cancel(self, request: HttpRequest, rows: QuerySet[Transfer]) -> HttpResponse | None:
        def take(row: Transfer) -> str:
            transferring.cancel(row, on=timezone.localdate(), by=request.user)
            return f"{row} is cancelled{': its goods are back' if row.sent_on else ''}."

        return self.carry_out(request, rows.order_by("pk"), take)


def lines(transfer: Transfer) -> Table:
    """Return what stands on a transfer."""
    found = list(transfer.lines.select_related("product__parent").order_by("pk"))  # type: ignore[attr-defined]
    skus = skus_of(line.product_id for line in found)
    rows = [
        (
            skus.get(line.product_id, ""),
            links.to(line.product, line.product.get_title()),
            line.quantity,
            line.received,
            line.reason,
            line.lost or None,
        )
        for line in found
    ]
    return Table("Goods", ("SKU", "Product", "Sent", "Arrived", "Missing because", "Written off"), rows)


def as_words(transfer: Transfer) -> str:
    """Return the goods of a draft as they are typed."""
    found = list(transfer.lines.order_by("pk"))  # type: ignore[attr-defined]
    skus = skus_of(line.product_id for line in found)
    return "\n".join(f"{skus.get(line.product_id, '')} {line.quantity}" for line in found)
