"""The files that prove an entry by hand. One that is attached is never changed or taken away."""

import hashlib
from collections.abc import Sequence
from typing import Any

from django.db.transaction import atomic

from .models import Attachment, EntryDraft
from .refusal import Refusal

LARGEST = 10 * 1024 * 1024
MOST = 50
# What a file may be, how it begins, and what it is called on its way out.
KINDS: dict[str, tuple[tuple[bytes, ...], str]] = {
    "pdf": ((b"%PDF-",), "application/pdf"),
    "png": ((b"\x89PNG\r\n\x1a\n",), "image/png"),
    "jpg": ((b"\xff\xd8\xff",), "image/jpeg"),
    "jpeg": ((b"\xff\xd8\xff",), "image/jpeg"),
    "xlsx": ((b"PK\x03\x04",), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "csv": ((), "text/csv"),
    "txt": ((), "text/plain"),
}


class NotAttached(Refusal):
    """A file of a kind or size that is not kept, or more files than anybody looks at."""


@atomic
def attach(kept: EntryDraft, files: Sequence[tuple[str, bytes]], *, by: Any) -> None:
    """Keep files (name and content) beside an entry by hand, all or none. The same file again stays one.

    Raises NotAttached.
    """
    for name, content in files:
        _require_kept(name, content)
    held = EntryDraft.objects.select_for_update().get(pk=kept.pk)
    found = {hashlib.sha256(content).hexdigest(): (name, content) for name, content in files}
    there = set(Attachment.objects.filter(draft=held).values_list("sha256", flat=True))
    if held.state == EntryDraft.State.DISCARDED or len(there | found.keys()) > MOST:
        raise NotAttached(f"Entry {held} takes no more files.")
    Attachment.objects.bulk_create(
        Attachment(draft=held, name=name.replace("\0", "")[-255:], content=content, sha256=digest, user=by)
        for digest, (name, content) in found.items()
        if digest not in there
    )


def content_type(name: str) -> str:
    """Return what a file is called on its way out."""
    return KINDS[_ending(name)][1]


def _require_kept(name: str, content: bytes) -> None:
    kind = KINDS.get(_ending(name))
    if kind is None:
        raise NotAttached(f"'{name}' is none of {', '.join(KINDS)}.")
    if not content or len(content) > LARGEST:
        raise NotAttached(f"'{name}' is empty or larger than {LARGEST // 1024 // 1024} MB.")
    begins, _ = kind
    if (begins and not content.startswith(begins)) or (not begins and b"\0" in content):
        raise NotAttached(f"'{name}' does not hold what its name says.")


def _ending(name: str) -> str:
    return name.rpartition(".")[2].lower()
