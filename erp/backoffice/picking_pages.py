"""The pages at the shelf: scan a note, scan its pieces, pack it, ship it. They work without a mouse.

A keyboard scanner types what it reads and presses Enter. With the page's script a scan is answered in place,
with a colour and a sound; without it the page is loaded anew.
"""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from accounting.refusal import Refusal
from erp import parcels, picking
from erp.delivery.models import DeliveryLine, DeliveryNote
from erp.delivery.packing import name_of, picked_of

from . import links
from .actions import button_for
from .parcel_forms import SendForm
from .warehouse_papers import bins_of, by_bin

State = DeliveryNote.State
PICK = "delivery.change_deliverynote"
SHOWN = 50
PRINTS = (("print_pick_list", "Print one pick list"), ("print_packing_slips", "Print packing slips"))
WAITS_FOR = {
    State.WAITING_PAYMENT: "It waits for its payment.",
    State.WAITING_STOCK: "It waits for goods.",
    State.SHIPPED: "It has left.",
    State.DELIVERED: "It has arrived.",
    State.CANCELLED: "It is cancelled.",
}


def start_page(request: HttpRequest, site_context: dict[str, Any]) -> HttpResponse:
    """Take the number of a note and open it; list what there is to pick, and who picks what."""
    _require(request)
    if request.method == "POST":
        return _open(request, request.POST.get("code", ""))
    who: Any = request.user
    notes = DeliveryNote.objects.select_related("order", "picker", "warehouse").order_by("created_on", "pk")
    ready = list(notes.filter(state=State.READY)[:SHOWN])
    keys = [note.pk for note in ready]
    context = {
        **site_context,
        "title": "Pick and pack",
        "mine": notes.filter(state=State.PICKING, picker=who)[:SHOWN],
        "others": notes.filter(state=State.PICKING).exclude(picker=who)[:SHOWN],
        "ready": ready,
        "prints": [button_for(DeliveryNote._meta, name, keys, label=label) for name, label in PRINTS],
        "packed": notes.filter(state=State.PACKED)[:SHOWN],
        "shown": SHOWN,
    }
    return TemplateResponse(request, "admin/picking.html", context)


def note_page(request: HttpRequest, pk: int, site_context: dict[str, Any]) -> HttpResponse:
    """Show a note with what is picked of it, and take the next step."""
    _require(request)
    note = get_object_or_404(DeliveryNote.objects.select_related("order", "picker", "warehouse"), pk=pk)
    form = SendForm(request.POST if request.POST.get("step") == "ship" else None)
    if request.method == "POST" and (answer := _step(request, note, form)):
        return answer
    picked, pieces = picked_of(note)
    context = {
        **site_context,
        "title": f"{'Send' if note.state == State.PACKED else 'Pick'} {note}",
        "note": note,
        "lines": _lines(note),
        "picked": picked,
        "pieces": pieces,
        "is_mine": note.state == State.PICKING and note.picker_id == request.user.pk,
        "picker": name_of(note.picker),
        "waits_for": WAITS_FOR.get(State(note.state), ""),
        "form": form,
        "page_of_note": links.page_of(note),
    }
    return TemplateResponse(request, "admin/pick_note.html", context)


def scan(request: HttpRequest, pk: int) -> HttpResponse:
    """Count what a scanner read, and answer in place or with the page."""
    _require(request)
    if request.method != "POST":
        return redirect("admin:pick_note", pk)
    note = get_object_or_404(DeliveryNote, pk=pk)
    code = request.POST.get("code", "").replace("\0", "").strip()
    if code.casefold() == note.number.casefold():
        return _packed(request, note)
    if DeliveryNote.objects.filter(number__iexact=code).exists():
        return _go(request, _open(request, code))
    seen = request.POST.get("seen", "")
    try:
        line = picking.scan(note, code=code, by=request.user, seen=int(seen) if seen.isdecimal() else None)
    except Refusal as refusal:
        return _answer(request, note, str(refusal), level="error")
    picked, pieces = picked_of(note)
    said = f"{line.title}: {line.picked} of {line.quantity}."
    if picked == pieces:
        said += f" All {pieces} are here. Scan {note} to pack it."
    return _answer(request, note, said, level="success")


def _packed(request: HttpRequest, note: DeliveryNote) -> HttpResponse:
    """Pack a note whose own number was scanned: then the page asks for the parcel."""
    try:
        picking.pack(note, by=request.user)
    except Refusal as refusal:
        return _answer(request, note, str(refusal), level="error")
    messages.success(request, f"{note} is packed.")
    return _go(request, redirect("admin:pick_note", note.pk))


def _open(request: HttpRequest, code: str) -> HttpResponse:
    """Go to the note of a number, and begin to pick it if it is ready."""
    number = code.replace("\0", "").strip()
    note = DeliveryNote.objects.filter(number__iexact=number).first() if number else None
    if note is None:
        messages.error(request, f"There is no delivery note '{number}'.")
        return redirect("admin:picking")
    if note.state in (State.READY, State.PICKING):
        _take(request, note, lambda: picking.start(note, by=request.user))
    return redirect("admin:pick_note", note.pk)


def _step(request: HttpRequest, note: DeliveryNote, form: SendForm) -> HttpResponse | None:
    """Take what a button of the page says. None where its form is to be shown again."""
    by, today = request.user, timezone.localdate()
    step = request.POST.get("step", "")
    if step == "ship":
        if not form.is_valid():
            return None
        parcel = form.cleaned_data["carrier"], form.cleaned_data["tracking_number"]
        if _take(request, note, lambda: parcels.send(note, on=today, parcel=parcel, by=by), "has left."):
            return redirect("admin:picking")
        return redirect("admin:pick_note", note.pk)
    steps: dict[str, tuple[Callable[[], Any], str]] = {
        "start": (lambda: picking.start(note, by=by), ""),
        "pack": (lambda: picking.pack(note, by=by), "is packed."),
        "pack_picked": (lambda: picking.pack_picked(note, on=today, by=by), "is packed."),
        "put_back": (lambda: picking.put_back(note, by=by), "is ready again."),
    }
    if step in steps:
        _take(request, note, *steps[step])
    elif step.startswith("line_") and step[5:].isdecimal():
        line = get_object_or_404(note.lines, pk=step[5:])
        _take(request, note, lambda: picking.count(note, quantities={line.pk: line.here}, by=by))
    return redirect("admin:pick_note", note.pk)


def _take(request: HttpRequest, note: DeliveryNote, verb: Callable[[], Any], done: str = "") -> bool:
    """Take a verb, tell how it went, and return whether it went well."""
    try:
        verb()
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return False
    if done:
        messages.success(request, f"{note} {done}")
    return True


def _answer(request: HttpRequest, note: DeliveryNote, said: str, *, level: str) -> HttpResponse:
    """Tell what came of a scan: to the page's script, or by the page itself."""
    if not _wants_json(request):
        messages.add_message(request, getattr(messages, level.upper()), said)
        return redirect("admin:pick_note", note.pk)
    lines = dict(note.lines.values_list("pk", "picked"))
    told = {"level": level, "said": said, "picked": sum(lines.values()), "lines": lines}
    return JsonResponse(told)


def _go(request: HttpRequest, answer: HttpResponse) -> HttpResponse:
    """Send the page elsewhere, or have its script do so."""
    return JsonResponse({"go": answer["Location"]}) if _wants_json(request) else answer


def _wants_json(request: HttpRequest) -> bool:
    return request.headers.get("Accept") == "application/json"


def _lines(note: DeliveryNote) -> list[tuple[str, DeliveryLine]]:
    """Return the lines of a note with their bins, in the order of a walk past them."""
    lines = list(note.lines.order_by("pk"))
    bins = bins_of(lines, note.warehouse_id)
    found = [(bins.get(line.product_id, ""), line) for line in lines]
    return sorted(found, key=lambda pair: by_bin(pair[0], pair[1].sku))


def _require(request: HttpRequest) -> None:
    if not request.user.has_perm(PICK):  # type: ignore[union-attr]
        raise PermissionDenied


def url_of(note: DeliveryNote) -> str:
    """Return the address of a note's page at the shelf."""
    return reverse("admin:pick_note", args=[note.pk])
