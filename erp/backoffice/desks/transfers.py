"""Orders to the bank over refunds: read, and taken away as the files banks take."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse

from accounting.refusal import Refusal
from erp.banking import sepa
from erp.banking.models import BankMatch, TransferBatch

from .. import bank_tables, links
from ..exporting import Exported, export_of
from ..pages import Page, ReadOnlyAdmin, amount
from ..site import office


@admin.register(TransferBatch, site=office)
class TransferBatchAdmin(Exported, ReadOnlyAdmin):
    change_list_template = "admin/bank_list.html"
    list_display = ("reference", "ordered_on", amount("total"), "count", "done", "note", "user")
    list_select_related = ("user",)
    search_fields = ("reference", "note", "transfers__name", "transfers__operation__payment__order__number")
    ordering = ("-ordered_on", "-pk")
    resource_classes = [export_of(TransferBatch, "reference", "ordered_on", "total", "count", "note")]

    def get_queryset(self, request: HttpRequest) -> Any:
        live = BankMatch.objects.filter(undone_at=None)
        shown = Count("transfers", filter=Q(transfers__operation__bank_matches__in=live), distinct=True)
        return super().get_queryset(request).annotate(done=shown)

    @admin.display(ordering="done", description="shown by the bank")
    def done(self, row: Any) -> int:
        return row.done

    def page(self, request: HttpRequest, row: TransferBatch) -> Page:
        facts = [
            ("Ordered on", row.ordered_on),
            ("Total", row.total),
            ("Refunds", row.count),
            ("Note", row.note),
            ("By", row.user),
            ("For the bank", links.anchor(self._file_of(row, "xml"), "SEPA credit transfer (pain.001)")),
            ("For typing in", links.anchor(self._file_of(row, "csv"), "CSV")),
        ]
        refunds = row.transfers.values("operation")
        live = BankMatch.objects.filter(undone_at=None, operation__in=refunds)
        done = set(live.values_list("operation", flat=True))
        return Page(facts, [bank_tables.transfers(row, done)])

    def get_urls(self) -> list[Any]:
        """Add the files."""
        own = path(
            "<int:pk>/<str:kind>/file/", self.admin_site.admin_view(self.file), name="banking_transfer_file"
        )
        return [own, *super().get_urls()]

    def file(self, request: HttpRequest, pk: int, kind: str) -> HttpResponse:
        """Hand out an order to the bank, to whoever may see it."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        batch = get_object_or_404(TransferBatch, pk=pk)
        try:
            content: Any = sepa.xml(batch) if kind == "xml" else sepa.rows(batch)
        except Refusal as refusal:
            messages.error(request, str(refusal))
            return redirect(links.page_of(batch))
        of = "application/xml" if kind == "xml" else "text/csv; charset=utf-8"
        name = f'attachment; filename="{batch.reference}.{"xml" if kind == "xml" else "csv"}"'
        return HttpResponse(content, content_type=of, headers={"Content-Disposition": name})

    @staticmethod
    def _file_of(row: TransferBatch, kind: str) -> str:
        return reverse("admin:banking_transfer_file", args=[row.pk, kind])
