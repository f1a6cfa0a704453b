"""The pages on which a purchase order is drafted, and on which a draft is changed."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from oscar.core.loading import get_model

from accounting.refusal import Refusal
from erp import procure_to_pay
from erp.purchasing.models import PurchaseLine, PurchaseOrder, Supplier, SupplierPrice

from . import links
from .purchase_forms import DraftForm, LinesFormSet

StockRecord = get_model("partner", "StockRecord")

MOST_SKUS = 2000


def add(request: HttpRequest, site_context: dict[str, Any]) -> HttpResponse:
    """Ask what is to be ordered from whom, and draft it."""
    _require(request, "purchasing.add_purchaseorder")
    first = {"supplier": request.GET.get("supplier", "")}
    head, lines = DraftForm(request.POST or None, initial=first), LinesFormSet(request.POST or None)
    if head.is_valid() and lines.is_valid():
        said = head.cleaned_data
        try:
            made = procure_to_pay.draft(
                said["supplier"],
                lines=lines.wanted(),  # type: ignore[attr-defined]
                warehouse=said["warehouse"],
                on=timezone.localdate(),
                note=said["note"],
                by=request.user,
            )
        except Refusal as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, f"{made} is drafted.")
            return redirect(links.page_of(made))
    return _page(request, site_context, title="Draft a purchase order", head=head, lines=lines)


def edit(request: HttpRequest, pk: int, site_context: dict[str, Any]) -> HttpResponse:
    """Ask what a draft should say, and write that."""
    _require(request, "purchasing.change_purchaseorder")
    purchase = get_object_or_404(PurchaseOrder.objects.select_related("supplier", "warehouse"), pk=pk)
    if purchase.state != PurchaseOrder.State.DRAFT:
        messages.error(request, f"{purchase} is {purchase.get_state_display()}: only a draft can be changed.")
        return redirect(links.page_of(purchase))
    known = {name: getattr(purchase, name) for name in ("supplier", "warehouse", "note")}
    head = DraftForm(request.POST or None, initial=known)
    del head.fields["supplier"]
    lines = LinesFormSet(request.POST or None, initial=[_known(line) for line in _lines(purchase)])
    if head.is_valid() and lines.is_valid():
        try:
            procure_to_pay.change(purchase, lines=lines.wanted(), **head.cleaned_data)  # type: ignore[attr-defined]
        except Refusal as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, f"{purchase} is changed.")
            return redirect(links.page_of(purchase))
    title = f"Change {purchase} to {purchase.supplier}"
    return _page(request, site_context, title=title, head=head, lines=lines, supplier=purchase.supplier)


def _page(
    request: HttpRequest, site_context: dict[str, Any], *, supplier: Supplier | None = None, **shown: Any
) -> HttpResponse:
    context = {**site_context, **shown, "opts": PurchaseOrder._meta, "skus": _skus(supplier)}
    return TemplateResponse(request, "admin/purchase_form.html", context)


def _lines(purchase: PurchaseOrder) -> list[PurchaseLine]:
    rows = PurchaseLine.objects.filter(order=purchase).order_by("pk")
    return list(rows.prefetch_related("product__stockrecords"))


def _known(line: PurchaseLine) -> dict[str, Any]:
    record = next(iter(line.product.stockrecords.all()), None)
    sku = record.partner_sku if record else line.product.upc
    return {"sku": sku, "quantity": line.quantity, "price": line.price, "pack": line.pack}


def _skus(supplier: Supplier | None) -> list[tuple[str, str]]:
    """Return SKUs with titles that the form suggests: what is on price lists."""
    prices = SupplierPrice.objects.filter(supplier__is_active=True)
    sold = prices.filter(supplier=supplier) if supplier else prices
    records = StockRecord.objects.filter(product__in=sold.values("product"))
    rows = records.select_related("product__parent").order_by("partner_sku")[:MOST_SKUS]
    return [(row.partner_sku, row.product.get_title()) for row in rows]


def _require(request: HttpRequest, permission: str) -> None:
    if not request.user.has_perm(permission):  # type: ignore[union-attr]
        raise PermissionDenied
