"""The ways to pay that this shop offers, named by settings.PAYMENT_PROVIDERS."""

from django.conf import settings
from django.utils.module_loading import import_string

from accounting.refusal import Refusal

from .base import Answer, PaymentProvider, ProviderFailed

__all__ = ["Answer", "PaymentProvider", "ProviderFailed", "UnknownProvider", "available", "get"]


class UnknownProvider(Refusal):
    """Nobody here knows this way to pay."""


def available() -> list[PaymentProvider]:
    """Return the ways to pay in the order in which the customer sees them."""
    return [import_string(path)() for path in settings.PAYMENT_PROVIDERS]


def get(code: str) -> PaymentProvider:
    """Return the provider of a payment. Raises UnknownProvider."""
    for provider in available():
        if provider.code == code:
            return provider
    raise UnknownProvider(f"There is no way to pay called '{code}'.")
