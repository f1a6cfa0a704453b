from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "erp.documents"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "Company"
