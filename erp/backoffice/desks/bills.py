"""What suppliers have billed and credited, and what they were paid."""

from collections.abc import Callable, Sequence
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils import timezone
from django.utils.http import content_disposition_header

from accounting.models import OpenItem
from erp import procure_to_pay
from erp.invoicing import owing
from erp.purchasing.models import SupplierBill, SupplierPayment

from .. import bill_pages, bookshelf, links, ties
from ..actions import answers, verb
from ..bill_forms import MoneyForm
from ..exporting import Exported, export_of
from ..pages import Page, ReadOnlyAdmin, Table, amount
from ..payment_page import PAY
from ..site import office


class OpenFilter(admin.SimpleListFilter):
    """Bills that are still to be paid, and credit notes still to be used."""

    title = "open"
    parameter_name = "open"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "still open"), ("due", "due"), ("no", "settled")]

    def queryset(self, request: HttpRequest, bills: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "no":
            return bills.filter(open_amount=0)
        if self.value() == "due":
            return bills.filter(open_amount__lt=0, due_on__lte=timezone.localdate())
        return bills.exclude(open_amount=0) if self.value() else bills


@admin.register(SupplierBill, site=office)
class SupplierBillAdmin(Exported, ReadOnlyAdmin):
    change_list_template = "admin/purchase_list.html"
    list_display = (
        *("number", "kind", "supplier", "issued_on", "due_on", amount("net"), amount("tax", "VAT")),
        *(amount("gross", "total"), "still_open"),
    )
    list_filter = (OpenFilter, "kind", "due_on", ("supplier", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("supplier",)
    search_fields = ("number", "supplier__name", "lines__description", "lines__line__order__number")
    ordering = ("-issued_on", "-pk")
    actions = ("paid", "got_back")
    resource_classes = [
        export_of(
            SupplierBill,
            *("number", "kind", "supplier__code", "supplier__name", "issued_on", "booked_on", "due_on"),
            *("net", "tax", "gross", "accepted_because"),
        )
    ]

    def get_queryset(self, request: HttpRequest) -> Any:
        return owing.with_open_amount(super().get_queryset(request).defer("file"), kind="bill")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(bill_pages.BILL)

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Ask for a bill that belongs to no order."""
        return bill_pages.without_order(request, self.admin_site.each_context(request))

    def get_urls(self) -> list[Any]:
        """Add the papers as they came, and the page for bills of orders."""
        view = self.admin_site.admin_view
        return [
            path("<int:pk>/file/", view(self.file), name="supplier_bill_file"),
            path("order/<int:pk>/<slug:kind>/", view(self.of_order), name="purchase_bill"),
            *super().get_urls(),
        ]

    def of_order(self, request: HttpRequest, pk: int, kind: str) -> HttpResponse:
        """Ask for the bill or credit note of an order."""
        return bill_pages.of_order(request, pk, kind, self.admin_site.each_context(request))

    def file(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Hand out a paper as it came, to keep: whatever is in it, the browser shows none of it here."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        bill = get_object_or_404(SupplierBill.objects.exclude(file=None), pk=pk)
        disposition = content_disposition_header(as_attachment=True, filename=bill.file_name) or "attachment"
        headers = {"Content-Disposition": disposition, "X-Content-Type-Options": "nosniff"}
        content = bytes(bill.file or b"")
        return HttpResponse(content, content_type="application/octet-stream", headers=headers)

    @admin.display(description="still open", ordering="open_amount")
    def still_open(self, row: Any) -> str:
        return "" if not row.open_amount else f"{abs(row.open_amount):,.2f}"

    def page(self, request: HttpRequest, row: Any) -> Page:
        paper = links.anchor(reverse("admin:supplier_bill_file", args=[row.pk]), row.file_name)
        facts = [
            ("Kind", row.get_kind_display()),
            ("Supplier", links.to(row.supplier)),
            ("Their date", row.issued_on),
            ("Booked", row.booked_on),
            ("Due", row.due_on),
            ("Net", row.net),
            ("VAT", row.tax),
            ("Total", row.gross),
            ("Still open", self.still_open(row)),
            ("Accepted because", row.accepted_because),
            ("The paper itself", paper if row.file_name else ""),
            ("By", row.user),
        ]
        key = f"bill:{row.pk}"
        item = OpenItem.objects.filter(line__entry__source_key=key).first()
        settled = [bookshelf.settled_by(item)] if item else []
        return Page(facts, [_lines(row), *settled, *ties.of_source(key)])

    def offered(self, row: Any) -> Sequence[str]:
        if not row.open_amount:
            return ()
        return ("paid",) if row.open_amount < 0 else ("got_back",)

    @verb("Paid…", needs=PAY)
    def paid(self, request: HttpRequest, bills: QuerySet[Any]) -> HttpResponse | None:
        """Ask how much went to the supplier and when, then post it."""
        return self._money(request, bills, procure_to_pay.pay, "paid")

    @verb("Money back…", needs=PAY)
    def got_back(self, request: HttpRequest, bills: QuerySet[Any]) -> HttpResponse | None:
        """Ask how much came back for a credit note and when, then post it."""
        return self._money(request, bills, procure_to_pay.get_back, "come back")

    def _money(
        self, request: HttpRequest, bills: QuerySet[Any], move: Callable[..., Any], how: str
    ) -> HttpResponse | None:
        bill = self.only_one(request, bills.select_related("supplier"))
        if bill is None:
            return None
        form = MoneyForm(answers(request), initial={"amount": abs(bill.open_amount or 0)})
        if not form.is_valid():
            return self.ask(request, f"{bill}: money has {how}", [bill], [("", form)])

        def take(bill: Any) -> str:
            move(bill.supplier, bills=[bill], by=request.user, **form.cleaned_data)
            return f"{form.cleaned_data['amount']} of {bill} have {how}."

        return self.carry_out(request, [bill], take)


@admin.register(SupplierPayment, site=office)
class SupplierPaymentAdmin(Exported, ReadOnlyAdmin):
    list_display = ("reference", "supplier", amount("amount"), "on", "user")
    list_filter = ("on", ("supplier", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("supplier", "user")
    search_fields = ("reference", "supplier__name")
    ordering = ("-on", "-pk")
    resource_classes = [
        export_of(SupplierPayment, "reference", "supplier__code", "supplier__name", "amount", "on")
    ]

    def page(self, request: HttpRequest, row: SupplierPayment) -> Page:
        facts = [
            ("Supplier", links.to(row.supplier)),
            ("Amount", row.amount),
            ("Date", row.on),
            ("Reference", row.reference),
            ("By", row.user),
        ]
        return Page(facts, ties.of_source(f"supplier-payment:{row.pk}"))


def _lines(bill: SupplierBill) -> Table:
    rows = [
        (
            line.description,
            links.to(line.line.order) if line.line else str(line.account),
            line.quantity,
            line.expected,
            line.net,
            line.tax_code.name if line.tax_code else "",
            line.tax,
            line.own_tax or None,
        )
        for line in bill.lines.select_related("line__order", "account", "tax_code").order_by("position")  # type: ignore[attr-defined]
    ]
    columns = ("What", "Order or account", "Pieces", "By the order", "Net", "VAT rate", "VAT", "VAT we owe")
    return Table("Lines", columns, rows)
