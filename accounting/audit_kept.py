"""Are locks as their reasons say, and files as somebody attached them? Part of `audit`."""

import hashlib
from collections.abc import Iterator

from .finding import Finding
from .models import Attachment, Period, PeriodChange
from .periods import AREAS

COLUMNS = {**{area: column for area, (column, _) in AREAS.items()}, PeriodChange.Area.ALL: "locked"}


def locks_have_their_reasons() -> Iterator[str]:
    """4 Each period is locked and open as the last change that was written down of it says."""
    changes = PeriodChange.objects.order_by("pk").values_list("period_id", "area", "locked")
    said = {(period, area): locked for period, area, locked in changes}
    for period in Period.objects.order_by("start"):
        for area, column in COLUMNS.items():
            if getattr(period, column) != said.get((period.pk, area), False):
                state = "locked" if getattr(period, column) else "open"
                name = PeriodChange.Area(area).words
                yield Finding(f"{period} is {state} for {name}, and nobody said so.", about=period)


def attachments_are_as_they_were_kept() -> Iterator[str]:
    """8 The files that prove entries by hand have the sha256 they were kept with."""
    for file in Attachment.objects.select_related("draft").order_by("pk").iterator(chunk_size=5):
        if hashlib.sha256(file.content).hexdigest() != file.sha256:
            yield Finding(f"{file} of entry {file.draft} is not what was attached.", about=file.draft)


CHECKS = [locks_have_their_reasons, attachments_are_as_they_were_kept]
