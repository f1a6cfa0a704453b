"""The checkout in four screens: who and where, how, a last look, thank you."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounting.refusal import Refusal
from erp.invoicing import links, providers
from shop.answers import Answers, forget
from shop.customer import orders
from shop.customer.order_views import opened_by_link
from shop.posted import posted

from . import seen as sight
from .forms import AddressForms, DeliveryForm
from .holding import keep
from .preview import describe
from .purchase import buy
from .sale import lines_of, promises_of, refuse_problems, sale_from_basket, ways

asks = require_http_methods(["GET", "HEAD", "POST"])


@never_cache
@asks
def address(request):
    """Ask who buys and where the goods go."""
    away = _back_to_basket(request)
    if away:
        return away
    answers = Answers.of(request)
    own_vat_id = request.strategy.company.vat_id
    forms = AddressForms(request.POST or None, answers=answers, user=request.user, own_vat_id=own_vat_id)
    if request.method == "POST" and forms.are_valid():
        answers = answers.but(
            email=forms.email,
            ship_to=forms.ship_to,
            bill_to=forms.bill_to,
            vat_id=forms.vat_id,
            vat_evidence=forms.vat_evidence,
        )
        try:
            request.strategy.require_taxes(request.plain_basket, answers)
        except Refusal as refusal:
            forms.ship.add_error("country", str(refusal))
        else:
            answers.keep(request)
            return redirect("checkout:delivery")
    context = {"ship": forms.ship, "bill": forms.bill}
    return render(request, "shop/checkout/address.html", context)


@never_cache
@asks
def delivery(request):
    """Ask how the goods are sent and how they are paid."""
    answers = Answers.of(request)
    away = _back_to_basket(request) or _back_to_address(request, answers)
    if away:
        return away
    try:
        found = ways(request.basket, lines_of(request.basket), country=answers.country)
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect("checkout:index")
    offered = orders.ways_to_pay(request.strategy.company, sends=request.basket.is_shipping_required())
    form = DeliveryForm(request.POST or None, methods=found, providers=offered, answers=answers)
    if request.method == "POST" and form.is_valid():
        answers.but(**form.cleaned_data).keep(request)
        return redirect("checkout:preview")
    fees = [(way, way.surcharge(request.strategy.company)) for way in offered]
    return render(request, "shop/checkout/delivery.html", {"form": form, "fees": fees})


@never_cache
@require_safe
def preview(request):
    """Show everything that would be agreed."""
    return _preview(request)


@never_cache
@posted("checkout:preview")
def place(request):
    """Order what was seen, and go to its thank-you page; or say why not, beside what it would be now."""
    try:
        order = buy(request, sight.read(request), at=timezone.now())
    except sight.SessionExpired as refusal:
        messages.error(request, str(refusal))
        return redirect("basket:summary")
    except Refusal as refusal:
        return _preview(request, refusal=str(refusal))
    forget(request)
    return next_page(order)


@never_cache
@require_safe
@opened_by_link
def thank_you(request, order, token: str):
    context = orders.describe(order) | {"order_url": reverse("customer:guest-order", args=[token])}
    return render(request, "shop/checkout/thank_you.html", context)


def next_page(order):
    """Lead to the provider's page where the order is to be paid on it, else to the thanks."""
    payment = orders.on_its_way(order)
    if payment:
        return redirect("checkout:pay", token=links.payment_token(payment))
    return redirect("checkout:thank-you", token=links.order_token(order))


def _preview(request, *, refusal: str = ""):
    answers = Answers.of(request)
    away = _back_to_basket(request, refusal) or _back_to_address(request, answers)
    if away:
        return away
    if not answers.payment:
        return redirect("checkout:delivery")
    try:
        sale = sale_from_basket(request.basket, answers, at=timezone.now())
        provider = providers.require_offered(answers.payment, request.strategy.company)
    except Refusal as trouble:
        messages.error(request, refusal or str(trouble))
        return redirect("checkout:delivery")
    try:
        held_until = keep(sale, minutes=request.strategy.company.hold_minutes)
    except Refusal as trouble:
        messages.error(request, refusal or str(trouble))
        return redirect("basket:summary")
    context = {
        "preview": describe(request.basket, sale),
        "held_until": held_until,
        "answers": answers,
        "provider": provider,
        "payment_templates": orders.templates_of(provider),
        "seen": sight.show(request, sale, promises_of(request.basket)),
        "refusal": refusal,
    }
    return render(request, "shop/checkout/preview.html", context, status=409 if refusal else 200)


def _back_to_basket(request, refusal: str = ""):
    """Return the way back to the basket where it is empty, or holds what cannot be bought."""
    if request.plain_basket.is_empty:
        messages.error(request, refusal or "Your basket is empty.")
        return redirect("basket:summary")
    try:
        refuse_problems(request.plain_basket)
    except Refusal as problem:
        messages.error(request, refusal or str(problem))
        return redirect("basket:summary")
    return None


def _back_to_address(request, answers: Answers):
    if answers.ship_to is None:
        messages.info(request, "Please tell us first where we should send your order.")
        return redirect("checkout:index")
    return None
