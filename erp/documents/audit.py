"""Is anything stuck on its way out? Each check yields a sentence for what is wrong."""

import hashlib
from collections.abc import Iterator
from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from .models import DocumentFile, Outbox

PATIENCE = timedelta(hours=1)


def outbox_moves() -> Iterator[str]:
    """11 No effect waits longer than an hour beyond its time."""
    patient = timezone.now() - PATIENCE
    late = Outbox.objects.filter(done_at=None, created_at__lt=patient).filter(
        Q(next_try_at__lt=patient) | Q(attempts__gt=0)
    )
    for row in late.order_by("pk"):
        words = f": {row.last_error}" if row.last_error else ""
        since = f"{row.created_at:%Y-%m-%d %H:%M}"
        yield f"{row.key} (order {row.order_number or 'none'}) waits since {since}{words}."


def files_are_as_they_were_written() -> Iterator[str]:
    """8 The stored files of papers have the sha256 they were written with."""
    for file in DocumentFile.objects.order_by("pk").iterator(chunk_size=50):
        if hashlib.sha256(file.content).hexdigest() != file.sha256:
            yield f"{file.name} is not what was written: its sha256 differs."


CHECKS = [outbox_moves, files_are_as_they_were_written]
