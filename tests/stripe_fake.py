"""A Stripe of our own: what the API knows and does, in the shapes of its wire format, and its notices.

Its state is public, so that a test can look at it and alter it. `stripe_server` lets it listen.
"""

import json
import threading
import time
import urllib.request
from itertools import count
from urllib.parse import parse_qsl

from stripe import WebhookSignature
from stripe.params import PaymentIntentCancelParams, PaymentIntentCaptureParams, RefundCreateParams
from stripe.params.checkout import SessionCreateParams, SessionListParams
from stripe.params.checkout import _session_create_params as nested

KEY, SECRET = "sk_test_fake", "whsec_fake"
MINUTE = 60


class Refused(Exception):
    """An answer that is an error. Stripe's `code` says which."""

    def __init__(self, status, message, code="", *, kind="invalid_request_error", param=""):
        super().__init__(message)
        self.status = status
        self.body = {"error": {"type": kind, "code": code, "message": message, "param": param}}


class FakeStripe:
    """Sessions, intents, charges and refunds as Stripe keeps them, the events, and every request."""

    def __init__(self):
        self.sessions, self.intents, self.charges, self.refunds = {}, {}, {}, {}
        self.events, self.unsent, self.answers, self.requests, self.keys = [], [], [], [], {}
        self.troubles = []  # what befalls the next calls: a status, "hang", "reset", "declined", "lost"
        self.before = {}  # what happens just before a call whose path ends so, once
        self.webhook_url = ""  # where events are posted by `send`; empty: they are only kept
        self.lock, self.closing, self.numbers = threading.RLock(), threading.Event(), count(1)
        self.url = ""

    # What a test does.

    def pay(self, session, *, card="good"):
        """The customer enters a card on the page and presses the button; return where that leads to."""
        with self.lock:
            if session["status"] != "open":
                raise Refused(400, "This page has been closed.")
            intent = self.intents.get(session["payment_intent"]) or self._intent(session)
            if card == "declined":
                intent["last_payment_error"] = {"type": "card_error", "code": "card_declined"}
                self.event("payment_intent.payment_failed", intent)
                return f"{self.url}/c/pay/{session['id']}?declined=1"
            intent.update(status="requires_capture", amount_capturable=intent["amount"])
            intent["latest_charge"] = self._charge(intent)["id"]
            session["status"] = "complete"
            self.event("payment_intent.amount_capturable_updated", intent)
            self.event("checkout.session.completed", session)
        return session["success_url"]

    def expire(self, session):
        session.update(status="expired", url=None)
        self.event("checkout.session.expired", session)

    def signed(self, event, *, secret=SECRET, at=None):
        """Return an event as Stripe sends it: the body, and the header that signs it."""
        body = json.dumps(event)
        return body.encode(), WebhookSignature.generate_signature_header(body, secret, at)

    def event(self, kind, thing, **changes):
        """Keep an event with a picture of the thing."""
        event = {
            "id": self.name("evt"),
            "object": "event",
            "api_version": "2026-10-28.endive",
            "created": int(time.time()),
            "livemode": False,
            "pending_webhooks": 1,
            "request": {"id": None, "idempotency_key": None},
            "type": kind,
            "data": {"object": json.loads(json.dumps(thing | changes))},
        }
        self.events.append(event)
        self.unsent.append(event)
        return event

    def send(self):
        """Post the events that are not sent yet. The shop may ask back meanwhile."""
        while self.webhook_url and self.unsent:
            self.answers.append(self.post(self.unsent.pop(0)))

    def post(self, event, **signing):
        """Post an event to the shop; return the status it answers."""
        body, signature = self.signed(event, **signing)
        headers = {"Content-Type": "application/json; charset=utf-8", "Stripe-Signature": signature}
        request = urllib.request.Request(self.webhook_url, body, headers)
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status

    def named(self, kind):
        """Return the events of a kind, the latest last."""
        return [event for event in self.events if event["type"] == kind]

    def name(self, prefix):
        """Return a new name as Stripe makes them: later ones sort later."""
        return f"{prefix}_{'test_' if prefix == 'cs' else ''}{next(self.numbers):06d}"

    # What the API does.

    def answer(self, method, path, params, key):
        """Answer a call; under a key that was used the same, or an error where the call was another."""
        with self.lock:
            if key in self.keys:
                made, status, body = self.keys[key]
                if made != (path, params):
                    words = "Keys for idempotent requests can only be used with the same parameters."
                    raise Refused(400, words, kind="idempotency_error")
                return status, body
            for ending in [ending for ending in self.before if path.endswith(ending)]:
                self.before.pop(ending)()
            status, body = 200, self._route(method, path, params)
            if key:
                self.keys[key] = ((path, params), status, json.loads(json.dumps(body)))
            return status, body

    def _route(self, method, path, params):
        parts = path.removeprefix("/v1/").split("/")
        if parts[0] == "checkout":
            parts = parts[1:]
        names = {"sessions": self.sessions, "payment_intents": self.intents, "refunds": self.refunds}
        if len(parts) > 1 and parts[1] not in names[parts[0]]:
            raise Refused(404, f"No such {parts[0]}: '{parts[1]}'", "resource_missing", param="id")
        deed = getattr(
            self, "_".join([method.lower(), parts[0], *parts[2:], *(["one"] if parts[1:] else [])])
        )
        return deed(*([names[parts[0]][parts[1]]] if parts[1:] else []), params)

    def post_sessions(self, params):
        known(params, SessionCreateParams)
        known(params["payment_intent_data"], nested.SessionCreateParamsPaymentIntentData)
        (line,) = params["line_items"]
        known(line, nested.SessionCreateParamsLineItem)
        known(line["price_data"], nested.SessionCreateParamsLineItemPriceData)
        amount = int(line["price_data"]["unit_amount"]) * int(line["quantity"])
        if amount < 50:
            words = "The Checkout Session's total amount must convert to at least 50 cents."
            raise Refused(400, words, "amount_too_small")
        if not 30 * MINUTE <= int(params["expires_at"]) - time.time() <= 24 * 60 * MINUTE:
            words = "The `expires_at` timestamp must be between 30 minutes and 24 hours from now."
            raise Refused(400, words, param="expires_at")
        if "@" not in params.get("customer_email", "@"):
            raise Refused(400, "Invalid email address.", "email_invalid", param="customer_email")
        name = self.name("cs")
        self.sessions[name] = {
            "id": name,
            "object": "checkout.session",
            "amount_total": amount,
            "cancel_url": params["cancel_url"],
            "client_reference_id": params["client_reference_id"],
            "created": int(time.time()),
            "currency": line["price_data"]["currency"],
            "customer_email": params.get("customer_email"),
            "expires_at": int(params["expires_at"]),
            "livemode": False,
            "metadata": params["metadata"],
            "mode": params["mode"],
            "payment_intent": None,
            "payment_status": "unpaid",
            "status": "open",
            "success_url": params["success_url"],
            "url": f"{self.url}/c/pay/{name}#fidkdWxOYHwnPyd1blpxYHZxWjA0",
        }
        self.wanted = params
        return self.sessions[name]

    def get_sessions(self, params):
        known(params, SessionListParams)
        window = params["created"]
        found = [
            s for s in self.sessions.values() if int(window["gte"]) <= s["created"] <= int(window["lte"])
        ]
        return listed(found, params, "/v1/checkout/sessions")

    def get_sessions_one(self, session, params):
        return session

    def post_sessions_expire_one(self, session, params):
        if session["status"] != "open":
            raise Refused(400, 'Only Checkout Sessions with a status in ["open"] can be expired.')
        self.expire(session)
        return session

    def get_payment_intents_one(self, intent, params):
        return intent

    def post_payment_intents_capture_one(self, intent, params):
        known(params, PaymentIntentCaptureParams)
        if intent["status"] != "requires_capture":
            words = f"This PaymentIntent could not be captured because it has a status of {intent['status']}."
            raise Refused(400, words, "payment_intent_unexpected_state")
        taken = int(params.get("amount_to_capture", intent["amount_capturable"]))
        if taken > intent["amount_capturable"]:
            raise Refused(400, "The remaining amount is less than that.", "amount_too_large")
        left = intent["amount_capturable"] - taken
        intent.update(status="succeeded", amount_received=taken, amount_capturable=0)
        self.charges[intent["latest_charge"]].update(captured=True, amount_captured=taken)
        self.event("payment_intent.succeeded", intent)
        if left:
            self._release(intent, left)
        return intent

    def post_payment_intents_cancel_one(self, intent, params):
        known(params, PaymentIntentCancelParams)
        if intent["status"] in ("succeeded", "canceled"):
            words = f"You cannot cancel this PaymentIntent because it has a status of {intent['status']}."
            raise Refused(400, words, "payment_intent_unexpected_state")
        left = intent["amount_capturable"]
        intent.update(status="canceled", amount_capturable=0, canceled_at=int(time.time()))
        self.event("payment_intent.canceled", intent)
        if left:
            self._release(intent, left)
        return intent

    def post_refunds(self, params):
        known(params, RefundCreateParams)
        intent = self.intents[params["payment_intent"]]
        return self.give_back(intent, int(params["amount"]), params.get("metadata") or {})

    def give_back(self, intent, amount, metadata=None):
        """Refund, asked by the shop or by somebody at Stripe's own desk."""
        charge = self.charges[intent["latest_charge"]]
        if amount > charge["amount_captured"] - charge["amount_refunded"]:
            words = "Refund amount is greater than unrefunded amount on charge."
            raise Refused(400, words, "charge_already_refunded")
        refund = self._refund(intent, amount, metadata or {}, moved=self.name("txn"))
        charge["amount_refunded"] += amount
        charge["refunded"] = charge["amount_refunded"] == charge["amount_captured"]
        self.event("charge.refunded", charge)
        return refund

    def _release(self, intent, amount):
        """Let go what is held and not taken: to Stripe a refund too, but one that moves no money."""
        self._refund(intent, amount, {}, moved=None)
        self.event("charge.refunded", self.charges[intent["latest_charge"]])

    def _refund(self, intent, amount, metadata, *, moved):
        name = self.name("re")
        self.refunds[name] = {
            "id": name,
            "object": "refund",
            "amount": amount,
            "balance_transaction": moved,
            "charge": intent["latest_charge"],
            "created": int(time.time()),
            "currency": intent["currency"],
            "metadata": metadata,
            "payment_intent": intent["id"],
            "status": "succeeded",
        }
        return self.refunds[name]

    def get_refunds(self, params):
        field = "payment_intent" if "payment_intent" in params else "charge"
        found = [refund for refund in self.refunds.values() if refund[field] == params[field]]
        return listed(found, params, "/v1/refunds")

    def _intent(self, session):
        name = self.name("pi")
        self.intents[name] = {
            "id": name,
            "object": "payment_intent",
            "amount": session["amount_total"],
            "amount_capturable": 0,
            "amount_received": 0,
            "canceled_at": None,
            "capture_method": "manual",
            "created": int(time.time()),
            "currency": session["currency"],
            "last_payment_error": None,
            "latest_charge": None,
            "livemode": False,
            "metadata": dict(session["metadata"]),
            "status": "requires_payment_method",
        }
        session["payment_intent"] = name
        return self.intents[name]

    def _charge(self, intent):
        name = self.name("ch")
        self.charges[name] = {
            "id": name,
            "object": "charge",
            "amount": intent["amount"],
            "amount_captured": 0,
            "amount_refunded": 0,
            "captured": False,
            "currency": intent["currency"],
            "metadata": dict(intent["metadata"]),
            "payment_intent": intent["id"],
            "refunded": False,
        }
        return self.charges[name]


def known(params, shape):
    """Refuse parameters that the SDK's own description of the call does not have."""
    names = {name for base in shape.__mro__ for name in getattr(base, "__annotations__", ())}
    names |= set(shape.__annotations__)
    if strange := set(params) - names:
        raise Refused(400, f"Received unknown parameter: {sorted(strange)[0]}", "parameter_unknown")


def listed(found, params, url):
    """Return a page of a list, the newest first."""
    found = sorted(found, key=lambda thing: thing["id"], reverse=True)
    if after := params.get("starting_after"):
        found = [thing for thing in found if thing["id"] < after]
    page = found[: int(params.get("limit", 10))]
    return {"object": "list", "data": page, "has_more": len(found) > len(page), "url": url}


def unfolded(text):
    """Return what a form-encoded text says: `a[b][0][c]=1` is {"a": {"b": [{"c": "1"}]}}."""
    tree = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        *path, last = name.replace("]", "").split("[")
        branch = tree
        for step in path:
            branch = branch.setdefault(step, {})
        branch[last] = value
    return _with_lists(tree)


def _with_lists(tree):
    if not isinstance(tree, dict):
        return tree
    tree = {name: _with_lists(value) for name, value in tree.items()}
    return list(tree.values()) if tree and all(name.isdigit() for name in tree) else tree
