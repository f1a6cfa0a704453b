"""Documents to look at and take away, and the way from a source key to its page. Views for staff."""

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.http import content_disposition_header

from accounting.refusal import Refusal
from erp.documents.models import DocumentFile
from erp.invoicing.einvoice import paper_xml
from erp.invoicing.models import CreditNote, Invoice
from erp.invoicing.pdf import document_pdf
from erp.invoicing.printing import in_one_file

from . import links

TYPES = {"pdf": "application/pdf", "xml": "application/xml", "ubl": "application/xml"}


def pdf(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """Show the PDF of a document to whoever may see the document."""
    model: Any = links.DOCUMENTS.get(kind)
    if model is None or kind == "return":
        raise Http404
    _require(request, model)
    document = get_object_or_404(model, pk=pk)
    try:
        content = document_pdf(document)
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect(links.page_of(document))
    return file_answer(content, f"{document.number}.pdf", TYPES["pdf"])


def xml(request: HttpRequest, kind: str, form: str, pk: int) -> HttpResponse:
    """Hand out an invoice or credit note as `xml` (Factur-X) or `ubl`."""
    model: Any = links.DOCUMENTS.get(kind)
    if form not in ("xml", "ubl") or model not in (Invoice, CreditNote):
        raise Http404
    _require(request, model)
    paper = get_object_or_404(model.objects.exclude(number=None), pk=pk)
    return file_answer(paper_xml(paper, form), f"{paper.number}-{form}.xml", TYPES[form])


def printed(documents: Iterable[Any]) -> HttpResponse:
    """Show documents as one file to print. Raises PdfUnavailable."""
    return file_answer(in_one_file(documents), "print.pdf", TYPES["pdf"])


def file(request: HttpRequest, pk: int) -> HttpResponse:
    """Hand out a stored file."""
    _require(request, DocumentFile)
    found = get_object_or_404(DocumentFile, pk=pk)
    return file_answer(bytes(found.content), found.name, TYPES[found.kind])


def source(request: HttpRequest) -> HttpResponse:
    """Go to what a source key names."""
    try:
        return redirect(links.find(request.GET.get("key", "").replace("\0", "")))
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect("admin:index")


def _require(request: HttpRequest, model: Any) -> None:
    if not request.user.has_perm(f"{model._meta.app_label}.view_{model._meta.model_name}"):
        raise PermissionDenied


def file_answer(content: bytes, name: str, content_type: str) -> HttpResponse:
    """Return bytes as a file that the browser shows or keeps."""
    disposition = content_disposition_header(as_attachment=False, filename=name) or "inline"
    return HttpResponse(content, content_type=content_type, headers={"Content-Disposition": disposition})
