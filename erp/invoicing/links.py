"""Signed links by which a guest sees an order, and nobody else: they expire."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.sites.models import Site
from django.core import signing
from oscar.core.loading import get_model

from accounting.refusal import Refusal
from erp.documents.services import company

Order = get_model("order", "Order")
SALT = "order-link"


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


def order_link(order: Any) -> str:
    """Return the full address of an order's page for whoever holds the link."""
    path = settings.ORDER_LINK_PATH.format(token=order_token(order))
    return f"{settings.OSCAR_URL_SCHEMA}://{Site.objects.get_current().domain}{path}"
