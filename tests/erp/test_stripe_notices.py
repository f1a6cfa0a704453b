"""What Stripe tells unasked: believed where it is signed and fresh, and read for what it means to us."""

import time
from decimal import Decimal

import pytest
from django.core.management import call_command

from erp.documents.services import company
from erp.invoicing import payments, providers
from erp.invoicing.providers import ProviderFailed, stripe_client
from erp.invoicing.providers.base import Forged
from tests.stripe_fake import SECRET

pytestmark = pytest.mark.django_db


@pytest.fixture
def provider(stripe):
    return providers.get("stripe")


@pytest.fixture
def visit(provider, stripe):
    """A payment of 119.00 that was begun, and its visit at Stripe."""
    payment = payments.start(provider="stripe", amount=Decimal("119.00"), key="basket:1:first")
    form = {"return_url": "https://shop.example.com/", "cancel_url": "https://shop.example.com/"}
    return payment, stripe.sessions[provider.authorise(payment, form).reference]


def hear(provider, stripe, event, **signing):
    """Let a notice come in as Stripe sends it."""
    body, signature = stripe.signed(event, **signing)
    return list(provider.webhook(body, {"Stripe-Signature": signature}))


def heard(provider, stripe, kind):
    """Return what the latest event of a kind says: kind, reference and amount."""
    notices = hear(provider, stripe, stripe.named(kind)[-1])
    assert all(notice.payment == "stripe:basket:1:first" and notice.currency == "EUR" for notice in notices)
    return [(notice.kind, notice.reference, str(notice.amount)) for notice in notices]


def test_money_that_is_held_is_told_twice_and_means_the_same(provider, stripe, visit):
    _, session = visit
    stripe.pay(session)
    told = [("authorised", session["payment_intent"], "119.00")]
    assert heard(provider, stripe, "payment_intent.amount_capturable_updated") == told
    assert heard(provider, stripe, "checkout.session.completed") == told


def test_a_completed_visit_whose_intent_cannot_be_asked_for_is_told_again(provider, stripe, visit):
    stripe.pay(visit[1])
    stripe.troubles = [500, 500]
    with pytest.raises(ProviderFailed):
        heard(provider, stripe, "checkout.session.completed")
    assert heard(provider, stripe, "checkout.session.completed")


def test_a_page_that_closed_unused_is_a_failed_payment(provider, stripe, visit):
    stripe.expire(visit[1])
    assert heard(provider, stripe, "checkout.session.expired") == [("failed", visit[1]["id"], "119.00")]


def test_money_that_did_not_come_afterwards_is_a_failed_payment(provider, stripe, visit):
    stripe.event("checkout.session.async_payment_failed", visit[1] | {"status": "complete"})
    kind = "checkout.session.async_payment_failed"
    assert heard(provider, stripe, kind) == [("failed", visit[1]["id"], "119.00")]


def test_a_declined_card_is_no_end_because_the_customer_may_try_another(provider, stripe, visit):
    stripe.pay(visit[1], card="declined")
    assert heard(provider, stripe, "payment_intent.payment_failed") == []


def test_money_that_was_taken_is_named_by_its_charge(provider, stripe, visit):
    payment, session = visit
    stripe.pay(session)
    answer = provider.capture(payment, Decimal("19.00"), "capture")
    assert heard(provider, stripe, "payment_intent.succeeded") == [("captured", answer.reference, "19.00")]


def test_money_that_was_let_go_is_told(provider, stripe, visit):
    payment, session = visit
    stripe.pay(session)
    provider.void(payment)
    (notice,) = heard(provider, stripe, "payment_intent.canceled")
    assert notice[0] == "voided"
    assert heard(provider, stripe, "charge.refunded") == []


def test_what_a_part_capture_leaves_is_no_refund(provider, stripe, visit):
    payment, session = visit
    stripe.pay(session)
    provider.capture(payment, Decimal("19.00"), "capture")
    assert heard(provider, stripe, "charge.refunded") == []


def test_each_refund_is_told_by_our_reference_or_stripes(provider, stripe, visit):
    payment, session = visit
    stripe.pay(session)
    provider.capture(payment, Decimal("119.00"), "capture")
    provider.refund(payment, Decimal("19.00"), "our-refund")
    theirs = stripe.give_back(stripe.intents[session["payment_intent"]], 500)
    told = heard(provider, stripe, "charge.refunded")
    assert sorted(told) == sorted([("refunded", "our-refund", "19.00"), ("refunded", theirs["id"], "5.00")])
    names = {notice.event for notice in hear(provider, stripe, stripe.named("charge.refunded")[-1])}
    assert len(names) == 2


@pytest.mark.parametrize("kind", ["refund.updated", "refund.failed", "charge.refund.updated"])
def test_a_refund_that_bounced_is_told(provider, stripe, visit, kind):
    payment, session = visit
    stripe.pay(session)
    provider.capture(payment, Decimal("119.00"), "capture")
    answer = provider.refund(payment, Decimal("19.00"), "our-refund")
    theirs = stripe.give_back(stripe.intents[session["payment_intent"]], 500)
    stripe.event(kind, stripe.refunds[answer.reference] | {"status": "failed"})
    assert heard(provider, stripe, kind) == [("bounced", "our-refund", "19.00")]
    stripe.event(kind, theirs | {"status": "failed"})
    assert heard(provider, stripe, kind) == [("bounced", theirs["id"], "5.00")]
    stripe.event(kind, theirs | {"status": "pending"})
    assert heard(provider, stripe, kind) == []


def test_a_dispute_is_told(provider, stripe, visit):
    payment, session = visit
    stripe.pay(session)
    provider.capture(payment, Decimal("119.00"), "capture")
    dispute = {"id": "du_1", "object": "dispute", "amount": 11900, "currency": "eur", "metadata": {}}
    stripe.event("charge.dispute.created", dispute | {"payment_intent": session["payment_intent"]})
    assert heard(provider, stripe, "charge.dispute.created") == [("disputed", "du_1", "119.00")]


STRANGERS = [
    ("checkout.session.completed", {"status": "complete", "payment_intent": "pi_other"}),
    ("checkout.session.expired", {"status": "expired"}),
    ("checkout.session.async_payment_failed", {}),
    ("payment_intent.succeeded", {"status": "succeeded"}),
    ("charge.refunded", {"captured": True}),
    ("refund.updated", {"status": "failed"}),
    ("charge.dispute.created", {}),
]


@pytest.mark.parametrize(("kind", "thing"), STRANGERS)
def test_what_another_program_does_at_the_same_account_says_nothing(provider, stripe, kind, thing):
    event = stripe.event(kind, {"id": "x_1", "metadata": {}, "currency": "eur"} | thing)
    assert hear(provider, stripe, event) == []
    assert stripe.requests == []


@pytest.mark.parametrize("kind", ["customer.created", "payout.paid", "something.new"])
def test_an_event_of_a_type_that_is_not_read_says_nothing(provider, stripe, kind):
    assert hear(provider, stripe, stripe.event(kind, {"id": "x_1"})) == []


@pytest.mark.parametrize(
    ("secret", "age"), [("whsec_other", 0), (SECRET, stripe_client.TOLERANCE + 60), ("whsec_other", 10_000)]
)
def test_a_notice_with_a_wrong_or_old_signature_is_forged(provider, stripe, visit, secret, age):
    stripe.pay(visit[1])
    with pytest.raises(Forged):
        hear(provider, stripe, stripe.events[0], secret=secret, at=int(time.time()) - age)


@pytest.mark.parametrize("signature", ["", "t=1", "v1=abc", "t=x,v1=y", "t=1,v1=", "nonsense", "t=,v1=,,="])
def test_a_notice_without_a_whole_signature_is_forged(provider, stripe, visit, signature):
    stripe.pay(visit[1])
    body, _ = stripe.signed(stripe.events[0])
    with pytest.raises(Forged):
        provider.webhook(body, {"Stripe-Signature": signature})
    with pytest.raises(Forged):
        provider.webhook(body, {})


def test_a_signature_holds_for_its_own_body_only(provider, stripe, visit):
    stripe.pay(visit[1])
    body, signature = stripe.signed(stripe.events[0])
    with pytest.raises(Forged):
        provider.webhook(body.replace(b"11900", b"11901"), {"Stripe-Signature": signature})


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b"[]", b"null", b'"text"', b"{}", b'{"type": "x"}'])
def test_what_is_no_event_is_refused_even_signed(provider, body):
    from stripe import WebhookSignature

    signature = WebhookSignature.generate_signature_header(body.decode("utf-8", "replace"), SECRET)
    with pytest.raises(Forged):
        provider.webhook(body, {"stripe-signature": signature})


def test_the_header_is_known_however_it_is_written(provider, stripe, visit):
    stripe.pay(visit[1])
    body, signature = stripe.signed(stripe.events[0])
    for name in ("Stripe-Signature", "stripe-signature", "STRIPE-SIGNATURE"):
        assert provider.webhook(body, {name: signature})


# Half set up, or not at all.


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"STRIPE_SECRET_KEY": ""}, "STRIPE_SECRET_KEY is not set"),
        ({"STRIPE_WEBHOOK_SECRET": ""}, "STRIPE_WEBHOOK_SECRET is not set"),
        ({}, "package is missing"),
    ],
)
def test_where_something_is_missing_stripe_is_not_offered_and_says_why(
    provider, stripe, settings, monkeypatch, capsys, changes, words
):
    assert "stripe" in [each.code for each in providers.offered(company())]
    for name, value in changes.items():
        setattr(settings, name, value)
    if not changes:
        monkeypatch.setattr(stripe_client, "find_spec", lambda name: None)
    assert "stripe" not in [each.code for each in providers.offered(company())]
    assert providers.get("stripe").money_account  # its payments stay in the books
    call_command("check")
    assert words in capsys.readouterr().err
    with pytest.raises(ProviderFailed, match=words):
        provider.look(payments.start(provider="stripe", amount=Decimal("1.00"), key="b:1"))
    with pytest.raises(Forged, match=words):
        provider.webhook(b"{}", {})
    assert stripe.requests == []


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"STRIPE_SECRET_KEY": "pk_live_1"}, "no secret key"),
        ({"STRIPE_WEBHOOK_SECRET": "we_1"}, "begin with whsec_"),
        ({}, ""),
    ],
)
def test_a_mistaken_key_is_said(stripe, settings, capsys, changes, words):
    for name, value in changes.items():
        setattr(settings, name, value)
    call_command("check")
    said = capsys.readouterr().err
    assert words in said
    assert bool(said) == bool(words)


def test_a_shop_without_stripe_is_told_so_only_before_it_goes_live(settings, capsys):
    settings.STRIPE_SECRET_KEY = settings.STRIPE_WEBHOOK_SECRET = ""
    call_command("check")
    assert "Stripe" not in capsys.readouterr().err
    call_command("check", deploy=True, tags=["payments"])
    assert "Stripe is not offered" in capsys.readouterr().err


def test_a_test_key_is_said_before_going_live(stripe, capsys):
    call_command("check", deploy=True, tags=["payments"])
    assert "takes no money" in capsys.readouterr().err
