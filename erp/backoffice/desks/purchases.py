"""Purchase orders: drafted, ordered, received, billed, sent back; and the papers of what came and went."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils import timezone

from erp import forecast, procure_to_pay
from erp.purchasing.models import (
    GoodsReceipt,
    PurchaseOrder,
    SupplierBill,
    SupplierReturn,
)

from .. import bill_pages, draft_pages, links, purchase_tables, ties
from ..actions import answers, verb
from ..exporting import Exported, export_of
from ..pages import Page, ReadOnlyAdmin
from ..purchase_forms import OrderingForm, ReceiptForm, SendBackForm
from ..site import office

State = PurchaseOrder.State
ORDER = "purchasing.change_purchaseorder"
RECEIVE = "purchasing.add_goodsreceipt"
SEND_BACK = "purchasing.add_supplierreturn"
BILL = "purchasing.add_supplierbill"
OFFERED: dict[str, tuple[str, ...]] = {
    State.DRAFT: ("order", "edit", "cancel"),
    State.ORDERED: ("receive", "cancel"),
    State.PARTLY_RECEIVED: ("receive", "bill", "send_back", "credit", "close"),
    State.RECEIVED: ("bill", "send_back", "credit"),
}


class LateFilter(admin.SimpleListFilter):
    """Orders whose goods should have come."""

    title = "goods"
    parameter_name = "goods"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("late", "late"), ("open", "still to come")]

    def queryset(self, request: HttpRequest, orders: QuerySet[PurchaseOrder]) -> QuerySet[PurchaseOrder]:
        if self.value() == "late":
            return orders.filter(pk__in=forecast.late(timezone.localdate()).values("pk"))
        return orders.filter(state__in=forecast.OPEN) if self.value() else orders


@admin.register(PurchaseOrder, site=office)
class PurchaseOrderAdmin(Exported, ReadOnlyAdmin):
    change_list_template = "admin/purchase_list.html"
    list_display = ("number", "state", "supplier", "warehouse", "created_on", "ordered_on", "expected_on")
    list_filter = (LateFilter, "state", ("supplier", admin.RelatedOnlyFieldListFilter), "warehouse")
    list_select_related = ("supplier", "warehouse")
    search_fields = ("number", "supplier__name", "lines__title", "lines__sku")
    ordering = ("-pk",)
    actions = ("order", "edit", "receive", "bill", "send_back", "credit", "cancel", "close")
    resource_classes = [
        export_of(
            PurchaseOrder,
            *("number", "state", "supplier__code", "supplier__name", "warehouse__code"),
            *("created_on", "ordered_on", "expected_on", "note"),
        )
    ]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("purchasing.add_purchaseorder")

    def get_urls(self) -> list[Any]:
        """Add the page on which a draft is edited."""
        view = self.admin_site.admin_view(self.edit_view)
        return [path("<int:pk>/edit/", view, name="purchasing_purchaseorder_edit"), *super().get_urls()]

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Ask what is to be ordered, and draft it."""
        return draft_pages.add(request, self.admin_site.each_context(request))

    def edit_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask what a draft should say instead."""
        return draft_pages.edit(request, pk, self.admin_site.each_context(request))

    def page(self, request: HttpRequest, row: PurchaseOrder) -> Page:
        facts = [
            ("Supplier", links.to(row.supplier)),
            ("State", row.get_state_display()),
            ("To", row.warehouse),
            ("Drafted", row.created_on),
            ("Ordered", row.ordered_on),
            ("Expected", row.expected_on),
            ("Note", row.note),
            ("By", row.user),
            ("Document", links.pdf_of(row) if row.ordered_on else ""),
        ]
        bills = SupplierBill.objects.filter(lines__line__order=row).distinct()
        tables = [
            purchase_tables.lines(row),
            purchase_tables.receipts(row.receipts.all()),  # type: ignore[attr-defined]
            purchase_tables.returned(row.returns.all()),  # type: ignore[attr-defined]
            purchase_tables.bills(bills),
        ]
        return Page(facts, [*tables, ties.files([f"purchase:{row.pk}"])])

    def offered(self, row: PurchaseOrder) -> Sequence[str]:
        return OFFERED.get(row.state, ())

    @verb("Order", needs=ORDER)
    def order(self, request: HttpRequest, orders: QuerySet[PurchaseOrder]) -> HttpResponse | None:
        """Ask when the goods are to come, then order them."""
        rows = list(orders.order_by("pk"))
        form = OrderingForm(answers(request))
        if not form.is_valid():
            return self.ask(request, f"Order {', '.join(map(str, rows))}", rows, [("", form)])

        def take(purchase: PurchaseOrder) -> str:
            day = form.cleaned_data["expected_on"]
            procure_to_pay.order(purchase, on=timezone.localdate(), expected_on=day, by=request.user)
            to = purchase.supplier
            how = f"and goes to {to} by mail" if to.email else f"but {to} has no e-mail address: print it"
            return f"{purchase} is ordered, {how}."

        return self.carry_out(request, rows, take)

    @verb("Edit…", needs=ORDER)
    def edit(self, request: HttpRequest, orders: QuerySet[PurchaseOrder]) -> HttpResponse | None:
        purchase = self.only_one(request, orders)
        return purchase and redirect(reverse("admin:purchasing_purchaseorder_edit", args=[purchase.pk]))

    @verb("Receive…", needs=RECEIVE)
    def receive(self, request: HttpRequest, orders: QuerySet[PurchaseOrder]) -> HttpResponse | None:
        """Ask how many pieces came, then put them on the shelf."""
        purchase = self.only_one(request, orders)
        if purchase is None:
            return None
        form = ReceiptForm(answers(request), lines=purchase.lines.order_by("pk"))
        if not form.is_valid():
            return self.ask(request, f"Receive goods of {purchase}", [purchase], [("", form)])
        said = form.cleaned_data

        def take(purchase: PurchaseOrder) -> str:
            receipt = procure_to_pay.receive(
                purchase,
                quantities=form.quantities(),
                on=timezone.localdate(),
                key=said["key"],
                reference=said["reference"],
                by=request.user,
            )
            return f"{receipt}: {sum(form.quantities().values())} pieces of {purchase} are here."

        return self.carry_out(request, [purchase], take)

    @verb("Bill…", needs=BILL)
    def bill(self, request: HttpRequest, orders: QuerySet[PurchaseOrder]) -> HttpResponse | None:
        purchase = self.only_one(request, orders)
        return purchase and redirect(bill_pages.address(purchase, SupplierBill.Kind.BILL))

    @verb("Credit note…", needs=BILL)
    def credit(self, request: HttpRequest, orders: QuerySet[PurchaseOrder]) -> HttpResponse | None:
        purchase = self.only_one(request, orders)
        return purchase and redirect(bill_pages.address(purchase, SupplierBill.Kind.CREDIT))

    @verb("Send back…", needs=SEND_BACK)
    def send_back(self, request: HttpRequest, orders: QuerySet[PurchaseOrder]) -> HttpResponse | None:
        """Ask which pieces go back and why, then take them off the shelf."""
        purchase = self.only_one(request, orders)
        if purchase is None:
            return None
        form = SendBackForm(answers(request), lines=purchase.lines.order_by("pk"))
        if not form.is_valid():
            return self.ask(request, f"Send goods of {purchase} back", [purchase], [("", form)])
        said = form.cleaned_data

        def take(purchase: PurchaseOrder) -> str:
            gone = procure_to_pay.send_back(
                purchase,
                quantities=form.quantities(),
                on=timezone.localdate(),
                key=said["key"],
                reason=said["reason"],
                by=request.user,
            )
            return f"{gone}: {sum(form.quantities().values())} pieces of {purchase} go back."

        return self.carry_out(request, [purchase], take)

    @verb("Cancel", needs=ORDER)
    def cancel(self, request: HttpRequest, orders: QuerySet[PurchaseOrder]) -> HttpResponse | None:
        def take(purchase: PurchaseOrder) -> str:
            procure_to_pay.cancel(purchase, on=timezone.localdate(), by=request.user)
            return f"{purchase} is cancelled."

        return self.carry_out(request, orders.order_by("pk"), take)

    @verb("Close: the rest will not come", needs=ORDER)
    def close(self, request: HttpRequest, orders: QuerySet[PurchaseOrder]) -> HttpResponse | None:
        def take(purchase: PurchaseOrder) -> str:
            procure_to_pay.close(purchase, on=timezone.localdate(), by=request.user)
            return f"{purchase} is closed."

        return self.carry_out(request, orders.order_by("pk"), take)


@admin.register(GoodsReceipt, site=office)
class GoodsReceiptAdmin(Exported, ReadOnlyAdmin):
    list_display = ("number", "order", "supplier", "received_on", "reference", "user")
    list_filter = ("received_on", ("order__supplier", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("order__supplier", "user")
    search_fields = ("number", "order__number", "order__supplier__name", "reference", "lines__line__title")
    ordering = ("-pk",)
    resource_classes = [
        export_of(
            GoodsReceipt, "number", "order__number", "order__supplier__name", "received_on", "reference"
        )
    ]

    @admin.display(ordering="order__supplier__name")
    def supplier(self, row: GoodsReceipt) -> str:
        return row.order.supplier.name

    def page(self, request: HttpRequest, row: GoodsReceipt) -> Page:
        facts = [
            ("Order", links.to(row.order)),
            ("Supplier", links.to(row.order.supplier)),
            ("Received on", row.received_on),
            ("Their delivery note", row.reference),
            ("By", row.user),
        ]
        return Page(facts, [purchase_tables.moved(row.lines), *ties.of_source(f"receipt:{row.pk}")])  # type: ignore[attr-defined]


@admin.register(SupplierReturn, site=office)
class SupplierReturnAdmin(Exported, ReadOnlyAdmin):
    list_display = ("number", "order", "supplier", "returned_on", "reason", "user")
    list_filter = ("returned_on", ("order__supplier", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("order__supplier", "user")
    search_fields = ("number", "order__number", "order__supplier__name", "reason", "lines__line__title")
    ordering = ("-pk",)
    resource_classes = [
        export_of(SupplierReturn, "number", "order__number", "order__supplier__name", "returned_on", "reason")
    ]

    @admin.display(ordering="order__supplier__name")
    def supplier(self, row: SupplierReturn) -> str:
        return row.order.supplier.name

    def page(self, request: HttpRequest, row: SupplierReturn) -> Page:
        facts = [
            ("Order", links.to(row.order)),
            ("Supplier", links.to(row.order.supplier)),
            ("Returned on", row.returned_on),
            ("Reason", row.reason),
            ("By", row.user),
        ]
        return Page(facts, [purchase_tables.moved(row.lines), *ties.of_source(f"supplier-return:{row.pk}")])  # type: ignore[attr-defined]
