"""What a customer has seen before pressing the button, signed, so that nothing else is ordered."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.core import signing

from accounting.refusal import Refusal
from erp.sales.pricing import price
from erp.sales.sale import Sale

SALT = "shop.checkout.seen"
SHOPPER = "shopper"
LONGEST = timedelta(hours=12)


class SessionExpired(Refusal):
    """The page was open too long, or belongs to another visit."""


class Changed(Refusal):
    """What would be ordered is not what was shown."""


@dataclass(frozen=True, slots=True)
class Seen:
    """The basket that was shown, the attempt to buy it, and a digest of everything on the page."""

    basket: int
    attempt: str
    digest: str


def show(request: Any, sale: Sale, promises: list[str]) -> str:
    """Return what the form carries: the sale as it is shown now, and when it is sent, bound to this visit."""
    shopper = request.session.setdefault(SHOPPER, secrets.token_urlsafe(16))
    content = [sale.basket_id, secrets.token_urlsafe(8), digest(sale, promises), shopper]
    return signing.dumps(content, salt=SALT)


def read(request: Any) -> Seen:
    """Return what the customer saw. Raises SessionExpired where it was not this visit that saw it."""
    message = (
        "Your session has expired, so nothing was ordered. Your basket is still here: "
        "please check your details and order again."
    )
    try:
        basket, attempt, what, shopper = signing.loads(
            request.POST.get("seen", ""), salt=SALT, max_age=LONGEST
        )
    except signing.BadSignature:
        raise SessionExpired(message) from None
    if shopper != request.session.get(SHOPPER):
        raise SessionExpired(message)
    return Seen(basket, attempt, what)


def refuse_unless_seen(seen: Seen, sale: Sale, promises: list[str]) -> None:
    """Raises Changed where the sale is no longer the one that was shown, or sent at another time."""
    if not sale.lines:
        raise Changed("Your basket is empty, so nothing was ordered.")
    if digest(sale, promises) != seen.digest:
        raise Changed(
            "Prices, stock or your basket have changed since you looked, so nothing was ordered. "
            "Please check the new total and order again."
        )


def digest(sale: Sale, promises: list[str]) -> str:
    """Return a fingerprint of all that is agreed: goods, when, prices, VAT, charges, people and payment."""
    lines = [(line.product.pk, line.quantity, line.unit_price, line.discount) for line in sale.lines]
    shipping = (sale.shipping.code, sale.shipping.charge)
    people = (sale.email, sale.ship_to, sale.bill_to, sale.vat_id, sale.payment_method)
    totals = price(sale)
    sums = (sale.prices, totals.gross, totals.tax, totals.surcharge.gross)
    content = repr((lines, promises, shipping, sums, people))
    return hashlib.sha256(content.encode()).hexdigest()
