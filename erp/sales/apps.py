from django.apps import AppConfig


class SalesConfig(AppConfig):
    name = "erp.sales"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "Sales"
