"""Celery: it hurries the outbox along. The rows are the queue; losing the broker loses nothing."""

import os

from celery import Celery
from celery.signals import setup_logging, worker_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "erp.settings")

app = Celery("erp")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.update(
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,
    task_ignore_result=True,
    task_serializer="json",
    accept_content=["json"],
    task_soft_time_limit=90,
    task_time_limit=120,
    task_publish_retry=False,
    broker_connection_retry_on_startup=True,
    broker_transport_options={
        "visibility_timeout": 300,
        "socket_timeout": 1,
        "socket_connect_timeout": 1,
    },
    beat_schedule={
        "sweep": {"task": "erp.documents.tasks.sweep", "schedule": 10.0},
        "now and then": {"task": "erp.documents.tasks.look", "schedule": 300.0},
    },
)
app.autodiscover_tasks()


@setup_logging.connect
def log_as_everywhere(**kwargs) -> None:
    """Keep Celery from setting up logs of its own: Django's are set up already."""


@worker_init.connect
def refuse_without_guards(**kwargs) -> None:
    """Work on nothing while the database would not refuse what must not happen to the books."""
    from accounting import guards

    guards.require()
