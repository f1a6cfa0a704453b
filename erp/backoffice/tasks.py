"""Celery's tasks for what is looked at now and then."""

from celery import shared_task
from django.utils import timezone

from erp import hearing


@shared_task(ignore_result=True)
def sweep_payments() -> int:
    """Ask providers about payments whose end was not heard of."""
    return hearing.sweep(timezone.now())
