from django.apps import AppConfig


class BankingConfig(AppConfig):
    name = "erp.banking"
    label = "banking"
