"""What Stripe tells, as notices: the state of an intent, a visit, a refund or a dispute, whoever told it.

What carries no reference of ours is not ours: another program may use the same account at Stripe.
"""

from collections.abc import Callable, Iterator
from typing import Any, Literal

from .base import Notice
from .stripe_client import asking, from_minor

Object = dict[str, Any]
Reader = Callable[[Object, str], Iterator[Notice]]
Kind = Literal["authorised", "captured", "failed", "voided", "refunded", "bounced", "disputed"]


def read(event: str, kind: str, thing: Object) -> list[Notice]:
    """Return what a verified event says of a thing. One of a kind that we do not read says nothing.

    Raises ProviderFailed where Stripe must be asked for more and does not answer: it sends the event again.
    """
    reader = READERS.get(kind)
    return list(reader(thing, event)) if reader else []


def of_intent(intent: Object, event: str) -> Iterator[Notice]:
    """Yield what became of the money, by the state of the intent: held, taken or given up."""
    if not reference_of(intent):
        return
    status = intent["status"]
    if status == "requires_capture":
        yield _notice(intent, "authorised", event, intent["id"], intent["amount_capturable"])
    elif status == "succeeded":
        yield _notice(intent, "captured", event, charge_of(intent), intent["amount_received"])
    elif status == "canceled":
        yield _notice(intent, "voided", event, f"{intent['id']}:void", intent["amount"])


def of_session(session: Object, event: str) -> Iterator[Notice]:
    """Yield what became of a visit to Stripe's page. Whether a complete one holds money, its intent knows."""
    if not reference_of(session):
        return
    if session["status"] == "expired":
        yield from _failed(session, event)
    elif session["status"] == "complete" and session["payment_intent"]:
        yield from of_intent(intent_named(session["payment_intent"]), event)


def intent_named(name: str) -> Object:
    """Ask Stripe for a payment intent."""
    with asking() as line:
        return line.payment_intents.retrieve(name).to_dict()


def reference_of(thing: Object) -> str:
    """Return our reference of the payment that something at Stripe belongs to, or nothing."""
    return (thing.get("metadata") or {}).get("payment", "")


def charge_of(intent: Object) -> str:
    """Return the charge by which an intent was taken. Stripe's payout report names it too."""
    charge = intent["latest_charge"]
    return charge if isinstance(charge, str) else charge["id"]


def _failed(session: Object, event: str) -> Iterator[Notice]:
    if reference_of(session):
        yield _notice(session, "failed", event, session["id"], session["amount_total"])


def _of_charge(charge: Object, event: str) -> Iterator[Notice]:
    """Yield the refunds of a charge. The event carries only their sum, so Stripe is asked for each.

    It also comes when what was held is let go: then nothing was taken, and nothing goes back.
    """
    if not charge["captured"] or not reference_of(charge):
        return
    with asking() as line:
        refunds = line.refunds.list({"charge": charge["id"], "limit": 100})
        found = [refund.to_dict() for refund in refunds.auto_paging_iter()]
    for refund in found:
        yield from _of_refund(refund | {"metadata": charge["metadata"] | (refund["metadata"] or {})}, event)


def _of_refund(refund: Object, event: str) -> Iterator[Notice]:
    """Yield that money went back, or came back because the customer's bank did not take it.

    What moved no money of ours only let go what a capture had left.
    """
    if not refund.get("balance_transaction"):
        return
    refund = _with_our_reference(refund)
    kinds: dict[str, Kind] = {"succeeded": "refunded", "failed": "bounced", "canceled": "bounced"}
    kind = kinds.get(refund["status"])
    if kind and reference_of(refund):
        reference = refund["metadata"].get("reference") or refund["id"]
        yield _notice(refund, kind, f"{event}:{refund['id']}", reference, refund["amount"])


def _of_dispute(dispute: Object, event: str) -> Iterator[Notice]:
    dispute = _with_our_reference(dispute)
    if reference_of(dispute):
        yield _notice(dispute, "disputed", event, dispute["id"], dispute["amount"])


def _with_our_reference(thing: Object) -> Object:
    """Return a refund or dispute with our reference of its payment; made at Stripe's, it carries none."""
    if reference_of(thing) or not thing.get("payment_intent"):
        return thing
    intent = intent_named(thing["payment_intent"])
    return thing | {"metadata": (thing["metadata"] or {}) | {"payment": reference_of(intent)}}


def _notice(thing: Object, kind: Kind, event: str, reference: str, units: int) -> Notice:
    currency = thing["currency"].upper()
    return Notice(
        event=event,
        kind=kind,
        payment=reference_of(thing),
        reference=reference,
        amount=from_minor(units, currency),
        currency=currency,
    )


# A declined card is no end (payment_intent.payment_failed): on the page the customer may try another.
READERS: dict[str, Reader] = {
    "checkout.session.completed": of_session,
    "checkout.session.expired": of_session,
    "checkout.session.async_payment_succeeded": of_session,
    "checkout.session.async_payment_failed": _failed,
    "payment_intent.amount_capturable_updated": of_intent,
    "payment_intent.succeeded": of_intent,
    "payment_intent.canceled": of_intent,
    "charge.refunded": _of_charge,
    "charge.refund.updated": _of_refund,
    "refund.updated": _of_refund,
    "refund.failed": _of_refund,
    "charge.dispute.created": _of_dispute,
}
