"""The first page of the books: all reports, the lists behind them, and when all was last found right."""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import NoReverseMatch

from erp.closing.models import Verification

from . import links
from .sections import NAMES
from .sheets.asking import url_of
from .sheets.registry import SECTIONS

# What the accountant keeps, beside what is reported of it.
LISTS = (
    "accounting.JournalEntry",
    "accounting.EntryDraft",
    "accounting.Period",
    "accounting.FiscalYear",
    "accounting.Account",
    "accounting.OpenItem",
    "accounting.Party",
    "accounting.ExportRecord",
    "closing.Verification",
    "auditlog.LogEntry",
)


def may_see(user: Any) -> bool:
    """Whether somebody may look at the books."""
    return user.has_perm("accounting.view_journalentry")


def books(request: HttpRequest, site_context: dict[str, Any]) -> HttpResponse:
    """Show what the accountant finds where."""
    _require(request)
    context = {
        **site_context,
        "title": "Books",
        "sections": list(_sections(request.user)),
        "lists": list(_lists(request.user)),
        "checked": last_checked(),
        "takes_away": request.user.has_perm("accounting.add_exportrecord"),  # type: ignore[union-attr]
    }
    return TemplateResponse(request, "admin/books.html", context)


def last_checked() -> dict[str, Any]:
    """Return the last run of all checks, and the last one that found nothing."""
    runs = Verification.objects.order_by("-finished_at", "-pk")
    last, green = runs.first(), runs.filter(findings=[]).first()
    return {"last": last, "green": green, "url": _address(links.list_of, Verification)}


def _sections(user: Any) -> Iterator[tuple[str, list[tuple[str, str, str]]]]:
    """Yield each heading with the reports that this person may see: address, title, what it is about."""
    for title, reports in SECTIONS.items():
        seen = [(url_of(one.slug), one.title, one.about) for one in reports if user.has_perm(one.needs)]
        if seen:
            yield title, seen


def _lists(user: Any) -> Iterator[tuple[str, str]]:
    """Yield the address and the name of each list that this person may see."""
    for name in LISTS:
        model = apps.get_model(name)
        label, verb = model._meta.app_label, f"view_{model._meta.model_name}"
        if user.has_perm(f"{label}.{verb}") and (url := _address(links.list_of, model)):
            yield url, NAMES.get(name, str(model._meta.verbose_name_plural)).capitalize()


def _address(find: Any, model: Any) -> str:
    """Return the address of a list, or nothing where the back office shows none."""
    try:
        return find(model)
    except NoReverseMatch:
        return ""


def _require(request: HttpRequest) -> None:
    if not may_see(request.user):
        raise PermissionDenied
