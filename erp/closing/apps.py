from django.apps import AppConfig


class ClosingConfig(AppConfig):
    name = "erp.closing"
    label = "closing"

    def ready(self):
        from .history import register

        register()
