"""The books for the accountant: the trial balance on screen, and files for chosen days.

What is downloaded is written by the same functions as `export_ledger` uses.
"""

import io
from collections.abc import Iterator
from datetime import date
from functools import partial
from tempfile import TemporaryFile
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone

from accounting import reports
from accounting.exports import FILE_NAMES, FORMATS
from accounting.models import Account, JournalLine
from accounting.money import ZERO

from . import links
from .pages import Table

LABELS = {
    "gl": "General ledger (CSV)",
    "trial-balance": "Trial balance (CSV)",
    "hledger": "Journal for hledger and ledger",
    "beancount": "Journal for beancount",
}


PIECE = 64 * 1024
# What a browser's own calendar reads and sends.
DAY = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


class DaysForm(forms.Form):
    """From which day to which; both are included."""

    start = forms.DateField(label="from", widget=DAY)
    end = forms.DateField(label="to", widget=DAY)

    def clean(self) -> dict[str, Any]:
        """Refuse days in the wrong order."""
        days = super().clean() or {}
        if not self.errors and days["start"] > days["end"]:
            raise forms.ValidationError("The first day comes after the last one.")
        return days


def may_see(user: Any) -> bool:
    """Whether somebody may look at the books."""
    return user.has_perm("accounting.view_journalentry")


def books(request: HttpRequest, site_context: dict[str, Any]) -> HttpResponse:
    """Show the trial balance of some days, and what can be downloaded of them."""
    _require(request)
    form = DaysForm(request.GET if "start" in request.GET else this_year(timezone.localdate()))
    days = form.cleaned_data if form.is_valid() else None
    context = {
        **site_context,
        "title": "Books",
        "form": form,
        "labels": LABELS,
        "balance": trial_balance(days["start"], days["end"]) if days else None,
        "days": days,
    }
    return TemplateResponse(request, "admin/books.html", context)


def download(request: HttpRequest, name: str) -> Any:
    """Hand out a file of the books. It waits on disk, not in memory, until it is sent."""
    _require(request)
    if name not in FORMATS:
        raise Http404
    form = DaysForm(request.GET)
    if not form.is_valid():
        return redirect("admin:books")
    kind = "csv" if FILE_NAMES[name].endswith(".csv") else "plain"
    return StreamingHttpResponse(
        _pieces(name, form.cleaned_data["start"], form.cleaned_data["end"]),
        content_type=f"text/{kind}; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{FILE_NAMES[name]}"'},
    )


def trial_balance(start: date, end: date) -> Table:
    """Return the trial balance as a table whose accounts lead to their lines."""
    found = reports.trial_balance(start, end)
    rows = [tuple(_cells(row, start, end)) for row in found]
    totals = [sum((row[place] or ZERO for row in rows), ZERO) for place in range(1, 7)]
    columns = (
        "Account",
        "Opening debit",
        "Opening credit",
        "Debit",
        "Credit",
        "Closing debit",
        "Closing credit",
    )
    return Table("Trial balance", columns, [*rows, ("Total", *totals)] if rows else [])


def this_year(today: date) -> dict[str, date]:
    """Return the days of the year that is running."""
    return {"start": date(today.year, 1, 1), "end": date(today.year, 12, 31)}


def _cells(row: reports.TrialBalanceRow, start: date, end: date) -> Iterator[Any]:
    yield links.anchor(_lines_of(row.account, start, end), str(row.account))
    for opening in (row.opening, -row.opening):
        yield max(opening, ZERO)
    yield row.debit
    yield row.credit
    for closing in (row.closing, -row.closing):
        yield max(closing, ZERO)


def _lines_of(account: Account, start: date, end: date) -> str:
    return links.list_of(JournalLine, account__code=account.code, date__gte=start, date__lte=end)


def _pieces(name: str, start: date, end: date) -> Iterator[bytes]:
    with TemporaryFile() as file:
        text = io.TextIOWrapper(file, encoding="utf-8", newline="")
        FORMATS[name](text, start, end)
        text.detach()
        file.seek(0)
        yield from iter(partial(file.read, PIECE), b"")


def _require(request: HttpRequest) -> None:
    if not may_see(request.user):
        raise PermissionDenied
