"""What the shop asks of Stripe: its page, the intent behind it, to take, to let go, to give back."""

import hashlib
from datetime import timedelta
from time import time
from typing import Any

from erp.documents.services import company

from .stripe_client import SaidNo, asking, to_minor
from .stripe_events import Object, intent_named

SHORTEST = timedelta(minutes=30)  # Stripe keeps its page open at least so long,
LONGEST = timedelta(hours=23)  # and not longer than a day
SPARE = timedelta(minutes=5)  # for clocks that differ, and for a second try to open the page
AROUND = timedelta(hours=1)  # how far from a payment's beginning its visit to the page may have begun
GIVES_IN = {"requires_payment_method", "requires_confirmation", "requires_action", "requires_capture"}
HOUR = 3600


def open_page(payment: Any, form_data: dict[str, str]) -> Object:
    """Open Stripe's page for a payment. Asked twice it is the same page. Raises SaidNo."""
    options = {"idempotency_key": _key(payment, "authorise")}
    try:
        with asking() as line:
            return line.checkout.sessions.create(_page(payment, form_data), options).to_dict()
    except SaidNo as said:
        if said.code == "email_invalid" and form_data.get("email"):
            return open_page(payment, form_data | {"email": ""})  # Stripe asks the customer then
        known = said.code == "idempotency_error" and session_of(payment)
        if known and known["status"] == "open":
            return known
        raise


def close_page(session: Object) -> Object:
    """Close the page, and return what the visit has become: the customer may have been faster."""
    try:
        with asking() as line:
            return line.checkout.sessions.expire(session["id"]).to_dict()
    except SaidNo:
        with asking() as line:
            return line.checkout.sessions.retrieve(session["id"]).to_dict()


def session_of(payment: Any) -> Object | None:
    """Return the visit to Stripe's page: by its name, else among those that began when the payment did."""
    name = getattr(payment, "provider_reference", "")
    with asking() as line:
        if name.startswith("cs_"):
            return line.checkout.sessions.retrieve(name).to_dict()
        began = payment.created_at
        window = {"gte": int((began - AROUND).timestamp()), "lte": int((began + AROUND).timestamp())}
        for session in line.checkout.sessions.list({"created": window, "limit": 100}).auto_paging_iter():
            if session.client_reference_id == payment.reference:
                return session.to_dict()
    return None


def held_as(payment: Any) -> str:
    """Return Stripe's name of the intent that holds a payment's money, if we have heard of it."""
    rows = payment.operations.filter(kind="authorise", reference__startswith="pi_")
    return (rows.values_list("reference", flat=True).first() or "").partition(":")[0]


def intent_of(payment: Any) -> Object | None:
    """Return the intent behind a payment, or None where the customer has not come so far."""
    name = held_as(payment)
    if not name:
        session = session_of(payment)
        name = session["payment_intent"] if session else ""
    return intent_named(name) if name else None


def take(intent: Object, units: int) -> Object:
    """Take what an intent holds, unless it was taken. The rest is let go. Raises SaidNo.

    Without an idempotency key of ours: Stripe takes an intent once anyway, and under a key it would
    repeat for a day that something failed.
    """
    if intent["status"] != "requires_capture":
        return intent
    try:
        with asking() as line:
            return line.payment_intents.capture(intent["id"], {"amount_to_capture": units}).to_dict()
    except SaidNo:
        now = intent_named(intent["id"])
        if now["status"] == "succeeded":
            return now
        raise


def let_go(intent: Object) -> Object:
    """Let go what an intent holds, unless it is gone or taken."""
    if intent["status"] not in GIVES_IN:
        return intent
    try:
        with asking() as line:
            return line.payment_intents.cancel(intent["id"]).to_dict()
    except SaidNo:
        return intent_named(intent["id"])


def give_back(payment: Any, intent: Object, units: int, reference: str) -> Object:
    """Refund an amount, once for a reference of ours. Raises SaidNo.

    Stripe is asked first whether it has done so. The key guards against two who ask at once; it is
    another one every hour, because under one key Stripe repeats for a day that something failed.
    """
    if known := _refund_of(intent, reference):
        return known
    wish = {
        "payment_intent": intent["id"],
        "amount": units,
        "metadata": {"payment": payment.reference, "reference": reference},
    }
    options = {"idempotency_key": f"{_key(payment, reference)}:{int(time()) // HOUR}"}
    with asking() as line:
        return line.refunds.create(wish, options).to_dict()


def _refund_of(intent: Object, reference: str) -> Object | None:
    with asking() as line:
        for refund in line.refunds.list({"payment_intent": intent["id"], "limit": 100}).auto_paging_iter():
            found = refund.to_dict()
            if (found["metadata"] or {}).get("reference") == reference:
                return found
    return None


def _page(payment: Any, form_data: dict[str, str]) -> Object:
    """Return what Stripe needs for its page: one line with the total, and our reference on everything."""
    firm = company()
    ours = {"payment": payment.reference}
    stays = min(max(timedelta(minutes=firm.pending_minutes), SHORTEST), LONGEST)
    price = {
        "currency": payment.currency.lower(),
        "unit_amount": to_minor(payment.amount, payment.currency),
        "product_data": {"name": f"Your order at {firm.name}"},
    }
    page: Object = {
        "mode": "payment",
        "client_reference_id": payment.reference,
        "metadata": ours,
        "payment_intent_data": {"capture_method": "manual", "metadata": ours},
        "line_items": [{"quantity": 1, "price_data": price}],
        "success_url": form_data["return_url"],
        "cancel_url": form_data["cancel_url"],
        "expires_at": int((payment.created_at + stays + SPARE).timestamp()),
    }
    if form_data.get("email"):
        page["customer_email"] = form_data["email"]
    return page


def _key(payment: Any, deed: str) -> str:
    """Return the idempotency key of a deed. A shop that begins anew counts anew: so the time is in it."""
    named = f"{int(payment.created_at.timestamp())}:{payment.reference}:{deed}"
    return hashlib.sha256(named.encode()).hexdigest()
