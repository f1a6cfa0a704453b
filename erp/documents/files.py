"""Files of documents: written once, kept with their sha256."""

import hashlib

from .models import DocumentFile


def the_file(source_key: str, kind: str) -> DocumentFile | None:
    """Return the stored file of a document, if it was rendered."""
    return DocumentFile.objects.filter(source_key=source_key, kind=kind).first()


def keep(source_key: str, kind: str, name: str, content: bytes) -> DocumentFile:
    """Store a file. Of two who render at once the first one's bytes stand."""
    file = DocumentFile(
        source_key=source_key,
        kind=kind,
        name=name,
        content=content,
        sha256=hashlib.sha256(content).hexdigest(),
    )
    DocumentFile.objects.bulk_create([file], ignore_conflicts=True)
    return DocumentFile.objects.get(source_key=source_key, kind=kind)
