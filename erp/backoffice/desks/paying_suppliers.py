"""Payment runs: files for the bank to take away, and what the bank has made of them."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils import timezone

from accounting.refusal import Refusal
from erp import remitting
from erp.banking import sepa, supplier_transfers
from erp.purchasing.models import PaymentRun, SupplierPayment

from .. import links, purchase_tables
from ..actions import answers, verb
from ..exporting import Exported, export_of
from ..forms import DAY
from ..pages import Page, ReadOnlyAdmin, Table, amount
from ..payment_page import PAY
from ..site import office

State = PaymentRun.State


class PaidForm(forms.Form):
    """On which day the bank has paid."""

    on = forms.DateField(label="Paid on", initial=timezone.localdate, widget=DAY)

    def clean_on(self) -> Any:
        """Refuse a day to come."""
        if self.cleaned_data["on"] > timezone.localdate():
            raise forms.ValidationError("That day is still to come.")
        return self.cleaned_data["on"]


@admin.register(PaymentRun, site=office)
class PaymentRunAdmin(Exported, ReadOnlyAdmin):
    change_list_template = "admin/purchase_list.html"
    list_display = ("reference", "state", "ordered_on", "paid_on", amount("total"), "user")
    list_filter = ("state", "ordered_on")
    list_select_related = ("user",)
    search_fields = ("reference", "bills__name", "bills__bill__number")
    ordering = ("-pk",)
    actions = ("paid", "cancel")
    resource_classes = [export_of(PaymentRun, "reference", "state", "ordered_on", "paid_on", "total")]

    def get_urls(self) -> list[Any]:
        """Add the files."""
        view = self.admin_site.admin_view(self.file)
        own = path("<int:pk>/<slug:kind>/file/", view, name="payment_run_file")
        return [own, *super().get_urls()]

    def page(self, request: HttpRequest, row: PaymentRun) -> Page:
        facts = [
            ("State", row.get_state_display()),
            ("To be paid on", row.ordered_on),
            ("Paid on", row.paid_on),
            ("Total", row.total),
            ("By", row.user),
        ]
        if row.state == State.ORDERED:
            file = reverse("admin:payment_run_file", args=[row.pk, "xml"])
            listed = reverse("admin:payment_run_file", args=[row.pk, "csv"])
            facts.append(("For the bank", links.anchor(file, "SEPA credit transfer (pain.001)")))
            facts.append(("For typing in", links.anchor(listed, "CSV")))
        paid = SupplierPayment.objects.filter(reference__startswith=f"{row.reference}-")
        return Page(facts, [_bills(row), purchase_tables.payments(paid)])

    def offered(self, row: PaymentRun) -> Sequence[str]:
        return ("paid", "cancel") if row.state == State.ORDERED else ()

    def file(self, request: HttpRequest, pk: int, kind: str) -> HttpResponse:
        """Hand out what the bank is to pay, while it still is."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        run = get_object_or_404(PaymentRun, pk=pk, state=State.ORDERED)
        transfers = supplier_transfers.remittance(run)
        try:
            content: Any = sepa.written(transfers) if kind == "xml" else sepa.listed(transfers)
        except Refusal as refusal:
            messages.error(request, str(refusal))
            return redirect(links.page_of(run))
        of = "application/xml" if kind == "xml" else "text/csv; charset=utf-8"
        name = f'attachment; filename="{run.reference}.{"xml" if kind == "xml" else "csv"}"'
        return HttpResponse(content, content_type=of, headers={"Content-Disposition": name})

    @verb("Paid by the bank…", needs=PAY)
    def paid(self, request: HttpRequest, runs: QuerySet[PaymentRun]) -> HttpResponse | None:
        """Ask on which day the bank has paid, then post it."""
        rows = list(runs.order_by("pk"))
        form = PaidForm(answers(request))
        if not form.is_valid():
            return self.ask(request, f"Paid: {', '.join(map(str, rows))}", rows, [("", form)])

        def take(run: PaymentRun) -> str:
            remitting.paid(run, on=form.cleaned_data["on"], by=request.user)
            return f"{run}: {run.total} are paid."

        return self.carry_out(request, rows, take)

    @verb("Cancel", needs=PAY)
    def cancel(self, request: HttpRequest, runs: QuerySet[PaymentRun]) -> HttpResponse | None:
        def take(run: PaymentRun) -> str:
            remitting.cancel(run)
            return f"{run} is cancelled: its bills can be chosen again."

        return self.carry_out(request, runs.order_by("pk"), take)


def _bills(run: PaymentRun) -> Table:
    rows = [
        (row.name, row.iban, links.to(row.bill, row.bill.number), row.bill.due_on, row.amount)
        for row in run.bills.select_related("bill").order_by("name", "pk")  # type: ignore[attr-defined]
    ]
    return Table("Bills", ("Supplier", "IBAN", "Bill", "Due", "Amount"), rows)
