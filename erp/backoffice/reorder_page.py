"""The page that says what should be ordered from whom, and drafts the orders that are chosen."""

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone

from accounting.money import ZERO
from accounting.refusal import Refusal
from erp import reordering
from erp.purchasing.models import PurchaseOrder
from erp.reordering import Suggestion

from . import links

SEE = "purchasing.view_purchaseorder"
DRAFT = "purchasing.add_purchaseorder"
LONGEST_KEY = 18


class ReorderForm(forms.Form):
    """Which products are ordered, and how many pieces of each."""

    products = forms.TypedMultipleChoiceField(
        coerce=int, error_messages={"required": "Choose at least one product."}
    )

    def __init__(self, data: Any, *, found: Sequence[Suggestion]) -> None:
        super().__init__(data)
        pieces = {row.product.pk: row.quantity for row in found}
        # What somebody else has ordered meanwhile is taken too: whoever drafts leaves it out, and says so.
        sent = data.getlist("products") if data else []
        pieces = {int(key): 0 for key in sent if key.isdecimal() and len(key) < LONGEST_KEY} | pieces
        self.fields["products"].choices = [(key, key) for key in pieces]  # type: ignore[attr-defined]
        for key, quantity in pieces.items():
            self.fields[f"pieces_{key}"] = forms.IntegerField(
                min_value=1, max_value=10_000_000, initial=quantity, required=False
            )

    def clean(self) -> dict[str, Any]:
        """Refuse a product that is chosen without pieces."""
        said = super().clean() or self.cleaned_data
        for key in said.get("products", ()):
            if f"pieces_{key}" not in self.errors and not said.get(f"pieces_{key}"):
                self.add_error(f"pieces_{key}", "Say how many.")
        return said

    def chosen(self) -> dict[int, int]:
        """Return the pieces that are wanted, by product."""
        said = self.cleaned_data
        return {key: said[f"pieces_{key}"] for key in said["products"]}


def page(request: HttpRequest, site_context: dict[str, Any]) -> HttpResponse:
    """Show what should be ordered, and draft what is chosen: one order a supplier."""
    if not request.user.has_perm(SEE):  # type: ignore[union-attr]
        raise PermissionDenied
    may_draft = request.user.has_perm(DRAFT)  # type: ignore[union-attr]
    found = reordering.suggestions(on=timezone.localdate())
    form = ReorderForm(request.POST or None, found=found)
    if request.method == "POST" and not may_draft:
        raise PermissionDenied
    if form.is_valid() and (answer := _draft(request, form)):
        return answer
    context = {
        **site_context,
        "title": "To reorder",
        "opts": PurchaseOrder._meta,
        "waiting": len(found),
        "suppliers": _by_supplier(found, form),
        "form": form,
        "may": may_draft,
    }
    return TemplateResponse(request, "admin/reorder.html", context)


def _draft(request: HttpRequest, form: ReorderForm) -> HttpResponse | None:
    try:
        made = reordering.draft(form.chosen(), on=timezone.localdate(), by=request.user)
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return None
    if not made:
        messages.warning(request, "All of it has been ordered meanwhile.")
    for purchase in made:
        messages.success(request, f"{purchase} to {purchase.supplier} is drafted: look it over and order it.")
    return redirect(links.page_of(made[0]) if len(made) == 1 else "admin:reorder")


def _by_supplier(found: Sequence[Suggestion], form: ReorderForm) -> list[dict[str, Any]]:
    shown = []
    for supplier, rows in groupby(found, key=lambda row: row.price.supplier):
        cells = [(row, links.to(row.product, row.product.get_title()), _field(form, row)) for row in rows]
        total = sum((row.cost for row, *_ in cells), start=ZERO)
        shown.append({"supplier": supplier, "link": links.to(supplier), "rows": cells, "total": total})
    return shown


def _field(form: ReorderForm, row: Suggestion) -> Any:
    field = form[f"pieces_{row.product.pk}"]
    field.field.widget.attrs |= {"aria-label": f"Pieces of {row.product.get_title()}", "class": "pieces"}
    return field
