"""Buys what was seen: once, whole, at the price that was shown, or not at all."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from django.utils.timezone import localdate
from oscar.core.loading import get_class, get_model

from accounting.refusal import Refusal
from erp import order_to_cash, paying
from erp.invoicing import providers
from erp.sales.models import SaleKey
from erp.sales.pricing import price
from erp.sales.sale import Sale
from shop.answers import Answers
from shop.keys import key_of

from .sale import promises_of, refuse_problems, sale_from_basket
from .seen import Changed, Seen, refuse_unless_seen

Applicator = get_class("offer.applicator", "Applicator")
Basket = get_model("basket", "Basket")
Order = get_model("order", "Order")


def buy(request: Any, seen: Seen, *, at: datetime) -> Any:
    """Return the order of the basket that was seen, placing it if nobody has yet. Raises Refusal.

    Sent twice, reloaded, or sent by ten at once, it is one order, and everybody gets it.
    """
    order = order_of(seen)
    if order:
        return order
    try:
        return _place(request, seen, at=at)
    except Refusal:
        order = order_of(seen)  # The same form, sent twice, may have bought the basket in the meantime.
        if order:
            return order
        raise


def order_of(seen: Seen) -> Any:
    """Return the order that was made of a basket, or None."""
    numbers = SaleKey.objects.filter(key=key_of(seen.basket)).values("order_number")
    return Order.objects.filter(number__in=numbers).first()


def _place(request: Any, seen: Seen, *, at: datetime) -> Any:
    basket = _open_basket(request, seen)
    refuse_problems(basket)
    sale = sale_from_basket(basket, Answers.of(request), at=at)
    refuse_unless_seen(seen, sale, promises_of(basket))
    sale = _with_payment(sale, seen, request.POST.dict())
    try:
        order = order_to_cash.place(sale, on=localdate(at))
    except Refusal:
        if sale.payment:
            paying.void_payment(sale.payment, on=localdate(at))
        raise
    if sale.payment and not order.payments.filter(pk=sale.payment.pk).exists():
        paying.void_payment(sale.payment, on=localdate(at))  # another window was faster, and paid
    return order


def _open_basket(request: Any, seen: Seen) -> Any:
    basket = Basket.open.filter(pk=seen.basket).select_related("owner").first()
    if basket is None:
        raise Changed("Your basket was changed in another window, so nothing was ordered.")
    basket.strategy = request.strategy
    if not basket.is_empty:
        Applicator().apply(basket, request.user, request)
    return basket


def _with_payment(sale: Sale, seen: Seen, form_data: dict[str, str]) -> Sale:
    """Have the money held, where the way to pay can do so before there is an order."""
    provider = providers.get(sale.payment_method)
    amount = price(sale).gross
    if not provider.prepaid or not amount:
        return sale
    key = f"{sale.key}:{seen.attempt}"
    form_data = form_data | {"email": sale.email}
    payment = paying.start_payment(
        provider.code, amount, key=key, form_data=form_data, on=localdate(sale.placed_at)
    )
    return replace(sale, payment=payment)
