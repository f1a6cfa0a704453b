"""The page on which files of the books are taken away: which, of which days, and who took which before."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone

from accounting.models import ExportRecord
from accounting.refusal import Refusal

from . import links
from .pages import Table
from .sheets.asking import DaysForm, SpanForm
from .taking_away import KINDS, WAYS, asked, take

LATEST = 10
TYPES = {"csv": "text/csv", "txt": "text/plain", "zip": "application/zip"}


class ExportForm(DaysForm):
    """Which file is wanted, of which days, and how it is written."""

    field_order = ("kind",)

    kind = forms.ChoiceField(label="File", choices=[(name, title) for name, (title, _) in KINDS.items()])
    bom = forms.BooleanField(label=WAYS["bom"], required=False)
    comma = forms.BooleanField(label=WAYS["comma"], required=False)
    utf8 = forms.BooleanField(label=WAYS["utf8"], required=False)


def may_take(user: Any) -> bool:
    """Whether somebody may take files of the books away."""
    return user.has_perm("accounting.add_exportrecord")


def page(request: HttpRequest, site_context: dict[str, Any]) -> Any:
    """Ask what is wanted; hand it out when it is said. A file is made whole before any of it leaves."""
    if not may_take(request.user):
        raise PermissionDenied
    form = ExportForm(request.POST or None, initial=_last_month(timezone.localdate()))
    if form.is_valid():
        said = form.cleaned_data
        try:
            wanted = asked(said["start"], said["end"], **{way: said[way] for way in WAYS})
            made = take(said["kind"], wanted, by=request.user)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            kind = TYPES.get(made.name.rpartition(".")[2], "application/octet-stream")
            return FileResponse(made.file, as_attachment=True, filename=made.name, content_type=kind)
    return _asking(request, site_context, form)


def _asking(request: HttpRequest, site_context: dict[str, Any], form: forms.Form) -> HttpResponse:
    context = {
        **site_context,
        "title": "Files of the books",
        "form": form,
        "table": Table("Which file for what", ("File", "What is in it"), list(KINDS.values())),
        "latest": _latest(),
    }
    return TemplateResponse(request, "admin/exports.html", context)


def _last_month(today: date) -> dict[str, date]:
    return dict(SpanForm.shortcuts(today))["Last month"]


def _latest() -> Table:
    found = ExportRecord.objects.select_related("user").order_by("-pk")[:LATEST]
    rows = [
        (row.at, links.to(row), row.start, row.end, row.rows, row.user or "by command", row.sha256[:12])
        for row in found
    ]
    columns = ("When", "File", "From", "To", "Rows", "By", "SHA-256 begins")
    return Table("Last handed out", columns, rows)
