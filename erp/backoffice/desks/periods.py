"""Months and years: what is open, and closing it. The auditor looks, and takes the certificate away."""

from collections.abc import Callable, Sequence
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounting.models import FiscalYear, JournalEntry, Period, PeriodChange
from accounting.periods import AREAS
from accounting.refusal import Refusal
from erp.closing import certifying, checklist, locking
from erp.closing.models import Certificate

from .. import links, period_tables
from ..actions import Button, answers
from ..pages import Page, ReadOnlyAdmin
from ..sheets.asking import url_of
from ..site import office

CHANGE = "accounting.change_period"
Area = PeriodChange.Area


class WhyForm(forms.Form):
    """Why a period changes."""

    reason = forms.CharField(max_length=255, widget=forms.TextInput(attrs={"size": 60}))


class AreaForm(WhyForm):
    """Which area of a month is locked or opened, and why."""

    area = forms.ChoiceField()
    field_order = ("area", "reason")

    def __init__(self, data: Any, *, areas: Sequence[str]) -> None:
        super().__init__(data)
        self.fields["area"].choices = [(area, Area(area).label) for area in areas]  # type: ignore[attr-defined]


def _area_column(area: str) -> Any:
    """Return a column that says whether an area of a month is locked."""

    @admin.display(description=Area(area).label)
    def column(row: Period) -> str:
        return period_tables.lock_of(row, area)

    return column


@admin.register(Period, site=office)
class PeriodAdmin(ReadOnlyAdmin):
    list_display = ("__str__", "state", *map(_area_column, AREAS), "locked_at", "locked_by")
    list_filter = ("locked", "fiscal_year")
    list_select_related = ("locked_by",)
    ordering = ("-start",)

    @admin.display(description="state")
    def state(self, row: Period) -> str:
        return period_tables.state_of(row)

    def get_urls(self) -> list[Any]:
        def view(route: str, name: str, function: Callable) -> Any:
            return path(f"<int:pk>/{route}/", self.admin_site.admin_view(function), name=name)

        return [
            view("lock-area", "lock_area", require_POST(self.lock_area)),
            view("open-area", "open_area", require_POST(self.open_area)),
            view("close", "close_period", require_POST(self.close)),
            view("certificate", "certificate", self.certificate),
            *super().get_urls(),
        ]

    def page(self, request: HttpRequest, row: Period) -> Page:
        late = JournalEntry.objects.filter(period=row).exclude(late_for=None)
        belongs = JournalEntry.objects.filter(late_for__range=(row.start, row.end))
        facts = [
            ("From", row.start),
            ("To", row.end),
            ("Year", links.to(row.fiscal_year)),
            ("State", period_tables.state_of(row)),
            *((Area(area).label, period_tables.lock_of(row, area) or "open") for area in AREAS),
            ("Locked at", row.locked_at),
            ("Locked by", row.locked_by),
            ("Certificate", self._certificate_link(row)),
            ("Trial balance", links.anchor(url_of("trial-balance", start=row.start, end=row.end), "Show")),
        ]
        tables = [
            period_tables.points_of(row, checklist.quick(row, on=timezone.localdate()))
            if period_tables.can_close(row)
            else None,
            period_tables.changes(row),
            period_tables.entries("Entries that are late here: they belong to an earlier month", late),
            period_tables.entries("Entries of this month that came too late for it", belongs),
        ]
        return Page(facts, [table for table in tables if table])

    def more_buttons(self, request: HttpRequest, row: Period) -> list[Button]:
        if row.locked or not request.user.has_perm(CHANGE):  # type: ignore[union-attr]
            return []
        found = []
        if period_tables.areas(row, locked=False) and row.end < timezone.localdate():
            found.append(self._button("lock_area", row, "Lock an area"))
        if period_tables.areas(row, locked=True):
            found.append(self._button("open_area", row, "Open an area again"))
        if period_tables.can_close(row):
            found.append(self._button("close_period", row, "Close the month"))
        return found

    def lock_area(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask which area and why, and lock it."""
        row = self._held(request, pk)
        form = AreaForm(answers(request), areas=period_tables.areas(row, locked=False))

        def change(**said: Any) -> str:
            locking.lock_area(row, said["area"], reason=said["reason"], by=request.user, now=timezone.now())
            return f"{row} is locked for {Area(said['area']).words}."

        return self._change(request, row, f"Lock an area of {row}", form, change)

    def open_area(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask which area and why, and open it."""
        row = self._held(request, pk)
        form = AreaForm(answers(request), areas=period_tables.areas(row, locked=True))

        def change(**said: Any) -> str:
            locking.open_area(row, said["area"], reason=said["reason"], by=request.user)
            return f"{row} is open for {Area(said['area']).words} again."

        return self._change(request, row, f"Open an area of {row} again", form, change)

    def close(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show the checklist and ask why; lock the month for good where all of it is green."""
        row = self._held(request, pk)
        form = WhyForm(answers(request))

        def change(**said: Any) -> str:
            locking.close(row, reason=said["reason"], by=request.user, now=timezone.now())
            return f"{row} is locked for good. Its certificate is kept."

        if form.is_valid():
            return self._change(request, row, "", form, change)
        points, _ = checklist.full(row, on=timezone.localdate())
        page = self.ask(request, f"Close {row} for good", [], [("", form)])
        assert isinstance(page, TemplateResponse)
        page.template_name = "admin/close_period.html"
        page.context_data = {
            **(page.context_data or {}),
            "table": period_tables.points_of(row, points),
            "is_green": all(point.is_green for point in points),
            "back": links.page_of(row),
        }
        return page

    def certificate(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Give the certificate of a closed month, to whoever sees months."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        found = get_object_or_404(
            Certificate.objects.select_related("period__fiscal_year", "user"), period=pk
        )
        try:
            content = certifying.pdf_of(found)
        except Refusal as refusal:
            messages.error(request, str(refusal))
            return redirect(links.page_of(found.period))
        name = f"certificate-{found.period}.pdf"
        headers = {"Content-Disposition": f'inline; filename="{name}"'}
        return HttpResponse(content, content_type="application/pdf", headers=headers)

    def _held(self, request: HttpRequest, pk: int) -> Period:
        if not request.user.has_perm(CHANGE):  # type: ignore[union-attr]
            raise PermissionDenied
        return get_object_or_404(Period.objects.select_related("fiscal_year"), pk=pk)

    def _change(
        self, request: HttpRequest, row: Period, title: str, form: forms.Form, change: Callable[..., str]
    ) -> HttpResponse:
        if not form.is_valid():
            return self.ask(request, title, [], [("", form)])
        try:
            messages.success(request, change(**form.cleaned_data))
        except Refusal as refusal:
            messages.error(request, str(refusal))
        return redirect(links.page_of(row))

    def _button(self, name: str, row: Period, label: str) -> Button:
        return Button(label, reverse(f"admin:{name}", args=[row.pk]), [])

    def _certificate_link(self, row: Period) -> str:
        if not Certificate.objects.filter(period=row).exists():
            return ""
        return links.anchor(reverse("admin:certificate", args=[row.pk]), "PDF")


@admin.register(FiscalYear, site=office)
class FiscalYearAdmin(ReadOnlyAdmin):
    list_display = ("__str__", "start", "end", "state")
    ordering = ("-start",)

    @admin.display(description="state")
    def state(self, row: FiscalYear) -> str:
        return period_tables.state_of_year(row)

    def page(self, request: HttpRequest, row: FiscalYear) -> Page:
        year = Period.objects.filter(fiscal_year=row)
        span = {"start": row.start, "end": row.end}
        facts = [
            ("From", row.start),
            ("To", row.end),
            ("State", period_tables.state_of_year(row)),
            ("Result so far", certifying.result_of_year(year.select_related("fiscal_year").latest("end"))),
            ("Profit and loss", links.anchor(url_of("profit-and-loss", **span), "Show")),
            ("Balance sheet", links.anchor(url_of("balance-sheet", on=row.end), "Show")),
        ]
        return Page(facts, [period_tables.months(year)])
