"""How an order that waits for its payment can still be paid: once more, or another way."""

import secrets
from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils.timezone import localdate

from erp import order_to_cash, paying
from erp.documents.services import company
from erp.invoicing import links, providers
from erp.invoicing.models import Payment

from .orders import on_its_way, templates_of


def describe(order: Any) -> dict:
    """Return what the page of an order shows of paying it; nothing where it waits for no payment."""
    if order.status != "pending payment":
        return {}
    latest = Payment.objects.filter(order=order).order_by("pk").last()
    away = on_its_way(order)
    token = links.order_token(order)
    return {
        "held_until": latest and latest.created_at + timedelta(minutes=company().pending_minutes),
        "on_its_way": away and reverse("checkout:pay", args=[links.payment_token(away)]),
        "ways_to_pay": [(provider, templates_of(provider)) for provider in _ways()],
        "pay_url": reverse("customer:guest-order-pay", args=[token]),
        "attempt": secrets.token_urlsafe(8),
    }


def pay(order: Any, code: str, form_data: dict[str, str], *, at: datetime) -> Payment:
    """Pay an order that waits for it, and return the payment. Raises Refusal. The form sent twice is once."""
    on = localdate(at)
    if not providers.require_offered(code, company()).prepaid:
        return order_to_cash.pay_otherwise(order, code, on=on)
    key = f"{order.pk}:{form_data.get('attempt', '')[:40]}"
    return paying.pay_again(order, code, key=key, form_data=form_data, on=on)


def _ways() -> list[Any]:
    """Return the ways that cost nothing more, as what the order comes to is agreed; the quick ones first."""
    firm = company()
    ways = [way for way in providers.offered(firm) if not way.after_delivery and not way.surcharge(firm)]
    return sorted(ways, key=lambda way: not way.prepaid)
