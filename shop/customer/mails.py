"""Mails about an account, and the link to an order. Asked for here, sent by the outbox."""

import secrets
from datetime import datetime
from typing import Any
from urllib.parse import urljoin

from django.contrib.auth import get_user_model
from django.contrib.auth.tokens import default_token_generator
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from oscar.core.loading import get_model

from erp.documents.outbox import effect, enqueue
from erp.documents.services import company
from erp.invoicing.links import order_link
from erp.invoicing.mails.facts import address_of

Order = get_model("order", "Order")
User = get_user_model()


def ask_for_password_reset(user: Any, *, at: str) -> None:
    """Have a link mailed by which the owner of an account can choose a new password. `at`: our address.

    Asked for nobody, there is a row, and no mail.
    """
    pk = user.pk if user else None
    key = f"password-reset:{pk or 'nobody'}:{secrets.token_urlsafe(8)}"
    enqueue([effect(key, "password_reset", user=pk, at=at)])


def ask_for_order_link(number: str, email: str, *, now: datetime) -> None:
    """Have the link to an order mailed to the address it was placed with; once an hour at most."""
    order = Order.objects.select_related("user").filter(number__iexact=number.strip()).first()
    if order and address_of(order).lower() == email.lower():
        key = f"order-link:{order.pk}:{now:%Y%m%d%H}"
        enqueue([effect(key, "order_link", order_number=order.number, order=order.pk)])


def send_order_link(payload: dict, *, now: datetime) -> None:
    """Mail the link. It is made only now, so that it is never stored."""
    order = Order.objects.select_related("user").get(pk=payload["order"])
    context = {"order": order, "company": company(), "link": order_link(order)}
    text = render_to_string("shop/mails/order_link.txt", context)
    send_mail(f"Your order {order.number}", text, None, [address_of(order)])


def send_password_reset(payload: dict, *, now: datetime) -> None:
    """Mail the link. It is made only now, so that it is never stored."""
    if payload["user"] is None:
        return
    user = User.objects.get(pk=payload["user"])
    key = urlsafe_base64_encode(force_bytes(user.pk))
    path = reverse("customer:password-reset-confirm", args=[key, default_token_generator.make_token(user)])
    context = {"user": user, "company": company(), "link": urljoin(payload["at"], path)}
    text = render_to_string("shop/mails/password_reset.txt", context)
    send_mail(f"New password for {context['company'].name}", text, None, [user.email])
