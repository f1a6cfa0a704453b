from django.apps import AppConfig


class PurchasingConfig(AppConfig):
    name = "erp.purchasing"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "Purchasing"
