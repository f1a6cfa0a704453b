from django.apps import AppConfig
from django.core import checks


class InvoicingConfig(AppConfig):
    name = "erp.invoicing"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "Invoicing"

    def ready(self):
        from .checks import stripe_in_production, stripe_is_whole

        checks.register(stripe_is_whole, "payments")
        checks.register(stripe_in_production, "payments", deploy=True)
