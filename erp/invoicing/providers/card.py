"""A sandbox card: moves no money. Its number says what becomes of it; the number is not kept.

It behaves like the real ones: it keeps books of its own in files, asks some customers to a page of its
own, sends signed notices, and sometimes does not answer.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from textwrap import wrap
from typing import Any

from django.conf import settings
from django.core import signing
from django.utils.crypto import salted_hmac

from . import sandbox
from .base import Answer, Forged, Notice, PaymentProvider, ProviderFailed

APPROVED = "4111111111111111"
DECLINED = "4000000000000002"
REDIRECT = "4000000000003220"
TIME_OUT = "4000000000000119"
LATE = "4000000000003063"
# What the payment page tells of each number.
NUMBERS = (
    (APPROVED, "is approved"),
    (DECLINED, "is declined"),
    (REDIRECT, "asks you on a page of its own"),
    (LATE, "asks you too, but tells us half a minute later"),
    (TIME_OUT, "holds the money, but does not answer"),
)
SIGNATURE = "X-Sandbox-Signature"
SALT = "sandbox-card"
PAGE = "/sandbox-card/{token}/"


class SandboxCard(PaymentProvider):
    code = "card"
    name = "Card (sandbox)"
    means = "48"
    numbers = [(" ".join(wrap(number, 4)), words) for number, words in NUMBERS]

    def is_offered(self, company: Any) -> bool:
        return settings.SANDBOX_CARD

    def authorise(self, payment: Any, form_data: dict[str, str]) -> Answer:
        number = form_data.get("card_number", "").replace(" ", "")
        charge = charge_of(payment)
        if number in (REDIRECT, LATE):
            page = PAGE.format(token=token_for(payment, is_late=number == LATE))
            return Answer(done=False, reference=charge, redirect=page)
        if number in (APPROVED, TIME_OUT):
            sandbox.write(charge, "authorised", charge, payment.amount)
            if number == TIME_OUT:
                raise ProviderFailed("The sandbox was asked not to answer.")
            return Answer(done=True, reference=charge)
        if number == DECLINED:
            return Answer(done=False, message="Your card was declined. Please use another one.")
        return Answer(done=False, message="This sandbox knows no such card.")

    def capture(self, payment: Any, amount: Any, reference: str) -> Answer:
        sandbox.write(charge_of(payment), "captured", reference, amount)
        return Answer(done=True, reference=reference)

    def void(self, payment: Any) -> Answer:
        charge = charge_of(payment)
        sandbox.write(charge, "voided", f"{charge}:void", payment.amount)
        return Answer(done=True, reference=f"{charge}:void")

    def refund(self, payment: Any, amount: Any, reference: str) -> Answer:
        sandbox.write(charge_of(payment), "refunded", reference, amount)
        return Answer(done=True, reference=reference)

    def look(self, payment: Any) -> Sequence[Notice]:
        charge = charge_of(payment)
        return [_notice(payment.reference, **line) for line in sandbox.read(charge)]

    def webhook(self, body: bytes, headers: Mapping[str, str]) -> Sequence[Notice]:
        if not settings.SANDBOX_CARD or not hmac.compare_digest(headers.get(SIGNATURE, ""), sign(body)):
            raise Forged("This notice is not from the sandbox.")
        try:
            said = json.loads(body)
            return [_notice(said["payment"], **said["line"])]
        except (ValueError, TypeError, KeyError, InvalidOperation):
            raise Forged("This notice cannot be read.") from None


def charge_of(payment: Any) -> str:
    """Return what the sandbox calls a payment: surplus money of it is of the same charge.

    A database that begins anew counts anew, so the time is in it.
    """
    began = int(payment.created_at.timestamp())
    return payment.provider_reference or f"{payment.reference}@{began}"


def token_for(payment: Any, *, is_late: bool) -> str:
    """Return what the address of the sandbox's page carries."""
    return signing.dumps([payment.reference, is_late], salt=SALT)


def read_token(token: str) -> tuple[str, bool]:
    """Return our reference of the payment, and whether the notice comes late. Raises Forged."""
    try:
        reference, is_late = signing.loads(token, salt=SALT)
    except signing.BadSignature:
        raise Forged("There is no such page.") from None
    return reference, is_late


def decide(payment: Any, *, kind: str) -> tuple[bytes, dict[str, str]]:
    """Write down what the customer chose on the page; return the signed notice. The first choice stands."""
    charge = charge_of(payment)
    chosen = next((line for line in sandbox.read(charge) if line["kind"] != "captured"), None)
    line = chosen or sandbox.write(charge, kind, f"{charge}:{kind}", payment.amount)
    body = json.dumps({"payment": payment.reference, "line": line}).encode()
    return body, {SIGNATURE: sign(body)}


def sign(body: bytes) -> str:
    return salted_hmac(SALT, body, secret=settings.SECRET_KEY, algorithm="sha256").hexdigest()


def _notice(payment: str, *, kind: Any, reference: str, amount: str, currency: str = "") -> Notice:
    if kind not in ("authorised", "captured", "failed", "voided", "refunded"):
        raise ValueError(kind)
    event = hashlib.sha256(f"{payment} {kind} {reference}".encode()).hexdigest()[:32]
    return Notice(event, kind, payment, reference, Decimal(amount), currency or settings.CURRENCY)
