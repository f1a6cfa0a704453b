from django.apps import AppConfig


class InvoicingConfig(AppConfig):
    name = "erp.invoicing"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "Invoicing"
