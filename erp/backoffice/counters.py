"""The page on which the administrator sees which counters of stock are wrong, and has them corrected."""

import hashlib
from collections.abc import Iterator, Sequence
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from oscar.core.loading import get_model

from accounting.money import from_minor
from accounting.refusal import Refusal
from erp import rebuilding
from erp.inventory.counters import Counter, Difference
from erp.inventory.models import Warehouse

from .pages import Table

Product = get_model("catalogue", "Product")

NEEDS = "inventory.add_countercorrection"
COLUMNS = ("Product", "Warehouse", "Counter", "It says", "It should say")


def page(request: HttpRequest, site_context: dict[str, Any]) -> HttpResponse:
    """Show what differs; corrected is what was shown, and nothing else."""
    if not request.user.has_perm(NEEDS):  # type: ignore[union-attr]
        raise PermissionDenied
    found = rebuilding.differences()
    if request.method == "POST":
        return _correct(request, found)
    context = {
        **site_context,
        "title": "Counters of stock",
        "table": Table("What differs", COLUMNS, list(shown(found))),
        "seen": _seal(found),
    }
    return TemplateResponse(request, "admin/counters.html", context)


def shown(found: Sequence[Difference]) -> Iterator[tuple[str, str, str, Any, Any]]:
    """Yield differences in words: product, warehouse, counter, what it says and what it should say."""
    products = Product.objects.select_related("parent").in_bulk({row.product_id for row in found})
    names = Warehouse.objects.in_bulk()
    for row in found:
        where = names[row.warehouse_id].name if row.warehouse_id else "all together"
        is_money = row.counter == Counter.VALUE
        was, becomes = (from_minor(n) if is_money else n for n in (row.was, row.becomes))
        label = "value" if is_money else str(Counter(row.counter).label)
        yield products[row.product_id].get_title(), where, label, was, becomes


def _correct(request: HttpRequest, found: Sequence[Difference]) -> HttpResponse:
    try:
        if request.POST.get("seen") != _seal(found):
            raise rebuilding.LookAgain("The counters have changed since they were shown. Look again.")
        rebuilding.rebuild(found, by=request.user)
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"{len(found)} counter{'' if len(found) == 1 else 's'} corrected.")
    return redirect("admin:counters")


def _seal(found: Sequence[Difference]) -> str:
    """Return what tells one list of differences from another."""
    return hashlib.sha256(repr(found).encode()).hexdigest()
