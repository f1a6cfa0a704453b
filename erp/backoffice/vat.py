"""Two pages for the accountant: how near the threshold of sales abroad is, and the EC sales list."""

import csv
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from babel import Locale
from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from erp.documents.services import company
from erp.invoicing import abroad
from erp.invoicing.abroad import EcSale

from . import links
from .exporting import cell
from .pages import Page, Table
from .reports import may_see

MONTHS = [(str(month), f"{date(2000, month, 1):%B}") for month in range(1, 13)]
QUARTERS = [(f"Q{quarter}", f"Quarter {quarter}") for quarter in range(1, 5)]


class YearForm(forms.Form):
    year = forms.IntegerField(min_value=2000, max_value=2100)


class PeriodForm(YearForm):
    """A month or a quarter, and (when a line was followed) whose documents to show."""

    period = forms.ChoiceField(choices=[*MONTHS, *QUARTERS])
    vat_id = forms.CharField(required=False, widget=forms.HiddenInput)
    kind = forms.ChoiceField(
        required=False, choices=[(kind, kind) for kind in abroad.KINDS.values()], widget=forms.HiddenInput
    )

    @property
    def days(self) -> tuple[date, date]:
        """Return the first and the last day of the period."""
        year, period = self.cleaned_data["year"], self.cleaned_data["period"]
        first, months = (3 * int(period[1]) - 2, 3) if period[0] == "Q" else (int(period), 1)
        after = first + months
        end = date(year + (after > 12), (after - 1) % 12 + 1, 1) - timedelta(days=1)
        return date(year, first, 1), end


def threshold(request: HttpRequest, site_context: dict[str, Any]) -> HttpResponse:
    """Show what consumers abroad bought in a year, country by country, beside the threshold."""
    _require(request)
    form = YearForm(request.GET if "year" in request.GET else {"year": timezone.localdate().year})
    context = {**site_context, "title": "Sales to consumers in other EU countries", "form": form}
    if form.is_valid():
        firm = company()
        sold = abroad.consumers_abroad(form.cleaned_data["year"], home=firm.country)
        context["page"] = Page(
            [
                ("They pay now", firm.get_vat_abroad_display()),
                ("Threshold", abroad.THRESHOLD),
                ("Sold, net", sold.total),
                ("Share of the threshold", f"{sold.percent} %"),
            ],
            [_by_country(sold)],
        ).for_user(request.user)
        context["warning"] = _warning(sold, firm)
    return TemplateResponse(request, "admin/vat.html", context)


def ec_sales(request: HttpRequest, site_context: dict[str, Any]) -> HttpResponse:
    """Show the EC sales list of a month or a quarter; of one line its documents."""
    _require(request)
    form = PeriodForm(request.GET if "period" in request.GET else _this_month(timezone.localdate()))
    context = {**site_context, "title": "EC sales list", "form": form}
    if form.is_valid():
        found = abroad.ec_sales(*form.days)
        query = {name: form.cleaned_data[name] for name in ("year", "period")}
        tables = [_list(found, query), *_documents(found, form)]
        context["page"] = Page([], tables).for_user(request.user)
        context["file"] = f"{reverse('admin:ec_sales_file')}?{urlencode(query)}"
    return TemplateResponse(request, "admin/vat.html", context)


def ec_sales_file(request: HttpRequest) -> HttpResponse:
    """Hand out the EC sales list as CSV."""
    _require(request)
    form = PeriodForm(request.GET)
    if not form.is_valid():
        return HttpResponse("Which month or quarter?", status=400, content_type="text/plain")
    start, end = form.days
    name = f"ec-sales-{start}-{end}.csv"
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    rows = csv.writer(response)
    rows.writerow(["country", "vat_id", "kind", "net", "from", "to"])
    for sale in abroad.ec_sales(start, end):
        rows.writerow(
            [cell(value) for value in (sale.vat_id[:2], sale.vat_id, sale.kind, sale.net, start, end)]
        )
    return response


def share_used(today: date) -> int:
    """Return the per cent of the threshold that this year's sales use, where it matters; else none."""
    firm = company()
    if firm.vat_abroad != "home" or firm.country not in abroad.EU:
        return 0
    return abroad.consumers_abroad(today.year, home=firm.country).percent


def _warning(sold: abroad.ConsumersAbroad, firm: Any) -> str:
    if firm.vat_abroad != "home" or sold.percent < abroad.WARN_FROM:
        return ""
    if sold.total > abroad.THRESHOLD:
        return "The threshold is passed: VAT of the destination is due. Change it in the company's settings."
    return f"{abroad.THRESHOLD - sold.total:,.2f} are left until VAT of the destination is due."


def _by_country(sold: abroad.ConsumersAbroad) -> Table:
    names = Locale("en").territories
    rows: list[tuple[Any, ...]] = [(names.get(code, code), net) for code, net in sold.by_country.items()]
    return Table("By country", ("Country", "Net"), [*rows, ("Total", sold.total)] if rows else [])


def _list(found: list[EcSale], query: dict[str, Any]) -> Table:
    url = reverse("admin:ec_sales")
    rows: list[tuple[Any, ...]] = [
        (
            links.anchor(
                f"{url}?{urlencode(query | {'vat_id': sale.vat_id, 'kind': sale.kind})}",
                sale.vat_id or "none",
            ),
            sale.kind,
            sale.net,
        )
        for sale in found
    ]
    total = sum(sale.net for sale in found)
    return Table("By VAT id", ("VAT id", "What", "Net"), [*rows, ("Total", "", total)] if rows else [])


def _documents(found: list[EcSale], form: PeriodForm) -> Iterator[Table]:
    wanted = (form.cleaned_data["vat_id"], form.cleaned_data["kind"])
    for sale in found:
        if (sale.vat_id, sale.kind) == wanted:
            rows = [
                (links.to(document), document.issued_on, net)
                for document, net in abroad.papers_of(sale, *form.days)
            ]
            yield Table(f"Documents: {sale.kind} of {sale.vat_id}", ("Document", "Date", "Net"), rows)


def _this_month(today: date) -> dict[str, Any]:
    return {"year": today.year, "period": str(today.month)}


def _require(request: HttpRequest) -> None:
    if not may_see(request.user):
        raise PermissionDenied
