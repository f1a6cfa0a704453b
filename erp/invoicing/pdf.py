"""Documents as PDF: drawn once from what the document itself holds, then kept with their sha256.

WeasyPrint fetches nothing from network or disk: a document can show only what we put into it. Invoices
and credit notes are PDF/A-3b with their Factur-X inside, the very bytes that are stored beside them.
"""

import gc
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import cache, lru_cache
from pathlib import Path
from threading import Lock
from typing import Any

from django.apps import apps
from django.template.loader import render_to_string

from accounting.refusal import Refusal
from erp import documents
from erp.delivery.models import DeliveryNote
from erp.documents import files
from erp.documents.models import Outbox
from erp.documents.outbox import effect

from . import pages
from .einvoice import paper_xml
from .embedding import embed
from .keys import source_key
from .models import CreditNote, Invoice, Paper

FONTS = Path(documents.__file__).parent / "fonts"
LIBRARIES = "libpangoft2-1.0-0 libharfbuzz-subset0"
HOW_TO_GET_THEM = (
    f"PDFs need two libraries on this machine: apt-get install -y --no-install-recommends {LIBRARIES}"
)
STYLE = "documents/paper.css"
ARCHIVED: dict[str, Any] = {"pdf_variant": "pdf/a-3b", "pdf_tags": True}
# Pango shares memory between threads without care: two that draw at once end the whole process.
_one_at_a_time = Lock()


class PdfUnavailable(Refusal):
    """The libraries that draw PDFs are not on this machine."""


def document_pdf(document: Any) -> bytes:
    """Return the PDF of a paper, delivery note or purchase order: the stored bytes, made at first call.

    What has not left may still be divided: its note is drawn as it is now, and not kept. Raises
    PdfUnavailable, NotIssued and NotOrdered for a draft.
    """
    if isinstance(document, DeliveryNote) and document.shipped_on is None:
        return render(*pages.page(document))
    key = source_key(document)
    file = files.the_file(key, "pdf")
    if file is None:
        content = _with_xml(document) if isinstance(document, Paper) else render(*pages.page(document))
        file = files.keep(key, "pdf", f"{document.number}.pdf", content)
    return bytes(file.content)


def render_document(payload: dict[str, Any], *, now: datetime) -> None:
    """Make the PDFs of an order's papers, or of one document, in the background."""
    if "order" in payload:
        for model in (Invoice, CreditNote):
            for paper in model.objects.filter(order=payload["order"]).exclude(number=None).order_by("pk"):
                document_pdf(paper)
    else:
        document_pdf(apps.get_model(payload["model"]).objects.get(pk=payload["pk"]))


def to_draw(paper: Paper) -> Outbox:
    """Return the effect that makes the PDF of a new paper. The paper exists and counts without it."""
    return effect(
        f"pdf:{source_key(paper)}",
        "pdf",
        order_number=paper.order_number,
        model=paper._meta.label,
        pk=paper.pk,
    )


def render(template: str, context: dict[str, Any], **options: Any) -> bytes:
    """Draw a template. Raises PdfUnavailable with the line that helps."""
    weasyprint = _weasyprint()
    html, style = render_to_string(template, context), render_to_string(STYLE)
    with _one_at_a_time, _uncollected():
        page = weasyprint.HTML(string=html, url_fetcher=fetcher())
        return page.write_pdf(stylesheets=[_style(style)], font_config=_fonts(), **options)


def fetcher() -> Any:
    """Return what WeasyPrint fetches with: only what stands in the document itself."""
    return _weasyprint().URLFetcher(allowed_protocols={"data"})


def _with_xml(paper: Paper) -> bytes:
    """Draw a paper and put its stored e-invoice into it."""
    finish = embed(paper_xml(paper), pages.metadata(paper))
    return render(*pages.page(paper), finisher=finish, **ARCHIVED)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Keep the garbage collector away: it would walk through the whole program several times a page."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@lru_cache(maxsize=4)
def _style(text: str) -> Any:
    """Read a style once: that is a fifth of a paper's work."""
    return _weasyprint().CSS(string=text, url_fetcher=fetcher(), font_config=_fonts())


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
