"""The ways to pay that this shop offers, named by settings.PAYMENT_PROVIDERS.

One that is no longer offered, or not yet, is still known by its code: its payments are in the books.
"""

from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string

from accounting.refusal import Refusal

from .base import Answer, Forged, Notice, PaymentProvider, ProviderFailed

__all__ = [
    "Answer",
    "Forged",
    "NotOffered",
    "Notice",
    "PaymentProvider",
    "ProviderFailed",
    "UnknownProvider",
    "available",
    "get",
    "offered",
    "require_offered",
]


class UnknownProvider(Refusal):
    """Nobody here knows this way to pay."""


class NotOffered(Refusal):
    """A way to pay that customers cannot choose now."""


OPTIONAL = ["erp.invoicing.providers.stripe_checkout.StripeCheckout"]


def available() -> list[PaymentProvider]:
    """Return the ways to pay in the order in which the customer sees them."""
    return _made(settings.PAYMENT_PROVIDERS)


def get(code: str) -> PaymentProvider:
    """Return the provider of a payment. Raises UnknownProvider."""
    for provider in _made([*settings.PAYMENT_PROVIDERS, *OPTIONAL]):
        if provider.code == code:
            return provider
    raise UnknownProvider(f"There is no way to pay called '{code}'.")


def offered(company: Any) -> list[PaymentProvider]:
    """Return the ways to pay that a customer may choose now, in the order in which they are shown."""
    return [provider for provider in available() if provider.is_offered(company)]


def require_offered(code: str, company: Any) -> PaymentProvider:
    """Return the provider that a customer chose. Raises UnknownProvider, NotOffered."""
    provider = get(code)
    if not provider.is_offered(company):
        raise NotOffered(f"{provider.name} is not possible here. Please pay another way.")
    return provider


def _made(paths: list[str]) -> list[PaymentProvider]:
    return [import_string(path)() for path in paths]
