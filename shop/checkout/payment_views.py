"""The way to a provider's page and back, the notices it sends, and the page of the sandbox card.

Whether something is paid is never read from an address: the provider is asked, or tells.
"""

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from erp import effects, paying
from erp.invoicing import links, providers
from erp.invoicing.models import Payment
from erp.invoicing.providers import card
from shop.customer.order_views import sorry

LONGEST_NOTICE = 256 * 1024
CHOICES = {"approve": "authorised", "decline": "failed"}


@never_cache
@require_safe
def pay(request, token: str):
    """Send a customer on to the provider's page. A page of ours does it: forms lead to our own host only."""
    payment = _payment(token)
    if isinstance(payment, links.LinkExpired):
        return sorry(request, payment, status=410)
    if not payment.is_on_its_way:
        return _to_order(payment)
    return render(request, "shop/checkout/to_provider.html", {"payment": payment})


@never_cache
@require_safe
def returned(request, token: str):
    """Ask the provider, and show what became of the order."""
    payment = _payment(token)
    if isinstance(payment, links.LinkExpired):
        return sorry(request, payment, status=410)
    _look(payment)
    payment.refresh_from_db()
    if payment.state == Payment.State.STARTED and payment.order_id:
        order_url = reverse("customer:guest-order", args=[links.order_token(payment.order)])
        return render(request, "shop/checkout/waiting.html", {"order_url": order_url})
    return _to_order(payment)


@never_cache
@require_safe
def not_paid(request, token: str):
    """Show the order of somebody who came back without paying: it says how it can still be paid."""
    payment = _payment(token)
    if isinstance(payment, links.LinkExpired):
        return sorry(request, payment, status=410)
    _look(payment)
    return _to_order(payment)


@csrf_exempt
@require_POST
def webhook(request, provider: str):
    """Hear what a provider has to tell. What is not signed by it changes nothing."""
    if len(request.body) > LONGEST_NOTICE:
        return HttpResponse("Too long.", status=413, content_type="text/plain")
    try:
        paying.hear(provider, request.body, request.headers, now=timezone.now())
    except providers.Forged as refusal:
        return HttpResponse(str(refusal), status=400, content_type="text/plain")
    except providers.UnknownProvider:
        raise Http404 from None
    except providers.ProviderFailed as error:  # it was asked for more, and did not answer: it tells again
        return HttpResponse(str(error), status=503, content_type="text/plain")
    return HttpResponse("Heard.", content_type="text/plain")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sandbox(request, token: str):
    """The page of the sandbox card: where real ones ask for a code, this one asks whether to approve."""
    try:
        reference, is_late = card.read_token(token)
    except providers.Forged:
        raise Http404 from None
    payment = get_object_or_404(Payment, reference=reference, provider="card")
    if request.POST.get("choice") not in CHOICES:
        return render(request, "shop/checkout/sandbox_card.html", {"payment": payment})
    kind = CHOICES[request.POST["choice"]]
    if is_late:
        effects.have_sandbox_tell_later(reference, kind)
    else:
        body, headers = card.decide(payment, kind=kind)
        paying.hear("card", body, headers, now=timezone.now())
    return redirect("checkout:return", token=links.payment_token(payment))


def _payment(token: str) -> Payment | links.LinkExpired:
    try:
        return links.payment_for(token)
    except links.LinkExpired as refusal:
        return refusal


def _look(payment: Payment) -> None:
    """Ask the provider; where it does not answer, its notice or the sweep will tell."""
    try:
        paying.look(payment, now=timezone.now())
    except providers.ProviderFailed:
        return


def _to_order(payment: Payment) -> HttpResponse:
    order = payment.order
    if order is None:
        return redirect("basket:summary")
    waits = order.status in ("pending payment", "cancelled")
    page = "customer:guest-order" if waits else "checkout:thank-you"
    return redirect(page, token=links.order_token(order))
