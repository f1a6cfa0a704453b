from django.apps import AppConfig


class BackofficeConfig(AppConfig):
    name = "erp.backoffice"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "Back office"
