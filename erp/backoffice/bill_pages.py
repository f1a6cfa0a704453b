"""The pages on which suppliers' bills and credit notes are typed in: of an order, or without one."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from accounting.refusal import Refusal
from erp import procure_to_pay
from erp.purchasing.models import PurchaseLine, PurchaseOrder, Supplier, SupplierBill

from . import links
from .bill_forms import ExpenseForm, GoodsForm, PaperForm, WhoseForm, billable, offered

BILL = "purchasing.add_supplierbill"
Kind = SupplierBill.Kind
NAMES = {Kind.BILL: "Bill", Kind.CREDIT: "Credit note"}
EXPENSES = 3
Blocks = list[tuple[str, forms.Form]]


def address(purchase: PurchaseOrder, kind: str) -> str:
    """Return where the bill or credit note of an order is typed in."""
    return reverse("admin:purchase_bill", args=[purchase.pk, kind])


def of_order(request: HttpRequest, pk: int, kind: str, site_context: dict[str, Any]) -> HttpResponse:
    """Ask what a supplier bills or credits of an order, and book it."""
    _require(request)
    purchase = get_object_or_404(PurchaseOrder.objects.select_related("supplier"), pk=pk)
    is_credit = kind == Kind.CREDIT
    lines = [
        line
        for line in PurchaseLine.objects.filter(order=purchase).order_by("pk")
        if request.POST or billable(line, is_credit=is_credit)
    ]
    if not lines:
        said = "went back that is not credited" if is_credit else "came that is not billed"
        messages.warning(request, f"Nothing of {purchase} {said}.")
        return redirect(links.page_of(purchase))
    vat, services = (offered(purchase.supplier, of_goods=of_goods) for of_goods in (True, False))
    data = request.POST or None
    paper = PaperForm(data, request.FILES or None)
    goods = [GoodsForm(data, line=line, is_credit=is_credit, vat=vat) for line in lines]
    extra = ExpenseForm(data, row=0, vat=services)
    if _all_valid([paper, *goods, extra]):
        items = [*(item for form in goods for item in form.goods()), *extra.expenses()]
        if made := _book(request, paper, purchase.supplier, items, kind=kind):
            return redirect(links.page_of(made))
    blocks: Blocks = [("", paper), *((_named(form.line), form) for form in goods), ("Freight or fees", extra)]
    title = f"{NAMES[Kind(kind)]} for {purchase} of {purchase.supplier}"
    return _page(request, site_context, blocks, title=title, back=links.page_of(purchase))


def without_order(request: HttpRequest, site_context: dict[str, Any]) -> HttpResponse:
    """Ask what a supplier bills that was never ordered here, such as rent, and book it."""
    _require(request)
    data = request.POST or None
    whose = WhoseForm(data, initial={"supplier": request.GET.get("supplier", "")})
    paper = PaperForm(data, request.FILES or None)
    vat = offered()
    expenses = [ExpenseForm(data, row=row, vat=vat) for row in range(EXPENSES)]
    if _all_valid([whose, paper, *expenses]):
        items = [item for form in expenses for item in form.expenses()]
        said = whose.cleaned_data
        if made := _book(request, paper, said["supplier"], items, kind=said["kind"]):
            return redirect(links.page_of(made))
    blocks: Blocks = [("", whose), ("", paper)]
    blocks += [(f"Line {number}", form) for number, form in enumerate(expenses, start=1)]
    listed = links.list_of(SupplierBill)
    return _page(request, site_context, blocks, title="Book a bill without an order", back=listed)


def _book(
    request: HttpRequest, paper: PaperForm, supplier: Supplier, items: Sequence[Any], *, kind: str
) -> SupplierBill | None:
    try:
        made = procure_to_pay.bill(
            supplier, lines=items, kind=kind, on=timezone.localdate(), by=request.user, **paper.paper()
        )
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return None
    messages.success(request, f"{NAMES[Kind(kind)]} {made} over {made.gross} is booked.")
    return made


def _page(request: HttpRequest, site_context: dict[str, Any], blocks: Blocks, **shown: Any) -> HttpResponse:
    context = {**site_context, **shown, "opts": SupplierBill._meta, "blocks": blocks, "fields": []}
    return TemplateResponse(request, "admin/ask.html", context)


def _all_valid(asked: Sequence[forms.Form]) -> bool:
    """Whether all forms are good; each says by itself what is wrong with it."""
    good = [form.is_valid() for form in asked]
    return all(good)


def _named(line: PurchaseLine) -> str:
    return f"{line.title} {line.sku}: {line.received} came, {line.billed} billed, {line.returned} went back"


def _require(request: HttpRequest) -> None:
    if not request.user.has_perm(BILL):  # type: ignore[union-attr]
        raise PermissionDenied
