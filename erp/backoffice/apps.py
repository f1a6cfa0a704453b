from django.apps import AppConfig
from django.db.models.signals import post_migrate


class BackofficeConfig(AppConfig):
    name = "erp.backoffice"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "Back office"

    def ready(self):
        from .roles import seed

        post_migrate.connect(seed, sender=self, dispatch_uid="backoffice.roles")
