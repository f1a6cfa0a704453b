"""What `manage.py check` says of ways to pay that are half set up."""

from importlib.util import find_spec
from typing import Any

from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage

from .providers.stripe_client import missing


def stripe_is_whole(**kwargs: Any) -> list[CheckMessage]:
    """Warn where Stripe is wanted and something is missing or mistaken."""
    key, secret = settings.STRIPE_SECRET_KEY, settings.STRIPE_WEBHOOK_SECRET
    if not key and not secret:
        return []
    if problem := missing():
        return [checks.Warning(problem, id="invoicing.W001")]
    if not key.startswith(("sk_", "rk_")):
        return [
            checks.Warning(
                "STRIPE_SECRET_KEY is no secret key: those begin with sk_ or rk_.", id="invoicing.W002"
            )
        ]
    if not secret.startswith("whsec_"):
        return [
            checks.Warning("STRIPE_WEBHOOK_SECRET is none: those begin with whsec_.", id="invoicing.W003")
        ]
    return []


def stripe_in_production(**kwargs: Any) -> list[CheckMessage]:
    """Say before going live that Stripe is off, or moves no real money."""
    key = settings.STRIPE_SECRET_KEY
    if not key and not settings.STRIPE_WEBHOOK_SECRET:
        how = "" if find_spec("stripe") else " Its package is missing too: requirements-stripe.txt."
        return [checks.Info(missing() + how, id="invoicing.I001")]
    if "_test_" in key:
        return [checks.Warning("Stripe runs with a test key: it takes no money.", id="invoicing.W004")]
    return []
