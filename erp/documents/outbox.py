"""The queue of effects outside the database. The row is the queue; Celery is only its hurry.

A row is claimed by a lease in a short transaction, worked on in none, and marked in a short one. What
failed is tried again, later and later, for ever. A second worker is harmless.
"""

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

from celery import current_app
from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.module_loading import import_string

from .models import Outbox

logger = logging.getLogger(__name__)

LEASE = timedelta(minutes=3)
LONGEST_WAIT = timedelta(hours=1)


def enqueue(rows: Iterable[Outbox]) -> None:
    """Write down effects to be had after commit, and hurry them along. Asking twice is asking once."""
    rows = list(rows)
    Outbox.objects.bulk_create(rows, ignore_conflicts=True)
    transaction.on_commit(_hurry, robust=True)


def run_due(now: datetime, *, limit: int = 50) -> int:
    """Work on what is due, and return how many rows were tried.

    A row's lease begins when its turn comes: the last of a long run would else be held by nobody.
    """
    started = monotonic()
    waiting = Outbox.objects.filter(done_at=None, next_try_at__lte=now)
    free = waiting.filter(Q(leased_until=None) | Q(leased_until__lte=now))
    keys = list(free.order_by("next_try_at", "pk").values_list("pk", flat=True)[:limit])
    return sum(deliver(key, now=now + timedelta(seconds=int(monotonic() - started))) for key in keys)


def deliver(pk: int, *, now: datetime) -> bool:
    """Have one effect, unless it is done or another worker holds it. Return whether it was tried."""
    if not _claim(pk, now=now):
        return False
    row = Outbox.objects.get(pk=pk)
    try:
        import_string(settings.OUTBOX_HANDLERS[row.topic])(row.payload, now=now)
    except Exception as error:
        logger.exception("%s failed", row.key, extra={"order": row.order_number})
        _put_off(row, error, now=now)
    else:
        Outbox.objects.filter(pk=pk).update(done_at=now, leased_until=None, last_error="")
    return True


def _claim(pk: int, *, now: datetime) -> bool:
    free = Outbox.objects.filter(pk=pk, done_at=None).filter(Q(leased_until=None) | Q(leased_until__lte=now))
    return bool(free.update(leased_until=now + LEASE, attempts=F("attempts") + 1))


def _put_off(row: Outbox, error: Exception, *, now: datetime) -> None:
    """Try again after 10 s, 20 s, 40 s and so on, at most an hour later, unless the error knows better."""
    usual = min(timedelta(seconds=10 * 2 ** min(row.attempts - 1, 20)), LONGEST_WAIT)
    wait = getattr(error, "wait", usual)
    still_ours = Outbox.objects.filter(pk=row.pk, attempts=row.attempts)
    still_ours.update(
        next_try_at=now + wait, leased_until=None, last_error=f"{type(error).__name__}: {error}"
    )


def _hurry() -> None:
    """Tell a Celery worker that something is due. Without a broker `manage.py work` finds it itself."""
    if settings.CELERY_BROKER_URL:
        current_app.send_task("erp.documents.tasks.sweep", retry=False)


def effect(
    key: str, topic: str, *, order_number: str = "", after: timedelta = timedelta(0), **payload: Any
) -> Outbox:
    """Return an outbox row, not yet written. It is due at once, or after a while."""
    row = Outbox(key=key, topic=topic, payload=payload, order_number=order_number)
    if after:
        row.next_try_at = Now() + after
    return row
