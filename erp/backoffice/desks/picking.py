"""What is done at the shelf with many notes at once, and the carriers that parcels are given to."""

from collections.abc import Callable, Iterable
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from accounting.refusal import Refusal
from erp import picking
from erp.delivery.models import Carrier, DeliveryNote
from erp.invoicing.printing import in_one_file

from ..actions import verb
from ..exporting import Exported, export_of
from ..papers import TYPES, file_answer
from ..picking_pages import PICK, url_of
from ..site import office
from ..warehouse_papers import TO_PICK, packing_slips, pick_list

LOOK = "delivery.view_deliverynote"
MOST_PRINTED = 200


class AtTheShelf:
    """The verbs of picking, for the list of delivery notes and for the page of one."""

    carry_out: Callable[..., HttpResponse | None]

    @verb("Pick", needs=PICK)
    def pick(self, request: HttpRequest, notes: QuerySet[DeliveryNote]) -> HttpResponse | None:
        """Begin to pick notes; of a single one show the page at the shelf."""
        rows = list(notes.order_by("pk"))

        def take(note: DeliveryNote) -> str:
            picking.start(note, by=request.user)
            return f"You pick {note}."

        answer = self.carry_out(request, rows, take)
        return redirect(url_of(rows[0])) if len(rows) == 1 else answer

    @verb("Put back", needs=PICK)
    def put_back(self, request: HttpRequest, notes: QuerySet[DeliveryNote]) -> HttpResponse | None:
        """Let notes be ready again, with nothing picked."""

        def take(note: DeliveryNote) -> str:
            picking.put_back(note, by=request.user)
            return f"{note} is ready again."

        return self.carry_out(request, notes.order_by("pk"), take)

    @verb("Print one pick list", needs=LOOK)
    def print_pick_list(self, request: HttpRequest, notes: QuerySet[DeliveryNote]) -> HttpResponse | None:
        """Show one list, sorted by bin, for those of the notes that are to be picked."""
        return _printed(request, notes.filter(state__in=TO_PICK), pick_list, none="None is to be picked.")

    @verb("Print packing slips", needs=LOOK)
    def print_packing_slips(self, request: HttpRequest, notes: QuerySet[DeliveryNote]) -> HttpResponse | None:
        """Show a slip for each parcel, all in one file."""
        return _printed(request, notes, packing_slips)

    @verb("Print delivery notes", needs=LOOK)
    def print_notes(self, request: HttpRequest, notes: QuerySet[DeliveryNote]) -> HttpResponse | None:
        """Show delivery notes in one file."""
        return _printed(request, notes, in_one_file)


@admin.register(Carrier, site=office)
class CarrierAdmin(Exported, admin.ModelAdmin):
    """Who brings parcels. Notes keep the name as it was; the address to follow them is read here."""

    list_display = ("name", "tracking_url")
    search_fields = ("name", "tracking_url")
    ordering = ("name",)
    resource_classes = [export_of(Carrier, "name", "tracking_url")]


def _printed(
    request: HttpRequest,
    notes: QuerySet[DeliveryNote],
    draw: Callable[[Iterable[Any]], bytes],
    *,
    none: str = "Choose a delivery note.",
) -> HttpResponse | None:
    """Show notes as one file, the oldest first; tell where there are none, or too many."""
    wanted = list(notes.select_related("order", "warehouse").order_by("created_on", "pk")[: MOST_PRINTED + 1])
    if not wanted or len(wanted) > MOST_PRINTED:
        messages.error(request, f"Print at most {MOST_PRINTED} at a time." if wanted else none)
        return None
    try:
        return file_answer(draw(wanted), "print.pdf", TYPES["pdf"])
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return None
