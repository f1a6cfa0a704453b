"""A guest pays at Stripe: from the checkout over its page to the books and back, whatever happens."""

import random
import re
import time
from datetime import timedelta
from decimal import Decimal
from urllib.parse import urlsplit

import pytest
from django.utils import timezone
from oscar.core.loading import get_model

from accounting import chart
from erp import order_to_cash, paying
from erp.documents import outbox
from erp.invoicing.models import Payment, ProviderEvent
from tests.books import is_sound
from tests.chain.scenes import balances, company, on_shelf, ship, stepped

from .buying import answer, buy, product, put

pytestmark = pytest.mark.django_db

Order = get_model("order", "Order")
TOTAL = Decimal("124.95")  # a table of 119.00, and 5.95 of shipping


@pytest.fixture
def table(standard, stripe, monkeypatch):
    """A table to sell; its papers are not drawn here."""
    monkeypatch.setattr("erp.invoicing.pdf.render_document", lambda payload, now: None)
    return product()


def choose_stripe(client, table, quantity=1):
    """Order by Stripe; return the order and the visit to Stripe's page that the customer is led to."""
    response = buy(client, table, quantity, payment="stripe")
    assert response.status_code == 302, response.content.decode()
    page = client.get(response.url).content.decode()
    return Order.objects.latest("pk"), re.search(r"url=(\S+)#", page)[1]


def begin(client, stripe, table, quantity=1):
    order, address = choose_stripe(client, table, quantity)
    assert address.startswith(stripe.url)
    return order, stripe.sessions[address.rpartition("/")[2]]


def tell(client, stripe, *events, **signing):
    """Let Stripe tell the shop of events, all that there are unless some are named; return the answers."""
    statuses = []
    for event in events or list(stripe.events):
        body, signature = stripe.signed(event, **signing)
        headers = {"Stripe-Signature": signature}
        response = client.post(
            "/payments/stripe/webhook/", body, content_type="application/json", headers=headers
        )
        statuses.append(response.status_code)
    return statuses


def work(after=timedelta(minutes=10)):
    """Do what waits in the outbox and is due soon."""
    while outbox.run_due(timezone.now() + after):
        pass


def payment_of(order):
    return Payment.objects.get(order=order, kind="order")


def test_a_guest_pays_at_stripe_and_gets_a_part_back(client, stripe, table):
    order, session = begin(client, stripe, table)
    assert (session["amount_total"], session["customer_email"]) == (12495, "ada@example.com")
    assert order.status == "pending payment"
    assert on_shelf(table) == (10, 1)
    assert not order.invoices.exists()

    stripe.pay(session)
    assert set(tell(client, stripe)) == {200}
    order.refresh_from_db()
    assert order.status == "confirmed"
    assert order.invoices.get().gross == TOTAL
    assert payment_of(order).state == "authorised"

    work()
    assert stripe.intents[session["payment_intent"]]["amount_received"] == 12495
    assert set(tell(client, stripe)) == {200}
    assert payment_of(order).captured == TOTAL
    assert (balances()[chart.CLEARING], stepped(order)["capture"]) == ("124.95", "done")

    give_a_table_back(order)
    assert [refund["amount"] for refund in stripe.refunds.values()] == [11900]
    assert set(tell(client, stripe)) == {200}
    assert payment_of(order).refunded == Decimal("119.00")
    assert balances()[chart.CLEARING] == "5.95"
    assert not ProviderEvent.objects.filter(outcome__in=ProviderEvent.STRANGE).exists()
    assert is_sound()


def give_a_table_back(order):
    """The table arrives, and is credited."""
    ship(order)
    invoice = order.invoices.get()
    pieces = {invoice.lines.get(kind="goods").pk: 1}
    order_to_cash.credit(invoice, quantities=pieces, on=timezone.localdate(), key="credit-1")
    work()


def test_notices_come_shuffled_and_five_times_each(client, stripe, table):
    order, session = begin(client, stripe, table)
    stripe.pay(session, card="declined")
    stripe.pay(session)
    provider_told = list(stripe.events) * 5
    random.Random(4).shuffle(provider_told)
    assert set(tell(client, stripe, *provider_told)) == {200}
    work()
    later = list(stripe.events) * 5
    random.Random(5).shuffle(later)
    assert set(tell(client, stripe, *later)) == {200}
    order.refresh_from_db()
    assert order.status == "confirmed"
    assert payment_of(order).captured == TOTAL
    assert order.invoices.count() == 1
    assert is_sound()


def test_money_that_was_taken_before_we_heard_that_it_was_held_confirms_the_order(client, stripe, table):
    order, session = begin(client, stripe, table)
    stripe.pay(session)
    stripe.answer("POST", f"/v1/payment_intents/{session['payment_intent']}/capture", {}, "")
    assert tell(client, stripe, *reversed(stripe.events)) == [200] * 3
    order.refresh_from_db()
    assert order.status == "confirmed"
    assert payment_of(order).captured == TOTAL
    work()
    assert is_sound()


def test_who_comes_back_before_any_notice_finds_the_order_confirmed(client, stripe, table):
    order, session = begin(client, stripe, table)
    back = urlsplit(stripe.pay(session))
    response = client.get(back.path, follow=True)
    assert "Thank you" in response.content.decode()
    order.refresh_from_db()
    assert order.status == "confirmed"
    assert set(tell(client, stripe)) == {200}
    assert order.payments.count() == 1


def test_who_comes_back_while_stripe_is_away_is_told_to_wait_and_the_sweep_finds_out(client, stripe, table):
    order, session = begin(client, stripe, table)
    back = urlsplit(stripe.pay(session))
    stripe.troubles = [500] * 2
    assert client.get(back.path).status_code == 200
    order.refresh_from_db()
    assert order.status == "pending payment"
    stripe.troubles = []
    paying.sweep(timezone.now() + timedelta(minutes=20))
    order.refresh_from_db()
    assert order.status == "confirmed"


def test_who_goes_back_without_paying_can_still_pay(client, stripe, table):
    order, session = begin(client, stripe, table)
    response = client.get(urlsplit(session["cancel_url"]).path, follow=True)
    assert "waits for its payment" in response.content.decode()
    order.refresh_from_db()
    assert order.status == "pending payment"
    stripe.pay(session)
    tell(client, stripe)
    order.refresh_from_db()
    assert order.status == "confirmed"


def test_an_order_that_nobody_pays_is_cancelled_and_the_page_closed(client, stripe, table):
    order, session = begin(client, stripe, table)
    work(after=timedelta(hours=2))
    order.refresh_from_db()
    assert order.status == "cancelled"
    assert on_shelf(table) == (10, 0)
    assert session["status"] == "expired"
    assert set(tell(client, stripe)) == {200}
    assert is_sound()


def test_a_page_that_stripe_closed_leaves_the_order_to_be_paid_otherwise_or_cancelled(client, stripe, table):
    order, session = begin(client, stripe, table)
    stripe.expire(session)
    tell(client, stripe)
    assert payment_of(order).state == "failed"
    work(after=timedelta(hours=2))
    order.refresh_from_db()
    assert order.status == "cancelled"
    assert is_sound()


def test_who_pays_in_the_last_second_while_the_order_is_cancelled_gets_the_money_let_go(
    client, stripe, table
):
    order, session = begin(client, stripe, table)
    stripe.before["/expire"] = lambda: stripe.pay(session)
    work(after=timedelta(hours=2))
    tell(client, stripe)
    work(after=timedelta(hours=2))
    order.refresh_from_db()
    assert order.status == "cancelled"
    assert stripe.intents[session["payment_intent"]]["status"] == "canceled"
    assert is_sound()


def test_cancelling_an_order_lets_the_money_go(client, stripe, table):
    company(invoice_on="shipment")
    order, session = begin(client, stripe, table)
    stripe.pay(session)
    tell(client, stripe)
    order.refresh_from_db()
    order_to_cash.cancel(order, on=timezone.localdate())
    work()
    assert stripe.intents[session["payment_intent"]]["status"] == "canceled"
    assert set(tell(client, stripe)) == {200}
    assert is_sound()


def test_a_hold_that_ends_before_the_goods_leave_is_shown(client, stripe, table):
    order, intent = held_for_two_tables(client, stripe, table)
    stripe.answer("POST", f"/v1/payment_intents/{intent['id']}/cancel", {}, "")
    assert set(tell(client, stripe)) == {200}
    assert payment_of(order).state == "voided"
    assert ProviderEvent.objects.get(kind="voided").outcome in ProviderEvent.STRANGE
    order.refresh_from_db()
    assert order.status == "confirmed"


def held_for_two_tables(client, stripe, table):
    """Two tables for 238.00, free of shipping, whose money is held until they leave."""
    company(invoice_on="shipment")
    order, session = begin(client, stripe, table, quantity=2)
    stripe.pay(session)
    tell(client, stripe)
    work()
    intent = stripe.intents[session["payment_intent"]]
    assert (intent["status"], order.invoices.exists()) == ("requires_capture", False)
    return order, intent


def ship_one(order, **changes):
    note = order.delivery_notes.get(state="ready")
    pieces = {note.lines.get().pk: 1}
    order_to_cash.ship(note, on=timezone.localdate(), quantities=pieces, **changes)
    work()


def test_an_order_that_leaves_in_parts_is_charged_whole_with_its_first_part(client, stripe, table):
    order, intent = held_for_two_tables(client, stripe, table)
    ship_one(order)
    assert (intent["status"], intent["amount_received"]) == ("succeeded", 23800)
    assert payment_of(order).captured == order.invoices.get().gross == Decimal("238.00")
    assert balances()[chart.DEFERRED_REVENUE] == "-100.00"
    ship(order)
    work()
    tell(client, stripe)
    order.refresh_from_db()
    assert (order.status, order.invoices.count()) == ("shipped", 1)
    assert chart.DEFERRED_REVENUE not in balances()
    assert is_sound()


def test_what_is_cancelled_with_the_first_part_is_not_charged(client, stripe, table):
    order, intent = held_for_two_tables(client, stripe, table)
    ship_one(order, rest="cancel")
    assert intent["amount_received"] == 11900
    assert payment_of(order).captured == order.invoices.get().gross == Decimal("119.00")
    assert set(tell(client, stripe)) == {200}
    assert not ProviderEvent.objects.filter(outcome__in=ProviderEvent.STRANGE).exists()
    assert is_sound()


@pytest.mark.parametrize("trouble", [[500] * 2, ["reset"] * 2, ["lost"] * 2, [429]])
def test_while_stripe_is_away_at_checkout_nothing_is_ordered_and_the_basket_stays(
    client, stripe, table, trouble
):
    stripe.troubles = list(trouble)
    response = buy(client, table, payment="stripe")
    assert "does not answer" in response.content.decode()
    assert not Order.objects.exists()
    assert on_shelf(table) == (10, 0)
    stripe.troubles = []
    work(after=timedelta(hours=2))
    assert {session["status"] for session in stripe.sessions.values()} <= {"expired"}


@pytest.mark.parametrize("trouble", [500, "reset", "lost", 429])
def test_a_capture_is_tried_until_it_works_and_takes_the_money_once(client, stripe, table, trouble):
    order, session = begin(client, stripe, table)
    stripe.pay(session)
    tell(client, stripe)
    stripe.troubles = [trouble] * 6
    work()
    stripe.troubles = []
    work(after=timedelta(hours=3))
    assert payment_of(order).captured == TOTAL
    assert len(stripe.named("payment_intent.succeeded")) == 1
    assert is_sound()


@pytest.mark.parametrize("comes_first", ["notice", "retry"])
def test_money_that_was_taken_just_before_a_crash_is_booked_once(client, stripe, table, comes_first):
    order, session = begin(client, stripe, table)
    stripe.pay(session)
    tell(client, stripe)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("erp.order_to_cash.settle", crash)
        work(after=timedelta(seconds=1))
    assert stripe.intents[session["payment_intent"]]["status"] == "succeeded"
    assert payment_of(order).captured == 0
    if comes_first == "notice":
        assert set(tell(client, stripe)) == {200}
        assert payment_of(order).captured == TOTAL
    work(after=timedelta(hours=2))
    assert set(tell(client, stripe)) == {200}
    assert payment_of(order).captured == TOTAL
    assert is_sound()


def crash(*args, **kwargs):
    raise RuntimeError("The machine was switched off.")


@pytest.mark.parametrize("trouble", [500, "reset", "lost"])
def test_a_refund_is_tried_until_it_works_and_goes_back_once(client, stripe, table, trouble, monkeypatch):
    order, session = begin(client, stripe, table)
    stripe.pay(session)
    tell(client, stripe)
    work()
    stripe.troubles = ["fine", "fine", trouble, trouble]
    give_a_table_back(order)
    stripe.troubles = []
    in_three_hours = time.time() + 3 * 3600  # when Stripe's failure is no longer repeated: another key
    monkeypatch.setattr("erp.invoicing.providers.stripe_calls.time", lambda: in_three_hours)
    work(after=timedelta(hours=3))
    assert [refund["amount"] for refund in stripe.refunds.values()] == [11900]
    assert is_sound()


def test_forged_and_old_notices_change_nothing(client, stripe, table):
    order, session = begin(client, stripe, table)
    stripe.pay(session)
    assert set(tell(client, stripe, secret="whsec_other")) == {400}
    assert set(tell(client, stripe, at=1_700_000_000)) == {400}
    assert client.post("/payments/stripe/webhook/", "{}", content_type="application/json").status_code == 400
    assert not ProviderEvent.objects.exists()
    order.refresh_from_db()
    assert order.status == "pending payment"


@pytest.mark.parametrize(
    "changes", [{"amount_capturable": 12494}, {"amount_capturable": 1}, {"currency": "usd"}]
)
def test_another_amount_or_currency_confirms_nothing_and_is_shown(client, stripe, table, changes):
    order, session = begin(client, stripe, table)
    stripe.pay(session)
    intent = stripe.intents[session["payment_intent"]]
    wrong = stripe.event("payment_intent.amount_capturable_updated", intent, **changes)
    assert tell(client, stripe, wrong) == [200]
    order.refresh_from_db()
    assert order.status == "pending payment"
    assert ProviderEvent.objects.get().outcome == "wrong"


def test_a_notice_of_a_payment_that_is_not_here_is_shown(client, stripe, table):
    event = stripe.event(
        "payment_intent.canceled",
        {
            "id": "pi_9",
            "status": "canceled",
            "amount": 5,
            "currency": "eur",
            "metadata": {"payment": "stripe:?"},
        },
    )
    assert tell(client, stripe, event) == [200]
    assert ProviderEvent.objects.get().outcome == "unknown"


def test_refunds_and_disputes_at_stripes_own_desk_are_shown(client, stripe, table):
    order, session = begin(client, stripe, table)
    stripe.pay(session)
    tell(client, stripe)
    work()
    intent = stripe.intents[session["payment_intent"]]
    theirs = stripe.give_back(intent, 500)
    dispute = {
        "id": "du_1",
        "amount": 12495,
        "currency": "eur",
        "metadata": {},
        "payment_intent": intent["id"],
    }
    stripe.event("charge.dispute.created", dispute)
    stripe.event("refund.failed", theirs | {"status": "failed"})
    assert set(tell(client, stripe)) == {200}
    strange = ProviderEvent.objects.filter(outcome__in=ProviderEvent.STRANGE)
    assert {row.kind for row in strange} == {"refunded", "disputed", "bounced"}
    assert payment_of(order).refunded == 0


def test_stripe_is_not_among_the_ways_to_pay_unless_it_is_set_up(client, stripe, table, settings):
    settings.STRIPE_WEBHOOK_SECRET = ""
    put(client, table)
    answer(client, payment="stripe")
    assert "Stripe" not in client.get("/checkout/delivery/").content.decode()
    assert client.get("/checkout/preview/").status_code == 302
    assert stripe.requests == []
