"""Celery's tasks: they only ask for the day's work and run the outbox."""

from celery import shared_task
from django.utils import timezone

from . import daily, outbox


@shared_task(ignore_result=True)
def sweep() -> int:
    """Work on whatever is due, including what a lost message or a killed worker left behind."""
    now = timezone.now()
    daily.ask(now)
    return outbox.run_due(now)
