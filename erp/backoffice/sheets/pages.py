"""The pages of all reports: what is asked, the sheets that answer it part by part, and their files."""

from collections.abc import Iterator
from itertools import chain
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from accounting.reading import of_one_moment
from accounting.refusal import Refusal

from ..pages import words
from .asking import query
from .files import KINDS
from .registry import REPORTS
from .sheet import Link, Report, Row, Sheet, styles_of

AT_ONCE = 200


def show(request: HttpRequest, slug: str, site_context: dict[str, Any]) -> HttpResponse:
    """Show a report as it is asked for, or as it begins."""
    report = _report(request, slug)
    today = timezone.localdate()
    form: Any = report.form(request.GET or report.form.first(today))  # type: ignore[attr-defined]
    context = {
        **site_context,
        "title": report.title,
        "report": report,
        "form": form,
        "shortcuts": _shortcuts(form, today),
    }
    if form.is_valid():
        url = reverse("admin:report", args=[slug])
        context["files"] = [
            (label, f"{reverse('admin:report_file', args=[slug, kind])}?{query(form)}")
            for kind, (label, _, _) in KINDS.items()
        ]
        with of_one_moment():
            context["sheets"] = [
                _shown(sheet, request.GET.get("page"), f"{url}?{query(form)}")
                for sheet in report.sheets(form)
            ]
    return TemplateResponse(request, "admin/report.html", context)


def download(request: HttpRequest, slug: str, kind: str) -> Any:
    """Hand out a report as a file: exactly what is shown, all of its parts."""
    report = _report(request, slug)
    if kind not in KINDS:
        raise Http404
    form: Any = report.form(request.GET)
    page = f"{reverse('admin:report', args=[slug])}?{request.GET.urlencode()}"
    if not form.is_valid():
        return redirect(page)
    pieces = _pieces(report, form, kind)
    try:
        first = next(pieces, b"")  # what cannot be made is told now
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect(page)
    return StreamingHttpResponse(
        chain([first], pieces),
        content_type=KINDS[kind][1],
        headers={"Content-Disposition": f'attachment; filename="{slug}.{kind}"'},
    )


def url_of(slug: str, **asked: Any) -> str:
    """Return the address of a report, as asked for: `url_of("profit-and-loss", start=..., end=...)`."""
    words = {name: value for name, value in asked.items() if value not in (None, "")}
    return f"{reverse('admin:report', args=[slug])}?{urlencode(words)}"


def _pieces(report: Report, form: Any, kind: str) -> Iterator[bytes]:
    with of_one_moment():
        yield from KINDS[kind][2](report, form, list(report.sheets(form)))


def _report(request: HttpRequest, slug: str) -> Report:
    if slug not in REPORTS:
        raise Http404
    report = REPORTS[slug]
    if not request.user.has_perm(report.needs):  # type: ignore[union-attr]
        raise PermissionDenied
    return report


def _shortcuts(form: Any, today: Any) -> list[tuple[str, str]]:
    asked = {name: value for name, value in form.data.items() if name not in ("page", "csrfmiddlewaretoken")}
    return [(name, f"?{urlencode(asked | days)}") for name, days in form.shortcuts(today)]


def _shown(sheet: Sheet, number: Any, url: str) -> dict[str, Any]:
    """Return a part of a sheet for the page."""
    part = Paginator(sheet.rows, AT_ONCE).get_page(number)
    rows = list(part)
    styles = list(styles_of(sheet, rows))
    return {
        "sheet": sheet,
        "part": part,
        "url": url,
        "heads": list(zip(styles, sheet.columns, strict=True)),
        "rows": [(row.style, _cells(styles, row)) for row in rows],
    }


def _cells(styles: list[str], row: Row) -> list[tuple[str, str, Any]]:
    """Return each cell's style, where it leads and what it says."""
    return [
        (style, value.url, words(value.value)) if isinstance(value, Link) else (style, "", words(value))
        for style, value in zip(styles, row.cells, strict=True)
    ]
