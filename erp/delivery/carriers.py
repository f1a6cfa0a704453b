"""Where a parcel can be followed: by the carrier that its note names, and the parcel's number."""

from collections.abc import Iterable
from urllib.parse import quote

from .models import Carrier, DeliveryNote

PLACE = "{number}"


def links_for(notes: Iterable[DeliveryNote]) -> dict[int, str]:
    """Return by note the address at which its parcel is followed, where there is one. At most one query."""
    named = [note for note in notes if note.carrier and note.tracking_number]
    if not named:
        return {}
    rows = Carrier.objects.exclude(tracking_url="").values_list("name", "tracking_url")
    addresses = {name.casefold(): address for name, address in rows}
    return {
        note.pk: address.replace(PLACE, quote(note.tracking_number, safe=""))
        for note in named
        if (address := addresses.get(note.carrier.casefold()))
    }


def link_for(note: DeliveryNote) -> str:
    """Return the address at which a note's parcel is followed, or nothing."""
    return links_for([note]).get(note.pk, "")


def names() -> list[str]:
    """Return the carriers there are to choose from."""
    return list(Carrier.objects.order_by("name").values_list("name", flat=True))
