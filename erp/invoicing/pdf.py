"""Documents as PDF: rendered once from what the document itself holds, then kept with their sha256.

WeasyPrint fetches nothing from network or disk: a document can show only what we put into it.
"""

import os
from datetime import datetime
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any

from django.apps import apps
from django.template.loader import render_to_string

from accounting.refusal import Refusal
from erp import documents
from erp.delivery.models import DeliveryNote
from erp.documents import files
from erp.documents.services import company, letterhead

from .models import CreditNote, Invoice

FONTS = Path(documents.__file__).parent / "fonts"
LIBRARIES = "libpangoft2-1.0-0 libharfbuzz-subset0"
HOW_TO_GET_THEM = (
    f"PDFs need two libraries on this machine: apt-get install -y --no-install-recommends {LIBRARIES}"
)
# Pango shares memory between threads without care: two that draw at once end the whole process.
_one_at_a_time = Lock()


class PdfUnavailable(Refusal):
    """The libraries that draw PDFs are not on this machine."""


def document_pdf(document: Any) -> bytes:
    """Return the PDF of an invoice, credit note or delivery note: the stored bytes, made at first call."""
    key = source_key(document)
    file = files.the_file(key, "pdf")
    if file is None:
        content = render(*_page(document))
        file = files.keep(key, "pdf", f"{document.number}.pdf", content)
    return bytes(file.content)


def render_document(payload: dict[str, Any], *, now: datetime) -> None:
    """Make the PDF of a document in the background."""
    model = apps.get_model(payload["model"])
    document_pdf(model.objects.get(pk=payload["pk"]))


def source_key(document: Any) -> str:
    """Return the key by which events, entries and files name a document."""
    kinds = {Invoice: "invoice", CreditNote: "credit", DeliveryNote: "delivery"}
    return f"{kinds[type(document)]}:{document.pk}"


def render(template: str, context: dict[str, Any]) -> bytes:
    """Draw a template. Raises PdfUnavailable with the line that helps."""
    weasyprint = _weasyprint()
    html = render_to_string(template, context)
    with _one_at_a_time:
        return weasyprint.HTML(string=html, url_fetcher=fetcher()).write_pdf(font_config=_fonts())


def fetcher() -> Any:
    """Return what WeasyPrint fetches with: only what stands in the document itself."""
    return _weasyprint().URLFetcher(allowed_protocols={"data"})


@cache
def _weasyprint() -> Any:
    os.environ.setdefault("FONTCONFIG_FILE", str(FONTS / "fonts.conf"))
    try:
        import weasyprint
    except OSError:
        raise PdfUnavailable(HOW_TO_GET_THEM) from None
    return weasyprint


@cache
def _fonts() -> Any:
    """Fonts are looked up once a process: that is most of a cold start."""
    _weasyprint()
    from weasyprint.text.fonts import FontConfiguration

    return FontConfiguration()


def _page(document: Any) -> tuple[str, dict[str, Any]]:
    if isinstance(document, DeliveryNote):
        lines = document.lines.order_by("pk")
        return "documents/delivery_note.html", {
            "note": document,
            "lines": lines,
            "seller": letterhead(company()),
        }
    lines = document.lines.order_by("position")
    is_credit = isinstance(document, CreditNote)
    return "documents/invoice.html", {"paper": document, "lines": lines, "is_credit": is_credit}
