"""The warehouse's papers: delivery notes are shipped, whole or in part, and followed until they arrive."""

from collections.abc import Sequence

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from erp import order_to_cash, parcels
from erp.delivery import carriers
from erp.delivery.models import DeliveryNote
from erp.delivery.packing import name_of
from erp.invoicing.keys import source_key

from .. import links, ties
from ..actions import answers, verb
from ..exporting import Exported, export_of
from ..forms import QuantitiesForm
from ..pages import Page, ReadOnlyAdmin, Table
from ..parcel_forms import DeliveredForm, ParcelForm, ShipForm
from ..site import office
from .picking import AtTheShelf
from .returns import TAKE_BACK, take_back

State = DeliveryNote.State
SHIP = "delivery.change_deliverynote"
CANCEL = "order.change_order"
OFFERED: dict[str, tuple[str, ...]] = {
    State.WAITING_PAYMENT: ("cancel_pieces",),
    State.WAITING_STOCK: ("ship_part", "cancel_pieces"),
    State.READY: ("pick", "ship", "ship_part", "cancel_pieces"),
    State.PICKING: ("pick", "put_back", "cancel_pieces"),
    State.PACKED: ("ship", "ship_part", "put_back", "cancel_pieces"),
    State.SHIPPED: ("deliver", "track", "take_back"),
    State.DELIVERED: ("take_back",),
}


@admin.register(DeliveryNote, site=office)
class DeliveryNoteAdmin(Exported, AtTheShelf, ReadOnlyAdmin):
    list_display = (
        "number",
        "state",
        "order",
        "receiver",
        "warehouse",
        "picker",
        "created_on",
        "shipped_on",
        "delivered_on",
        "tracking_number",
    )
    list_filter = ("state", "warehouse", "created_on", "shipped_on")
    list_select_related = ("order", "warehouse", "picker")
    search_fields = ("number", "order__number", "tracking_number", "lines__title", "lines__sku")
    ordering = ("-created_on", "-pk")
    actions = (
        *("pick", "put_back", "print_pick_list", "print_packing_slips", "print_notes"),
        *("ship", "ship_part", "cancel_pieces", "track", "deliver", "take_back"),
    )
    resource_classes = [
        export_of(
            DeliveryNote, "number", "state", "order__number", "warehouse__code", "created_on", "shipped_on"
        )
    ]

    @admin.display(description="to")
    def receiver(self, note: DeliveryNote) -> str:
        return f"{note.ship_to.get('name', '')}, {note.ship_to.get('city', '')}"

    def page(self, request: HttpRequest, row: DeliveryNote) -> Page:
        link = carriers.link_for(row)
        facts = [
            ("Order", links.to(row.order)),
            ("State", row.get_state_display()),
            ("Picked by", name_of(row.picker) if row.picker else ""),
            ("To", ties.address(row.ship_to)),
            ("Warehouse", row.warehouse),
            ("Created", row.created_on),
            ("Shipped", row.shipped_on),
            ("Carrier", row.carrier),
            ("Tracking number", links.anchor(link, row.tracking_number) if link else row.tracking_number),
            ("Delivered", row.delivered_on),
            ("Document", links.pdf_of(row)),
        ]
        return Page(facts, [self._lines(row), *ties.of_source(source_key(row))])

    def offered(self, row: DeliveryNote) -> Sequence[str]:
        return OFFERED.get(row.state, ())

    @verb("Ship", needs=SHIP)
    def ship(self, request: HttpRequest, notes: QuerySet[DeliveryNote]) -> HttpResponse | None:
        today = timezone.localdate()

        def take(note: DeliveryNote) -> str:
            order_to_cash.ship(note, on=today, by=request.user)
            return f"{note} has left."

        return self.carry_out(request, notes.order_by("pk"), take)

    @verb("Ship with…", needs=SHIP)
    def ship_part(self, request: HttpRequest, notes: QuerySet[DeliveryNote]) -> HttpResponse | None:
        """Ask how many pieces leave in which parcel, then ship them."""
        note = self.only_one(request, notes)
        if note is None:
            return None
        form = ShipForm(answers(request), note=note)
        if not form.is_valid():
            return self.ask(request, f"Ship {note}", [note], [("", form)])
        said = form.cleaned_data

        def take(note: DeliveryNote) -> str:
            parcels.send(
                note,
                on=timezone.localdate(),
                quantities=form.quantities(),
                rest=said["rest"],
                parcel=(said["carrier"], said["tracking_number"]),
                by=request.user,
            )
            return f"{note} has left."

        return self.carry_out(request, [note], take)

    @verb("Cancel pieces…", needs=CANCEL)
    def cancel_pieces(self, request: HttpRequest, notes: QuerySet[DeliveryNote]) -> HttpResponse | None:
        """Ask which pieces will never leave, then cancel, credit and refund them."""
        note = self.only_one(request, notes)
        if note is None:
            return None
        lines = note.lines.order_by("pk")
        rows = [(line.pk, f"{line.title} {line.sku}", line.quantity, 0) for line in lines]
        form = QuantitiesForm(answers(request), rows=rows)
        if not form.is_valid():
            return self.ask(request, f"Cancel pieces of {note}", [note], [("", form)])

        def take(note: DeliveryNote) -> str:
            reason = form.cleaned_data["reason"]
            pieces = form.quantities()
            parcels.cancel_rest(
                note, quantities=pieces, on=timezone.localdate(), reason=reason, by=request.user
            )
            return f"{sum(pieces.values())} pieces of {note} are cancelled."

        return self.carry_out(request, [note], take)

    @verb("Parcel…", needs=SHIP)
    def track(self, request: HttpRequest, notes: QuerySet[DeliveryNote]) -> HttpResponse | None:
        """Ask for carrier and number of a parcel that is on its way."""
        note = self.only_one(request, notes)
        if note is None:
            return None
        known = {"carrier": note.carrier, "tracking_number": note.tracking_number}
        form = ParcelForm(answers(request), initial=known)
        if not form.is_valid():
            return self.ask(request, f"Parcel of {note}", [note], [("", form)])

        def take(note: DeliveryNote) -> str:
            parcels.track(note, **form.cleaned_data)
            return f"{note} goes by {note.carrier or 'an unnamed carrier'} {note.tracking_number}."

        return self.carry_out(request, [note], take)

    @verb("Delivered…", needs=SHIP)
    def deliver(self, request: HttpRequest, notes: QuerySet[DeliveryNote]) -> HttpResponse | None:
        """Ask on which day notes arrived, then write it down."""
        rows = list(notes.order_by("pk"))
        form = DeliveredForm(answers(request))
        if not form.is_valid():
            return self.ask(request, f"Delivered: {', '.join(map(str, rows))}", rows, [("", form)])

        def take(note: DeliveryNote) -> str:
            parcels.deliver(note, on=form.cleaned_data["on"], by=request.user)
            return f"{note} has arrived."

        return self.carry_out(request, rows, take)

    @verb("Take back…", needs=TAKE_BACK)
    def take_back(self, request: HttpRequest, notes: QuerySet[DeliveryNote]) -> HttpResponse | None:
        note = self.only_one(request, notes)
        if note is None:
            return None
        return take_back(self, request, note, note.order, note.lines.all())

    @staticmethod
    def _lines(note: DeliveryNote) -> Table:
        rows = [
            (
                *(line.sku, links.to(line.product, line.title), line.quantity),
                *(line.waits, line.picked, line.returned, line.cost),
            )
            for line in note.lines.select_related("product").order_by("pk")
        ]
        columns = ("SKU", "Product", "Quantity", "To come", "Picked", "Came back", "Cost")
        return Table("Lines", columns, rows)
