"""Stripe Checkout: the customer pays on Stripe's page, so that no card number is ever seen here.

Money is held first and taken later, once: what a capture of a part leaves, Stripe lets go.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from . import stripe_calls as calls
from . import stripe_client, stripe_events
from .base import Answer, Forged, Notice, PaymentProvider
from .stripe_client import SaidNo, to_minor


class StripeCheckout(PaymentProvider):
    code = "stripe"
    name = "Card or wallet, by Stripe"
    captures_once = True

    def is_offered(self, company: Any) -> bool:
        return not stripe_client.missing()

    def authorise(self, payment: Any, form_data: dict[str, str]) -> Answer:
        """Send the customer to Stripe's page."""
        try:
            session = calls.open_page(payment, form_data)
        except SaidNo as said:
            return Answer(done=False, message=f"{said} Please pay another way.")
        return Answer(done=False, reference=session["id"], redirect=session["url"])

    def capture(self, payment: Any, amount: Any, reference: str) -> Answer:
        """Take what is held, or a part. What was taken before is told again, if it was as much."""
        intent = calls.intent_of(payment)
        if not intent:
            return Answer(done=False, message="Stripe holds no money for this payment.")
        units = to_minor(amount, payment.currency)
        try:
            intent = calls.take(intent, units)
        except SaidNo as said:
            return Answer(done=False, message=str(said))
        if intent["status"] != "succeeded":
            return Answer(done=False, message="Stripe holds no money for this payment any more.")
        if intent["amount_received"] != units:
            return Answer(done=False, message="Stripe took this payment already, and let the rest go.")
        return Answer(done=True, reference=stripe_events.charge_of(intent))

    def void(self, payment: Any) -> Answer:
        """Close Stripe's page, and let go what is held: also where the customer was faster than we were."""
        if not calls.held_as(payment):
            session = calls.session_of(payment)
            if session and session["status"] == "open":
                calls.close_page(session)
        intent = calls.intent_of(payment)
        if not intent:
            return Answer(done=True)
        intent = calls.let_go(intent)
        if intent["status"] != "canceled":
            return Answer(done=False, message="Stripe has taken this money already: refund it.")
        return Answer(done=True, reference=intent["id"])

    def refund(self, payment: Any, amount: Any, reference: str) -> Answer:
        """Give money back, once for a reference of ours."""
        intent = calls.intent_of(payment)
        if not intent:
            return Answer(done=False, message="Stripe knows nothing of this payment.")
        try:
            refund = calls.give_back(payment, intent, to_minor(amount, payment.currency), reference)
        except SaidNo as said:
            return Answer(done=False, message=str(said))
        if refund["status"] in ("failed", "canceled"):
            return Answer(done=False, message="The customer's bank did not take this refund: transfer it.")
        return Answer(done=True, reference=refund["id"])

    def look(self, payment: Any) -> Sequence[Notice]:
        """Ask Stripe what became of a payment."""
        if held := calls.held_as(payment):
            intent = stripe_events.intent_named(held)
            return list(stripe_events.of_intent(intent, f"look:{held}:{intent['status']}"))
        session = calls.session_of(payment)
        if not session:
            return ()
        return list(stripe_events.of_session(session, f"look:{session['id']}:{session['status']}"))

    def webhook(self, body: bytes, headers: Mapping[str, str]) -> Sequence[Notice]:
        """Read an event that Stripe has signed with our secret in the last minutes. Raises Forged."""
        if problem := stripe_client.missing():
            raise Forged(problem)
        signature = next((value for name, value in headers.items() if name.lower() == "stripe-signature"), "")
        return stripe_events.read(*stripe_client.verified(body, signature))
