"""Celery's tasks: they only run the outbox."""

from celery import shared_task
from django.utils import timezone

from . import outbox


@shared_task(ignore_result=True)
def sweep() -> int:
    """Work on whatever is due, including what a lost message or a killed worker left behind."""
    return outbox.run_due(timezone.now())
