from django.apps import AppConfig, apps
from django.db.models.signals import post_migrate, post_save


class ShopConfig(AppConfig):
    name = "shop"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "Shop"

    def ready(self):
        from oscar.core.loading import get_model

        from . import limits, pages  # noqa: F401 - the limits have a check of the settings
        from .catalogue import folding, tree

        folding.install()
        post_migrate.connect(pages.seed, sender=apps.get_app_config("flatpages"), dispatch_uid="shop.pages")
        post_save.connect(tree.forget_addresses, sender=get_model("catalogue", "Category"))
