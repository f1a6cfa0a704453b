"""What customers undo by themselves: cancel an order, ask to send something back, withdraw from the contract.

Each page is there twice: by number for the owner of an account, by signed link for a guest. A form sent
twice is one wish: its key was made when it was first shown.
"""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounting.refusal import Refusal
from erp import picking, returning
from erp.delivery import withdrawals

from . import orders
from .forms import SendBackForm, WithdrawForm
from .order_views import opened_by_link

View = Callable[..., HttpResponse]
asks = require_http_methods(["GET", "HEAD", "POST"])


class Way:
    """How one order's pages are addressed: by its number, or by the token of a guest's link."""

    def __init__(self, prefix: str, who: str) -> None:
        self.prefix, self.who = prefix, who

    def to(self, name: str, *parts: Any) -> str:
        """Return the address of a page of this order, such as "cancel"; without a name of the order."""
        page = "-".join(part for part in (self.prefix, name or "order") if part)
        return reverse(f"customer:{page}", args=[self.who, *parts])


def by_number(view: View) -> View:
    """Let the owner of an account see a page of one of his orders."""

    @never_cache
    @login_required
    def seen(request: HttpRequest, number: str, **parts: Any) -> HttpResponse:
        return view(request, orders.own(request.user, number), Way("", number), **parts)

    return seen


def by_link(view: View) -> View:
    """Let whoever holds the signed link see a page of its order."""

    @never_cache
    @opened_by_link
    def seen(request: HttpRequest, found: Any, token: str, **parts: Any) -> HttpResponse:
        return view(request, found, Way("guest", token), **parts)

    return seen


@asks
def cancel(request: HttpRequest, order: Any, way: Way) -> HttpResponse:
    """Ask once more, then cancel an order of which nothing has left, nor is about to."""
    if request.method == "POST" and order.status != "cancelled":
        try:
            picking.call_off(order, on=timezone.localdate(), reason="Cancelled by the customer")
        except picking.InHand as refusal:
            messages.error(request, str(refusal))
            return redirect(way.to(""))
        except Refusal:
            messages.error(request, "Something of this order has left by now. You can send it back.")
            return redirect(way.to(""))
    elif orders.may_cancel(order):
        return render(request, "shop/customer/cancel.html", {"order": order, "back": way.to("")})
    if order.status == "cancelled" or request.method == "POST":
        messages.success(request, "Your order is cancelled. What you have paid is on its way back.")
    return redirect(way.to(""))


@asks
def send_back(request: HttpRequest, order: Any, way: Way) -> HttpResponse:
    """Ask which pieces are to come back, and why; then ask the company for it."""
    form = SendBackForm(request.POST or None, lines=orders.sent(order))
    if request.method == "POST" and form.is_valid():
        try:
            document = returning.request(
                order,
                quantities=form.quantities(),
                on=timezone.localdate(),
                key=f"shop:{order.pk}:{form.cleaned_data['key']}",
                reason=form.reason(),
            )
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"We have your request {document} and will answer it by mail.")
            return redirect(way.to(""))
    return render(request, "shop/customer/send_back.html", {"order": order, "form": form, "back": way.to("")})


@asks
def withdraw(request: HttpRequest, order: Any, way: Way) -> HttpResponse:
    """Take the declaration of a consumer to withdraw, confirmed by a button of its own."""
    form = WithdrawForm(request.POST or None, lines=orders.sent(order))
    if request.method == "POST" and form.is_valid():
        try:
            declaration = returning.withdraw(
                order,
                quantities=form.pieces(),
                now=timezone.now(),
                key=f"shop:{order.pk}:{form.cleaned_data['key']}",
            )
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect(way.to("withdrawn", declaration.pk))
    context = {
        "order": order,
        "form": form,
        "back": way.to(""),
        "may": withdrawals.may_withdraw(order, on=timezone.localdate()),
        "is_withdrawn": withdrawals.is_declared_whole(order),
        "ends": withdrawals.withdrawal_ends(order),
    }
    return render(request, "shop/customer/withdraw.html", context)


@require_safe
def withdrawn(request: HttpRequest, order: Any, way: Way, pk: int) -> HttpResponse:
    """Show the receipt of a declaration, which is mailed too."""
    declaration = get_object_or_404(order.withdrawals.select_related("returned"), pk=pk)
    context = {"order": order, "declaration": declaration, "back": way.to("")}
    return render(request, "shop/customer/withdrawn.html", context)
