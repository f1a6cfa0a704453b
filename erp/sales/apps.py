from django.apps import AppConfig
from django.db.models.signals import post_migrate


class SalesConfig(AppConfig):
    name = "erp.sales"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "Sales"

    def ready(self):
        from .seed import seed

        post_migrate.connect(seed, sender=self, dispatch_uid="sales.seed")
