"""Celery's tasks: they only ask for the day's work, run the outbox, and look around."""

from celery import shared_task
from django.utils import timezone

from . import daily, now_and_then, outbox


@shared_task(ignore_result=True)
def sweep() -> int:
    """Work on whatever is due, including what a lost message or a killed worker left behind."""
    now = timezone.now()
    daily.ask(now)
    return outbox.run_due(now)


@shared_task(ignore_result=True)
def look() -> None:
    """Look at what nobody tells of by itself."""
    now_and_then.look(timezone.now())
