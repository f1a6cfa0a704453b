"""The pages of all reports: what is asked, the sheets that answer it part by part, and their files."""

from collections.abc import Iterator
from datetime import date
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

from .asking import query, url_of
from .files import KINDS
from .registry import REPORTS
from .sheet import Link, Report, Row, Sheet, said, styled, styles_of

__all__ = ["download", "show", "url_of"]

AT_ONCE = 200


def show(request: HttpRequest, slug: str, site_context: dict[str, Any]) -> HttpResponse:
    """Show a report as it is asked for, or as it begins."""
    report = _report(request, slug)
    today = timezone.localdate()
    form = _form(report, request, today)
    context = {
        **site_context,
        "title": report.title,
        "report": report,
        "form": form,
        "shortcuts": _shortcuts(form, today),
    }
    if form.is_valid():
        context["asked"] = form.describe()
        url = reverse("admin:report", args=[slug])
        context["files"] = [
            (label, f"{reverse('admin:report_file', args=[slug, kind])}?{query(form)}")
            for kind, (label, _, _) in KINDS.items()
        ]
        with of_one_moment():
            context["sheets"] = [
                _shown(sheet, number, request.GET, f"{url}?{query(form)}")
                for number, sheet in enumerate(report.sheets(form), start=1)
            ]
    return TemplateResponse(request, "admin/report.html", context)


def download(request: HttpRequest, slug: str, kind: str) -> Any:
    """Hand out a report as a file: exactly what is shown, all of its parts."""
    report = _report(request, slug)
    if kind not in KINDS:
        raise Http404
    form = _form(report, request, timezone.localdate())
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
        headers={"Content-Disposition": f'attachment; filename="{_name(slug, form)}.{kind}"'},
    )


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


def _form(report: Report, request: HttpRequest, today: date) -> Any:
    """Return the form with what is asked. What an address does not name is as it begins."""
    asked = request.GET.copy()
    for name, value in report.form.first(today).items():  # type: ignore[attr-defined]
        asked.setdefault(name, value)
    return report.form(asked)


def _shortcuts(form: Any, today: date) -> list[tuple[str, str, bool]]:
    """Return the name of each usual choice, its address, and whether it is what is asked now."""
    asked = {name: value for name, value in form.data.items() if name in form.fields}
    now = form.cleaned_data if form.is_valid() else {}
    return [(name, f"?{urlencode(asked | days)}", _are(days, now)) for name, days in form.shortcuts(today)]


def _are(days: dict[str, Any], asked: dict[str, Any]) -> bool:
    return bool(asked) and all((asked.get(name) or "") == day for name, day in days.items())


def _name(slug: str, form: Any) -> str:
    """Return a name for a file that tells its days."""
    days = (value.isoformat() for value in form.cleaned_data.values() if isinstance(value, date))
    return "-".join([slug, *days])


def _shown(sheet: Sheet, number: int, asked: Any, url: str) -> dict[str, Any]:
    """Return a part of a sheet for the page. Of several sheets only the one asked for is turned over."""
    is_turned = asked.get("sheet", "1") == str(number)
    part = Paginator(sheet.rows, AT_ONCE).get_page(asked.get("page") if is_turned else 1)
    rows = list(part)
    styles = list(styles_of(sheet, rows))
    return {
        "sheet": sheet,
        "part": part,
        "url": f"{url}&sheet={number}",
        "anchor": f"sheet-{number}",
        "heads": list(zip(styles, sheet.columns, strict=True)),
        "rows": [(row.style, _cells(styles, row)) for row in rows],
    }


def _cells(styles: list[str], row: Row) -> list[tuple[str, str, Any]]:
    """Return each cell's style, where it leads and what it says."""
    return [
        (style, cell.url if isinstance(cell, Link) else "", said(cell)) for style, cell in styled(styles, row)
    ]
