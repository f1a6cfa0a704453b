from django.apps import AppConfig


class InventoryConfig(AppConfig):
    name = "erp.inventory"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "Inventory"
