"""Payments whose end was not heard of, and orders whose payment is gone: for the sweep, and for staff."""

from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet

from . import providers
from .models import Payment
from .payments import for_orders, is_held

State = Payment.State
SETTLING = timedelta(minutes=5)  # before that, notices are on their way
LONG = timedelta(days=1)
REMEMBERED = timedelta(days=14)


def to_look_at(now: datetime) -> list[Payment]:
    """Return the payments whose end was not heard of, or that were given up and may be paid all the same.

    The older one is the more rarely it is asked about: after a quarter of its age again.
    """
    undecided = Q(state__in=(State.STARTED, State.FAILED, State.VOIDED))
    rows = for_orders(Payment.objects.filter(undecided, captured=0, created_at__lt=now - SETTLING))
    recent = rows.filter(created_at__gt=now - REMEMBERED).order_by("created_at", "pk")
    asked = [row for row in recent if is_held(row)]
    return [row for row in asked if not row.looked_at or now - row.looked_at > (now - row.created_at) / 4]


def without_money(orders: QuerySet, *, now: datetime) -> QuerySet:
    """Return the orders that were to be paid beforehand and are not: their payments failed or were let go.

    One that waits for its payment belongs to them when it should have expired long ago.
    """
    alive = Q(state__in=(State.AUTHORISED, State.CAPTURED)) | Q(
        state=State.STARTED, created_at__gt=now - LONG
    )
    beforehand = [provider.code for provider in providers.available() if provider.prepaid]
    open_orders = orders.filter(terms__payment_method__in=beforehand, total_incl_tax__gt=0)
    return open_orders.exclude(status="cancelled").exclude(
        Exists(for_orders(Payment.objects.filter(alive, order=OuterRef("pk"))))
    )
