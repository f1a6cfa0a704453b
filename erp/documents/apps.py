from django.apps import AppConfig
from django.db.models.signals import post_migrate


class DocumentsConfig(AppConfig):
    name = "erp.documents"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "Company"

    def ready(self):
        from .seed import seed

        post_migrate.connect(seed, sender=self, dispatch_uid="documents.seed")
