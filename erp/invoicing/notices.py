"""What providers told us, kept word for word. What comes of a notice is decided by the chain."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet

from accounting.money import ZERO

from .models import Payment, ProviderEvent
from .payments import same_money
from .providers import Notice

Outcome = ProviderEvent.Outcome


def heard(notice: Notice, *, provider: str) -> ProviderEvent | None:
    """Return what came of a notice that was heard before."""
    return ProviderEvent.objects.filter(provider=provider, event=notice.event[:255]).first()


def keep(
    notice: Notice, *, provider: str, payment: Payment | None, outcome: str, now: datetime
) -> ProviderEvent:
    """Write a notice down. Of two who hear the same one at once, both get the one that is kept."""
    row = ProviderEvent(
        provider=provider,
        event=notice.event[:255],
        kind=notice.kind,
        payment=payment,
        payment_reference=notice.payment[:255],
        reference=notice.reference[:255],
        amount=f"{notice.amount:f}"[:40],
        currency=notice.currency[:10],
        outcome=outcome,
        heard_at=now,
    )
    ProviderEvent.objects.bulk_create([row], ignore_conflicts=True)
    return ProviderEvent.objects.get(provider=provider, event=row.event)


def refunded(payment: Payment) -> Decimal:
    """Return what a provider said it refunded of a payment, whether we had asked for it or not."""
    outcomes = (Outcome.NOTHING, Outcome.UNASKED)
    rows = ProviderEvent.objects.filter(
        payment__in=same_money(payment), kind="refunded", outcome__in=outcomes
    )
    told = {row.reference: Decimal(row.amount) for row in rows.order_by("pk")}
    return sum(told.values(), ZERO)


def names(reference: str, *, kind: str) -> bool:
    """Return whether a notice of a kind has named a movement before."""
    return ProviderEvent.objects.filter(kind=kind, reference=reference[:255]).exists()


def strange() -> QuerySet[ProviderEvent]:
    """Return the notices that somebody has to look into."""
    return ProviderEvent.objects.filter(outcome__in=ProviderEvent.STRANGE, seen_at=None)


def seen(notice: ProviderEvent, *, now: datetime, by: Any) -> None:
    """Note that somebody has looked into a notice."""
    ProviderEvent.objects.filter(pk=notice.pk, seen_at=None).update(seen_at=now, seen_by=by)
