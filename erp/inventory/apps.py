from django.apps import AppConfig
from django.db.models.signals import post_migrate


class InventoryConfig(AppConfig):
    name = "erp.inventory"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "Inventory"

    def ready(self):
        from .seed import seed

        post_migrate.connect(seed, sender=self, dispatch_uid="inventory.seed")
