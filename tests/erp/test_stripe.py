"""What the shop asks of Stripe, and what it makes of the answers."""

import time
from decimal import Decimal

import pytest

from erp.invoicing import payments, providers
from erp.invoicing.providers import ProviderFailed, stripe_client
from tests.factories import MONDAY

pytestmark = pytest.mark.django_db

FORM = {
    "return_url": "https://shop.example.com/payments/stripe/return/",
    "cancel_url": "https://shop.example.com/checkout/preview/",
    "email": "ada@example.com",
}


@pytest.fixture
def provider(stripe):
    return providers.get("stripe")


def payment(amount="119.00", key="basket:1:first"):
    return payments.start(provider="stripe", amount=Decimal(amount), key=key)


def open_page(provider, stripe, **changes):
    """Begin a payment; return it and the visit at Stripe."""
    begun = payment(**changes)
    answer = provider.authorise(begun, FORM)
    return begun, stripe.sessions[answer.reference]


def paid(provider, stripe, **changes):
    """Have the customer pay; return the payment and the intent at Stripe."""
    begun, session = open_page(provider, stripe, **changes)
    stripe.pay(session)
    return begun, stripe.intents[session["payment_intent"]]


def calls(stripe, ending):
    return [path for method, path, *_ in stripe.requests if method == "POST" and path.endswith(ending)]


def test_the_customer_is_sent_to_a_page_that_asks_for_the_whole_amount(provider, stripe):
    begun = payment()
    answer = provider.authorise(begun, FORM)
    session = stripe.sessions[answer.reference]
    assert not answer.done
    assert answer.redirect == session["url"]
    assert (session["amount_total"], session["currency"]) == (11900, "eur")
    assert session["client_reference_id"] == session["metadata"]["payment"] == begun.reference
    assert session["customer_email"] == "ada@example.com"
    assert session["success_url"] == FORM["return_url"]
    assert session["cancel_url"] == FORM["cancel_url"]
    assert 30 * 60 <= session["expires_at"] - time.time() <= 36 * 60
    assert stripe.wanted["payment_intent_data"] == {
        "capture_method": "manual",
        "metadata": {"payment": begun.reference},
    }


def test_asking_twice_leads_to_the_same_page(provider, stripe):
    begun = payment()
    assert provider.authorise(begun, FORM) == provider.authorise(begun, FORM)
    assert provider.authorise(begun, FORM | {"email": "other@example.com"}).reference in stripe.sessions
    assert len(stripe.sessions) == 1


def test_two_payments_have_two_pages(provider, stripe):
    open_page(provider, stripe)
    open_page(provider, stripe, key="basket:1:second")
    assert len(stripe.sessions) == 2


def test_an_amount_that_stripe_does_not_take_is_declined_with_its_reason(provider):
    answer = provider.authorise(payment("0.49"), FORM)
    assert not answer.done
    assert "at least 50 cents" in answer.message


def test_an_address_that_stripe_does_not_like_is_left_to_its_page(provider, stripe):
    answer = provider.authorise(payment(), FORM | {"email": "ada"})
    assert stripe.sessions[answer.reference]["customer_email"] is None


@pytest.mark.parametrize("trouble", [500, "hang", "reset", 429, 401])
def test_where_stripe_is_away_it_is_said(provider, stripe, trouble):
    stripe.hurry()
    stripe.troubles = [trouble] * 2
    with pytest.raises(ProviderFailed, match="Stripe"):
        provider.authorise(payment(), FORM)


@pytest.mark.parametrize("trouble", ["reset", "lost", "hang"])
def test_an_answer_that_got_lost_is_asked_for_again(provider, stripe, trouble):
    stripe.hurry()
    stripe.troubles = [trouble]
    begun = payment()
    answer = provider.authorise(begun, FORM)
    assert list(stripe.sessions) == [answer.reference]


def test_what_is_held_is_taken(provider, stripe):
    begun, intent = paid(provider, stripe)
    answer = provider.capture(begun, Decimal("119.00"), f"{begun.reference}:capture")
    assert answer == providers.Answer(done=True, reference=intent["latest_charge"])
    assert (intent["status"], intent["amount_received"]) == ("succeeded", 11900)
    assert provider.capture(begun, Decimal("119.00"), f"{begun.reference}:capture") == answer
    assert len(calls(stripe, "/capture")) == 1


def test_a_part_is_taken_once_and_the_rest_is_gone(provider, stripe):
    begun, intent = paid(provider, stripe)
    assert provider.capture(begun, Decimal("19.00"), "part-1").done
    assert intent["amount_received"] == 1900
    second = provider.capture(begun, Decimal("100.00"), "part-2")
    assert not second.done
    assert "let the rest go" in second.message
    assert providers.get("stripe").captures_once


def test_nothing_is_taken_before_the_customer_has_paid(provider, stripe):
    begun, _ = open_page(provider, stripe)
    assert "holds no money" in provider.capture(begun, Decimal("119.00"), "capture").message
    assert "holds no money" in provider.capture(payment(key="b:2"), Decimal("1.00"), "capture").message


def test_nothing_is_taken_of_what_was_let_go(provider, stripe):
    begun, _ = paid(provider, stripe)
    assert provider.void(begun).done
    assert "any more" in provider.capture(begun, Decimal("119.00"), "capture").message


def test_more_than_is_held_is_not_taken(provider, stripe):
    begun, _ = paid(provider, stripe)
    assert not provider.capture(begun, Decimal("119.01"), "capture").done


def test_a_capture_that_the_bank_refuses_says_so(provider, stripe):
    begun, _ = paid(provider, stripe)
    stripe.troubles = ["fine", "fine", "declined"]
    answer = provider.capture(begun, Decimal("119.00"), "capture")
    assert answer == providers.Answer(done=False, message="Your card was declined.")


def test_a_capture_whose_answer_got_lost_took_the_money_once(provider, stripe):
    begun, intent = paid(provider, stripe)
    stripe.troubles = ["fine", "fine", "lost", "lost"]
    with pytest.raises(ProviderFailed, match="does not answer"):
        provider.capture(begun, Decimal("119.00"), "capture")
    assert provider.capture(begun, Decimal("119.00"), "capture").reference == intent["latest_charge"]
    assert len(stripe.named("payment_intent.succeeded")) == 1


def test_an_error_of_stripes_own_is_overcome_by_asking_again(provider, stripe):
    begun, intent = paid(provider, stripe)
    stripe.troubles = ["fine", "fine", 500, 500]
    with pytest.raises(ProviderFailed):
        provider.capture(begun, Decimal("119.00"), "capture")
    assert provider.capture(begun, Decimal("119.00"), "capture").done
    assert intent["amount_received"] == 11900


def test_giving_up_before_the_customer_paid_closes_the_page(provider, stripe):
    begun, session = open_page(provider, stripe)
    assert provider.void(begun).done
    assert session["status"] == "expired"
    assert provider.void(begun).done


def test_giving_up_lets_go_what_is_held_also_from_a_customer_who_was_faster(provider, stripe):
    begun, session = open_page(provider, stripe)
    stripe.before["/expire"] = lambda: stripe.pay(session)
    assert provider.void(begun).done
    assert stripe.intents[session["payment_intent"]]["status"] == "canceled"
    assert provider.void(begun).done


def test_giving_up_what_was_never_begun_is_done(provider):
    assert provider.void(payment()).done


def test_what_was_taken_cannot_be_given_up(provider, stripe):
    begun, _ = paid(provider, stripe)
    provider.capture(begun, Decimal("119.00"), "capture")
    answer = provider.void(begun)
    assert not answer.done
    assert "refund it" in answer.message


def test_money_goes_back_once_for_a_reference(provider, stripe):
    begun, intent = paid(provider, stripe)
    provider.capture(begun, Decimal("119.00"), "capture")
    first = provider.refund(begun, Decimal("19.00"), "refund-1")
    assert first.done
    assert provider.refund(begun, Decimal("19.00"), "refund-1") == first
    assert provider.refund(begun, Decimal("100.00"), "refund-2").done
    assert [refund["amount"] for refund in stripe.refunds.values()] == [1900, 10000]
    assert stripe.charges[intent["latest_charge"]]["refunded"]


@pytest.mark.parametrize("troubles", [["lost", "lost"], ["lost"], [500, 500], ["hang", "hang"]])
def test_a_refund_is_made_once_whatever_happens_on_the_way(provider, stripe, troubles, monkeypatch):
    begun, _ = paid(provider, stripe)
    provider.capture(begun, Decimal("119.00"), "capture")
    stripe.hurry()
    stripe.troubles = ["fine", "fine", "fine", *troubles]
    for hour in range(3):
        monkeypatch.setattr("erp.invoicing.providers.stripe_calls.time", lambda: 3600 * hour)  # noqa: B023
        try:
            answer = provider.refund(begun, Decimal("19.00"), "refund-1")
        except ProviderFailed:
            continue
    assert answer.done
    assert [refund["amount"] for refund in stripe.refunds.values()] == [1900]


def test_more_than_was_taken_does_not_go_back(provider, stripe):
    begun, _ = paid(provider, stripe)
    provider.capture(begun, Decimal("19.00"), "capture")
    answer = provider.refund(begun, Decimal("19.01"), "refund-1")
    assert not answer.done
    assert "greater than" in answer.message
    assert "nothing" in provider.refund(payment(key="b:2"), Decimal("1.00"), "refund-2").message


def test_a_refund_that_the_customers_bank_sent_back_is_not_done(provider, stripe):
    begun, _ = paid(provider, stripe)
    provider.capture(begun, Decimal("119.00"), "capture")
    answer = provider.refund(begun, Decimal("19.00"), "refund-1")
    stripe.refunds[answer.reference]["status"] = "failed"
    assert "transfer it" in provider.refund(begun, Decimal("19.00"), "refund-1").message


def test_looking_tells_what_became_of_a_payment(provider, stripe):
    begun, session = open_page(provider, stripe)
    assert list(provider.look(begun)) == []
    assert list(provider.look(payment(key="b:2"))) == []
    stripe.pay(session)
    (held,) = provider.look(begun)
    assert (held.kind, held.payment, held.reference) == (
        "authorised",
        begun.reference,
        session["payment_intent"],
    )
    assert (held.amount, held.currency) == (Decimal("119.00"), "EUR")
    payments.authorise(begun, reference=held.reference, on=MONDAY)
    assert provider.look(begun)[0].kind == "authorised"
    provider.capture(begun, Decimal("119.00"), "capture")
    (taken,) = provider.look(begun)
    assert (taken.kind, taken.amount) == ("captured", Decimal("119.00"))


def test_looking_tells_that_the_customer_never_paid(provider, stripe):
    begun, session = open_page(provider, stripe)
    stripe.expire(session)
    assert [notice.kind for notice in provider.look(begun)] == ["failed"]


def test_a_visit_is_found_among_many(provider, stripe, monkeypatch):
    begun, session = open_page(provider, stripe)
    for number in range(150):
        stripe.sessions[f"cs_test_9{number:05d}"] = session | {
            "id": f"cs_test_9{number:05d}",
            "client_reference_id": "x",
        }
    stripe.pay(session)
    assert [notice.kind for notice in provider.look(begun)] == ["authorised"]
    assert len([path for _, path, *_ in stripe.requests if path == "/v1/checkout/sessions"]) == 3


@pytest.mark.parametrize("phase", ["capture", "void", "refund", "look"])
@pytest.mark.parametrize("trouble", ["reset", 500])
def test_while_stripe_is_away_every_phase_fails_and_works_afterwards(provider, stripe, phase, trouble):
    begun, _ = paid(provider, stripe)
    if phase == "refund":
        provider.capture(begun, Decimal("119.00"), "capture")
    arguments = {"capture": (Decimal("119.00"), "c"), "refund": (Decimal("9.00"), "r")}.get(phase, ())
    stripe.troubles = [trouble] * 2
    with pytest.raises(ProviderFailed):
        getattr(provider, phase)(begun, *arguments)
    stripe.troubles = []
    assert getattr(provider, phase)(begun, *arguments)


@pytest.mark.parametrize(
    ("amount", "currency", "units"),
    [
        ("119.00", "EUR", 11900),
        ("0.07", "usd", 7),
        ("1190.00", "JPY", 1190),
        ("11.90", "KWD", 11900),
        ("119.00", "ISK", 11900),
    ],
)
def test_amounts_are_told_in_the_currencys_smallest_unit(amount, currency, units):
    assert stripe_client.to_minor(Decimal(amount), currency) == units
    assert stripe_client.from_minor(units, currency) == Decimal(amount)


@pytest.mark.parametrize(("amount", "currency"), [("119.50", "JPY"), ("119.50", "ISK"), ("0.005", "EUR")])
def test_parts_that_a_currency_does_not_have_are_refused(amount, currency):
    with pytest.raises(stripe_client.SaidNo, match="parts"):
        stripe_client.to_minor(Decimal(amount), currency)
