"""Statements of account for staff: on screen, as PDF and CSV, and sent to the customer.

Of a supplier credits are what is owed, so they stand first.
"""

import csv
import io
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounting.models import Party
from accounting.refusal import Refusal
from erp.invoicing.mails.statements import ask_for_statement
from erp.invoicing.statement import Statement, statement, statement_pdf

from . import links
from .actions import new_key
from .exporting import cell
from .pages import Table
from .papers import file_answer
from .sheets.asking import DaysForm, this_year

CUSTOMER = Party.Kind.CUSTOMER
NEEDS = "accounting.view_openitem"
SIDES = {Party.Kind.CUSTOMER: ("Debit", "Credit"), Party.Kind.SUPPLIER: ("Credit", "Debit")}


class SendForm(DaysForm):
    """The days of a statement that is to be sent, and the wish's key."""

    key = forms.CharField(max_length=40, widget=forms.HiddenInput, initial=new_key)


def page(request: HttpRequest, pk: int, site_context: dict[str, Any]) -> HttpResponse:
    """Show the statement of a customer or supplier for some days, and what can be done with it."""
    party = _party(request, pk)
    more, less = SIDES[Party.Kind(party.kind)]
    form = DaysForm(request.GET if "start" in request.GET else this_year(timezone.localdate()))
    days = form.cleaned_data if form.is_valid() else None
    found = statement(party, **days) if days else None
    context = {
        **site_context,
        "title": f"Statement of account: {party}",
        "party": party,
        "back": links.page_of(party),
        "more": more,
        "less": less,
        "form": form,
        "statement": found,
        "kinds": [("pdf", "PDF"), ("csv", "CSV")],
        "table": _table(found) if found else None,
        "send": SendForm(initial=days) if days and party.email and party.kind == CUSTOMER else None,
    }
    return TemplateResponse(request, "admin/statement.html", context)


def download(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """Hand out a statement as PDF or CSV."""
    party = _party(request, pk)
    form = DaysForm(request.GET)
    if not form.is_valid():
        return redirect("admin:statement", pk)
    found = statement(party, **form.cleaned_data)
    if kind == "csv":
        return file_answer(_csv(found), f"{found.name}.csv", "text/csv; charset=utf-8")
    try:
        return file_answer(statement_pdf(found), f"{found.name}.pdf", "application/pdf")
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect("admin:statement", pk)


@require_POST
def send(request: HttpRequest, pk: int) -> HttpResponse:
    """Have a statement mailed to its customer."""
    party = _party(request, pk, kind=CUSTOMER)
    form = SendForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Choose the days of the statement first.")
        return redirect("admin:statement", pk)
    start, end, key = (form.cleaned_data[name] for name in ("start", "end", "key"))
    try:
        ask_for_statement(party, start=start, end=end, key=key)
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"The statement is on its way to {party.email}.")
    return redirect(f"{reverse('admin:statement', args=[pk])}?start={start}&end={end}")


def _party(request: HttpRequest, pk: int, **which: Any) -> Party:
    if not request.user.has_perm(NEEDS):
        raise PermissionDenied
    return get_object_or_404(Party, pk=pk, **which)


def _columns(party: Party) -> tuple[str, ...]:
    return ("Date", "What", "Number", "Due", *SIDES[Party.Kind(party.kind)], "Balance", "Still open")


def _table(found: Statement) -> Table:
    rows = [
        (
            row.day,
            row.what,
            links.to_source(row.source_key, row.number or "show"),
            row.due,
            row.more or None,
            row.less or None,
            row.balance,
            row.open or None,
        )
        for row in found.movements
    ]
    return Table("Movements", _columns(found.party), rows)


def _csv(found: Statement) -> bytes:
    """Return a statement for a spreadsheet: what was before as the first row, what is owed as the last."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(_columns(found.party))
    writer.writerow(_row(found.start, "Brought forward", balance=found.opening))
    for row in found.movements:
        moved = (row.due, row.more, row.less, row.balance, row.open)
        writer.writerow([cell(value) for value in (row.day, row.what, row.number, *moved)])
    writer.writerow(_row(found.end, "Balance", balance=found.closing))
    if found.held:
        writer.writerow(_row(found.end, "Paid in advance, not in the balance", balance=found.held))
    return text.getvalue().encode()


def _row(day: date, what: str, *, balance: Any) -> list[Any]:
    return [day, what, "", "", "", "", balance, ""]
