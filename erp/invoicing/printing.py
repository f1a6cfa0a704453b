"""Many papers as one file to print."""

from collections.abc import Iterable
from io import BytesIO
from typing import Any

from pypdf import PdfReader, PdfWriter

from .pdf import document_pdf


def in_one_file(documents: Iterable[Any]) -> bytes:
    """Return the pages of documents in their order, as one PDF. Those not yet drawn are drawn.

    It is for the printer: what is archived and sent are the documents' own files. Raises PdfUnavailable.
    """
    writer = PdfWriter()
    for document in documents:
        writer.append(PdfReader(BytesIO(document_pdf(document))), import_outline=False)
    out = BytesIO()
    writer.write(out)
    return out.getvalue()
