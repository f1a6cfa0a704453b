"""The pages of orders: for accounts by number, for guests by a signed link that expires."""

from collections.abc import Callable
from functools import wraps

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounting.refusal import Refusal
from erp.invoicing.einvoice import paper_xml
from erp.invoicing.links import LinkExpired, payment_token
from erp.invoicing.pdf import document_pdf
from shop.posted import posted

from . import orders, paying

PER_PAGE = 20
FORMS = {"pdf": "PDF", "xml": "UBL, for your bookkeeping"}


@never_cache
@login_required
@require_safe
def order_list(request):
    rows = orders.Order.objects.filter(user=request.user).order_by("-date_placed", "-pk")
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "shop/customer/orders.html", {"page": page})


@never_cache
@login_required
@require_safe
def order(request, number: str):
    found = orders.own(request.user, number)
    return _page(request, found, "customer:paper", number)


@never_cache
@login_required
@require_safe
def paper(request, number: str, kind: str, pk: int, form: str):
    return _file(request, orders.paper(orders.own(request.user, number), kind, pk, form=form))


def opened_by_link(view: Callable) -> Callable:
    """Give a view the order of a signed link. An expired one is refused, an account's needs its login."""

    @wraps(view)
    def opened(request, token: str, **kwargs):
        try:
            found = orders.by_token(request, token)
        except LinkExpired as refusal:
            return sorry(request, refusal, status=410)
        except orders.LoginNeeded:
            return redirect_to_login(request.get_full_path())
        return view(request, found, token, **kwargs)

    return opened


@never_cache
@require_safe
@opened_by_link
def guest_order(request, found, token: str):
    return _page(request, found, "customer:guest-paper", token)


@never_cache
@require_safe
@opened_by_link
def guest_paper(request, found, token: str, kind: str, pk: int, form: str):
    return _file(request, orders.paper(found, kind, pk, form=form))


def _page(request, found, address: str, who: str) -> HttpResponse:
    context = orders.describe(found) | paying.describe(found)
    context["papers"] = [
        (paper.name, FORMS[paper.form], reverse(address, args=[who, paper.kind, paper.row.pk, paper.form]))
        for paper in context["papers"]
    ]
    guest = "guest-" if "guest" in address else ""
    context["undo"] = {
        name: reverse(f"customer:{guest}{name.replace('_', '-')}", args=[who])
        for name, may in context["may"].items()
        if may
    }
    return render(request, "shop/customer/order.html", context)


def _file(request, paper: orders.Paper) -> HttpResponse:
    try:
        content = document_pdf(paper.row) if paper.form == "pdf" else paper_xml(paper.row, "ubl")
    except Refusal as refusal:
        return sorry(request, refusal, status=503)
    headers = {"Content-Disposition": f'attachment; filename="{paper.row}.{paper.form}"'}
    return HttpResponse(content, content_type=f"application/{paper.form}", headers=headers)


@never_cache
@posted("customer:guest-order")
@opened_by_link
def pay(request, found, token: str):
    """Pay an order that waits for its payment: once more, or another way."""
    chosen = request.POST.get("payment", "")
    try:
        payment = paying.pay(found, chosen, request.POST.dict(), at=timezone.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect("customer:guest-order", token=token)
    if payment.is_on_its_way:
        return redirect("checkout:pay", token=payment_token(payment))
    return redirect("checkout:thank-you", token=token)


def sorry(request, refusal: Refusal, *, status: int) -> HttpResponse:
    return render(request, "shop/sorry.html", {"sentence": str(refusal)}, status=status)
