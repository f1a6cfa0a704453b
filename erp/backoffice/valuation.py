"""The valuation of stock at the end of a day, on screen and as a file, beside what the books say."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

import tablib
from django import forms
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from accounting import chart, ledger
from accounting.money import ZERO
from erp.inventory.valuing import Worth, valuation

from . import links
from .exporting import cell
from .pages import Page, Table
from .papers import file_answer
from .sheets.asking import DAY

NEEDS = "inventory.view_stockvalue"
AT_ONCE = 100
COLUMNS = ("SKU", "Product", "Pieces", "Average", "Value")
KINDS = {
    "csv": ("CSV", "text/csv; charset=utf-8"),
    "xlsx": ("XLSX", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}


class DayForm(forms.Form):
    """The day at whose end to look."""

    on = forms.DateField(label="at the end of", widget=DAY)


def page(request: HttpRequest, site_context: dict[str, Any]) -> HttpResponse:
    """Show what each product was worth at the end of a day, and that the books say the same."""
    _require(request)
    form = DayForm(request.GET if "on" in request.GET else {"on": timezone.localdate()})
    context = {**site_context, "title": "Valuation of stock", "form": form}
    if form.is_valid():
        on = form.cleaned_data["on"]
        rows = valuation(on=on)
        total = sum((row.value for row in rows), ZERO)
        booked = ledger.balance(chart.INVENTORY, on=on)
        facts = [("Worth", total), ("Inventory account", booked), ("Products", len(rows))]
        tables = [_table(rows, on=on, number=request.GET.get("page"))]
        context |= {
            "on": on,
            "total": total,
            "booked": booked,
            "differs": total != booked,
            "page": Page(facts, tables).for_user(request.user),
            "kinds": [(kind, label) for kind, (label, _) in KINDS.items()],
        }
    return TemplateResponse(request, "admin/valuation.html", context)


def download(request: HttpRequest, kind: str) -> HttpResponse:
    """Hand out the valuation of a day as CSV or XLSX."""
    _require(request)
    if kind not in KINDS:
        raise Http404
    form = DayForm(request.GET)
    if not form.is_valid():
        return redirect("admin:valuation")
    on = form.cleaned_data["on"]
    data = tablib.Dataset(*_cells(valuation(on=on)), headers=["sku", "product", "pieces", "average", "value"])
    content = data.export(kind)
    body = content.encode() if isinstance(content, str) else content
    return file_answer(body, f"valuation-{on}.{kind}", KINDS[kind][1])


def _cells(rows: Sequence[Worth]) -> Iterator[list[Any]]:
    for row in rows:
        yield [cell(value) for value in (row.sku, row.title, row.quantity, row.average, row.value)]


def _table(rows: Sequence[Worth], *, on: date, number: Any) -> Table:
    part = Paginator(rows, AT_ONCE).get_page(number)
    cells = [(row.sku, _named(row), row.quantity, row.average, row.value) for row in part]
    return Table("By product", COLUMNS, cells, note=_pager(part, on=on))


def _named(row: Worth) -> Any:
    if row.record_id is None:
        return row.title
    return links.anchor(reverse("admin:partner_stockrecord_change", args=[row.record_id]), row.title)


def _pager(part: Any, *, on: date) -> str:
    """Return links to the parts before and after one."""
    if part.paginator.num_pages == 1:
        return ""
    to = '<a href="?on={}&amp;page={}">{}</a> '
    before = format_html(to, on, part.previous_page_number(), "Back") if part.has_previous() else ""
    after = format_html(to, on, part.next_page_number(), "More") if part.has_next() else ""
    where = f"Products {part.start_index()} to {part.end_index()} of {part.paginator.count}. "
    return format_html("{}{}{}", where, before, after)


def _require(request: HttpRequest) -> None:
    if not request.user.has_perm(NEEDS):  # type: ignore[union-attr]
        raise PermissionDenied
