from django.apps import AppConfig
from django.db.models.signals import post_migrate


class AccountingConfig(AppConfig):
    name = "accounting"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "Accounting"

    def ready(self):
        post_migrate.connect(seed_chart, sender=self)


def seed_chart(using, **kwargs):
    from . import chart

    chart.seed(using)
