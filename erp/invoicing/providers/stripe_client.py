"""The line to Stripe: its SDK where it is installed, our keys, short time-outs, errors in our words.

Nothing here knows what a payment is. The SDK is an optional extra, so it is imported only when it is used.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from functools import lru_cache
from importlib.util import find_spec
from typing import Any

from django.conf import settings

from .base import Forged, ProviderFailed

TIMEOUT = (3.05, 8.0)  # seconds to connect, seconds to answer: a customer waits meanwhile
RETRIES = 1  # by the SDK, under the same idempotency key
TOLERANCE = 300  # seconds that a signature stays good

ZERO_DECIMAL = {"BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA"}
ZERO_DECIMAL |= {"PYG", "RWF", "VND", "VUV", "XAF", "XOF", "XPF"}
THREE_DECIMAL = {"BHD", "JOD", "KWD", "OMR", "TND"}
NO_PARTS = {"ISK", "UGX"}  # told in hundredths, but there are no parts of one


class NotSetUp(ProviderFailed):
    """Stripe is asked for something, but its package or our keys are missing."""


class SaidNo(ProviderFailed):
    """Stripe answered, and will not do it. `code` is its word for why, the message its sentence."""

    def __init__(self, message: str, code: str = ""):
        super().__init__(message)
        self.code = code


def missing() -> str:
    """Return in a sentence what is missing to offer Stripe, or nothing."""
    if not settings.STRIPE_SECRET_KEY:
        return "Stripe is not offered: STRIPE_SECRET_KEY is not set."
    if not settings.STRIPE_WEBHOOK_SECRET:
        return "Stripe is not offered: STRIPE_WEBHOOK_SECRET is not set, so its notices could not be trusted."
    if find_spec("stripe") is None:
        return "Stripe is not offered: its package is missing. Type: pip install -r requirements-stripe.txt"
    return ""


def client() -> Any:
    """Return the SDK's client for our key. Raises NotSetUp."""
    if problem := missing():
        raise NotSetUp(problem)
    return _client(settings.STRIPE_SECRET_KEY, settings.STRIPE_API_BASE, TIMEOUT, RETRIES)


@lru_cache(maxsize=8)
def _client(key: str, base: str, timeout: tuple[float, float], retries: int) -> Any:
    import stripe

    return stripe.StripeClient(
        key,
        base_addresses={"api": base} if base else None,
        max_network_retries=retries,
        http_client=stripe.RequestsClient(timeout=timeout),
    )


@contextmanager
def asking() -> Iterator[Any]:
    """Yield the client. Raises SaidNo where Stripe refuses, else ProviderFailed where it does not answer."""
    line = client()
    import stripe

    try:
        yield line.v1
    except (stripe.CardError, stripe.InvalidRequestError, stripe.IdempotencyError) as error:
        raise SaidNo(error.user_message or "Stripe refused without a reason.", _code(error)) from error
    except (stripe.AuthenticationError, stripe.PermissionError) as error:
        raise ProviderFailed("Stripe does not accept our key: look at STRIPE_SECRET_KEY.") from error
    except stripe.RateLimitError as error:
        raise ProviderFailed("Stripe asks us to slow down.") from error
    except stripe.APIConnectionError as error:
        raise ProviderFailed("Stripe does not answer.") from error
    except stripe.StripeError as error:
        raise ProviderFailed(f"Stripe failed. {error}") from error


def verified(body: bytes, signature: str) -> tuple[str, str, dict[str, Any]]:
    """Return name, type and object of the event in a body, once its signature is checked. Raises Forged."""
    import stripe

    try:
        event = client().construct_event(body, signature, settings.STRIPE_WEBHOOK_SECRET, TOLERANCE).to_dict()
        return str(event["id"]), str(event["type"]), dict(event["data"]["object"])
    except (stripe.SignatureVerificationError, ValueError) as error:
        raise Forged("This notice is not from Stripe, or it is too old.") from error
    except (AttributeError, KeyError, TypeError) as error:
        raise Forged("This is not an event.") from error


def to_minor(amount: Decimal, currency: str) -> int:
    """Return an amount in the unit that Stripe counts in. Raises SaidNo for parts of that unit."""
    code = currency.upper()
    units = amount.scaleb(_places(code))
    step = 100 if code in NO_PARTS else 10 if code in THREE_DECIMAL else 1
    if units % step:
        raise SaidNo(f"{amount} {code} cannot be paid by Stripe: it has parts that {code} does not have.")
    return int(units)


def from_minor(units: int, currency: str) -> Decimal:
    """Return an amount that Stripe counts in its smallest unit, to at least two places."""
    places = _places(currency.upper())
    return Decimal(units).scaleb(-places).quantize(Decimal(1).scaleb(-max(places, 2)))


def _code(error: Any) -> str:
    """Return Stripe's word for an error: for a key that was used otherwise it is the type."""
    return error.code or (error.json_body or {}).get("error", {}).get("type", "")


def _places(code: str) -> int:
    return 0 if code in ZERO_DECIMAL else 3 if code in THREE_DECIMAL else 2
