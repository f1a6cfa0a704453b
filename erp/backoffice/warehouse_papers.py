"""Papers that stay in the house: the list to pick many notes by, and the slip that a parcel is packed by.

They say how things are at this moment, so they are drawn anew each time and never kept.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from erp.delivery.models import DeliveryLine, DeliveryNote
from erp.documents.barcode import barcode_uri
from erp.documents.logo import logo_uri
from erp.documents.services import company, letterhead
from erp.inventory.models import StockLevel, Warehouse
from erp.invoicing.pdf import render

State = DeliveryNote.State
TO_PICK = (State.READY, State.PICKING)


@dataclass(slots=True)
class Stop:
    """A place at a shelf: what is taken there, and for which boxes how many of it."""

    bin: str
    sku: str
    title: str
    boxes: list[tuple[int, int]] = field(default_factory=list)

    @property
    def pieces(self) -> int:
        return sum(pieces for _, pieces in self.boxes)


@dataclass(frozen=True, slots=True)
class Round:
    """One walk through a warehouse: its notes, each with the number of its box, and its stops by bin."""

    warehouse: Warehouse
    notes: list[tuple[int, DeliveryNote, str]]
    stops: list[Stop]


def pick_list(notes: Iterable[DeliveryNote]) -> bytes:
    """Draw one list to pick notes by, sorted by bin. Raises PdfUnavailable."""
    told = {"rounds": rounds(notes), "seller": letterhead(company()), "logo": logo_uri()}
    return render("documents/pick_list.html", told)


def packing_slips(notes: Iterable[DeliveryNote]) -> bytes:
    """Draw a slip for each parcel, all in one file. Raises PdfUnavailable."""
    told = {"slips": slips(notes), "seller": letterhead(company()), "logo": logo_uri()}
    return render("documents/packing_slip.html", told)


def rounds(notes: Iterable[DeliveryNote]) -> list[Round]:
    """Return the walks that bring together what notes still need, a warehouse each, in its order of bins."""
    by_warehouse: dict[Warehouse, list[DeliveryNote]] = defaultdict(list)
    for note in notes:
        by_warehouse[note.warehouse].append(note)
    lines = _lines_of([note for those in by_warehouse.values() for note in those])
    return [
        Round(
            warehouse,
            [(box, note, barcode_uri(note.number)) for box, note in enumerate(those, start=1)],
            _stops(those, lines, bins_of([line for note in those for line in lines[note.pk]], warehouse)),
        )
        for warehouse, those in sorted(by_warehouse.items(), key=lambda pair: pair[0].priority)
    ]


def slips(notes: Iterable[DeliveryNote]) -> list[dict[str, Any]]:
    """Return what the slip of each note shows."""
    wanted = list(notes)
    lines = _lines_of(wanted)
    return [
        {
            "note": note,
            "lines": lines[note.pk],
            "pieces": sum(line.quantity for line in lines[note.pk]),
            "barcode": barcode_uri(note.number),
        }
        for note in wanted
    ]


def bins_of(lines: Iterable[DeliveryLine], warehouse: Any) -> dict[int, str]:
    """Return in which bin of a warehouse the products of lines lie."""
    levels = StockLevel.objects.filter(warehouse=warehouse, product__in={line.product_id for line in lines})
    return dict(levels.values_list("product", "bin"))


def by_bin(place: str, sku: str) -> tuple[Any, ...]:
    """Sort bins as people number them, A2 before A10; what has none comes last."""
    parts = re.split(r"(\d+)", place.casefold())
    return (not place, [(int(part), "") if part.isdecimal() else (-1, part) for part in parts], sku)


def _stops(
    notes: list[DeliveryNote], lines: dict[int, list[DeliveryLine]], bins: dict[int, str]
) -> list[Stop]:
    stops: dict[int, Stop] = {}
    for box, note in enumerate(notes, start=1):
        for line in lines[note.pk]:
            if left := line.here - line.picked:
                place = Stop(bins.get(line.product_id, ""), line.sku, line.title)
                stops.setdefault(line.product_id, place).boxes.append((box, left))
    return sorted(stops.values(), key=lambda stop: by_bin(stop.bin, stop.sku))


def _lines_of(notes: list[DeliveryNote]) -> dict[int, list[DeliveryLine]]:
    found: dict[int, list[DeliveryLine]] = defaultdict(list)
    for line in DeliveryLine.objects.filter(note__in=notes).order_by("note_id", "pk"):
        found[line.note_id].append(line)
    return found
