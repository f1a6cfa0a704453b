"""Signed links by which a guest sees an order or comes back from paying, and nobody else: they expire."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.sites.models import Site
from django.core import signing
from oscar.core.loading import get_model

from accounting.refusal import Refusal
from erp.documents.services import company

from .models import Payment

Order = get_model("order", "Order")
SALT = "order-link"
PAYMENT_SALT = "payment-link"


class LinkExpired(Refusal):
    """A link that is no longer valid, or never was."""


def order_token(order: Any) -> str:
    """Return a token that stands for an order until it expires."""
    return signing.dumps(order.pk, salt=SALT)


def order_for(token: str) -> Any:
    """Return the order of a token. Raises LinkExpired."""
    days = company().guest_link_days
    try:
        pk = signing.loads(token, salt=SALT, max_age=timedelta(days=days))
    except signing.BadSignature:
        raise LinkExpired("This link is no longer valid. Please write to us.") from None
    return Order.objects.get(pk=pk)


def payment_token(payment: Any) -> str:
    """Return a token that stands for a payment while its customer is away to pay."""
    return signing.dumps(payment.pk, salt=PAYMENT_SALT)


def payment_for(token: str) -> Payment:
    """Return the payment of a token. Raises LinkExpired."""
    try:
        pk = signing.loads(token, salt=PAYMENT_SALT, max_age=timedelta(days=1))
    except signing.BadSignature:
        raise LinkExpired("This link is no longer valid. Please look at your order.") from None
    return Payment.objects.select_related("order").get(pk=pk)


def return_url(payment: Any) -> str:
    """Return the full address to which a provider's page sends a customer back."""
    return _address(settings.PAYMENT_RETURN_PATH.format(token=payment_token(payment)))


def cancel_url(payment: Any) -> str:
    """Return the full address to which it sends a customer who would rather not pay there."""
    return _address(settings.PAYMENT_CANCEL_PATH.format(token=payment_token(payment)))


def order_link(order: Any) -> str:
    """Return the full address of an order's page for whoever holds the link."""
    return _address(settings.ORDER_LINK_PATH.format(token=order_token(order)))


def _address(path: str) -> str:
    return f"{settings.OSCAR_URL_SCHEMA}://{Site.objects.get_current().domain}{path}"
