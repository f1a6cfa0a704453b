from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate, pre_migrate


class AccountingConfig(AppConfig):
    name = "accounting"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "Accounting"

    def ready(self):
        pre_migrate.connect(before_migrating, sender=self)
        post_migrate.connect(after_migrating, sender=self)


def before_migrating(using, **kwargs):
    """SQLite changes a table by building it anew: with triggers in place that fails, or loses them."""
    from . import guards

    if connections[using].vendor == "sqlite":
        guards.drop(using)


def after_migrating(using, **kwargs):
    from . import chart, guards

    if "accounting_account" in connections[using].introspection.table_names():
        chart.seed(using)
        guards.install(using)
