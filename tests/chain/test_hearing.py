"""What providers tell: once, in any order, five times each, late, strange or forged."""

import json
import os
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from itertools import permutations
from time import process_time

import pytest
from django.db import connection
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounting.models import JournalEntry
from erp import filling, hearing, order_to_cash, paying
from erp.documents import now_and_then
from erp.documents.models import Outbox
from erp.invoicing import providers
from erp.invoicing.models import Payment, PaymentOperation, ProviderEvent
from erp.invoicing.providers import card
from tests.books import findings, is_sound
from tests.chain.scenes import (
    FRIDAY,
    approve,
    away,
    balances,
    every_row,
    fresh,
    place,
    place_pending,
    refused,
    tell,
    work,
)
from tests.factories import NOON, ProductFactory, sale_line

pytestmark = pytest.mark.django_db
Outcome = ProviderEvent.Outcome


@pytest.fixture
def lamp():
    return ProductFactory(title="Lamp", stock=(50, "4.00"))


@pytest.fixture
def payment(lamp):
    """What an order of two lamps is to be paid with, on the card's page."""
    return place_pending(sale_line(lamp, 2)).payments.get()


WORDS = {"authorised": "held", "captured": "capture", "failed": "failed"}  # a capture bears our reference


def state_of(payment):
    payment = Payment.objects.get(pk=payment.pk)
    return payment.state, str(payment.captured), fresh(payment.order).status, balances()


def test_a_notice_is_kept_word_for_word_with_what_came_of_it(payment):
    notice = tell(payment, "captured", reference="ch_1", event="evt_1")
    assert (notice.provider, notice.event, notice.kind) == ("card", "evt_1", "captured")
    assert (notice.amount, notice.currency, notice.outcome) == ("20.00", "EUR", Outcome.APPLIED)
    assert PaymentOperation.objects.get(kind="capture").reference == "ch_1"


@pytest.mark.parametrize("order_of", list(permutations(["authorised", "captured", "failed"])))
def test_notices_in_any_order_five_times_each_end_alike(payment, order_of):
    for kind in [kind for kind in order_of for _ in range(5)]:
        tell(payment, kind, reference=f"{payment.reference}:{WORDS[kind]}")
    work()
    state, captured, status, books = state_of(payment)
    assert (captured, status, books["CLEARING"]) == ("20.00", "confirmed", "20.00")
    assert state == "captured"
    assert "PREPAYMENTS" not in books
    assert PaymentOperation.objects.filter(kind="capture").count() == 1
    assert is_sound()


def test_the_same_money_told_by_two_notices_is_taken_once(payment):
    tell(payment, "captured", event="webhook", reference="ch_1")
    again = tell(payment, "captured", event="look", reference="ch_1")
    assert again.outcome == Outcome.NOTHING
    assert balances()["CLEARING"] == "20.00"
    assert is_sound()


def test_what_is_taken_twice_is_given_back_once(payment):
    for event in ("evt_1", "evt_2", "evt_1", "evt_2"):
        tell(payment, "captured", event=event, reference=f"ch:{event}")
    work()
    assert balances()["CLEARING"] == "20.00"
    assert Payment.objects.get(kind="surplus").left == 0
    assert is_sound()


def test_a_part_that_we_asked_for_may_be_told_before_we_hear_the_answer(lamp):
    order = place(sale_line(lamp, 2), pay="card", invoice_on="shipment")
    note = order.delivery_notes.get()
    order_to_cash.ship(note, quantities={note.lines.get().pk: 1}, on=FRIDAY)
    asked = Outbox.objects.get(topic="capture")
    payment = order.payments.get()

    told = tell(payment, "captured", amount=Decimal("10.00"), reference=asked.payload["reference"])
    assert told.outcome == Outcome.APPLIED
    assert tell(payment, "captured", amount=Decimal("7.00"), event="x").outcome == Outcome.WRONG
    work()

    assert balances()["CLEARING"] == "10.00"
    assert "PREPAYMENTS" not in balances()
    assert is_sound()


def test_a_notice_of_an_unknown_payment_is_kept_and_changes_nothing_else(payment):
    books = JournalEntry.objects.count()
    nobodys = Payment(provider="card", reference="nobody's", amount=payment.amount)
    notice = tell(nobodys, "captured")
    assert (notice.outcome, notice.payment, notice.payment_reference) == (Outcome.UNKNOWN, None, "nobody's")
    assert tell(nobodys, "captured") == notice
    assert JournalEntry.objects.count() == books
    assert fresh(payment.order).status == "pending payment"
    assert is_sound()


@pytest.mark.parametrize(
    "wrong",
    [
        {"amount": Decimal("19.99")},
        {"amount": Decimal("20.01")},
        {"amount": Decimal("0.00")},
        {"amount": Decimal("-20.00")},
        {"amount": Decimal("20.001")},
        {"amount": Decimal("NaN")},
        {"currency": "USD"},
    ],
    ids=str,
)
@pytest.mark.parametrize("kind", ["authorised", "captured"])
def test_a_notice_of_another_amount_or_currency_books_nothing_and_is_shown(payment, kind, wrong):
    before = state_of(payment)
    assert tell(payment, kind, **wrong).outcome == Outcome.WRONG
    assert state_of(payment) == before
    assert ProviderEvent.objects.filter(outcome__in=ProviderEvent.STRANGE).count() == 1
    assert is_sound()


def test_a_reference_that_stands_for_another_orders_money_is_shown(lamp):
    first, second = (place_pending(sale_line(lamp), key=key).payments.get() for key in "ab")
    tell(first, "captured", reference="ch_1")
    assert tell(second, "captured", reference="ch_1").outcome == Outcome.WRONG
    second.refresh_from_db()
    assert second.captured == 0
    assert is_sound()


def test_a_refund_of_an_amount_that_nobody_asked_for_is_shown(lamp):
    first = place_pending(sale_line(lamp, 2), key="a").payments.get()
    tell(first, "captured", reference="ch_1")
    order_to_cash.credit(
        first.order.invoices.get(),
        amounts={first.order.invoices.get().lines.get().pk: Decimal("5.00")},
        on=FRIDAY,
        key="c",
    )
    notice = tell(first, "refunded", reference="re_1", amount=Decimal("3.00"))
    assert notice.outcome == Outcome.UNASKED
    assert is_sound()


def test_a_refund_that_we_asked_for_is_nothing_new(lamp):
    payment = place_pending(sale_line(lamp, 2)).payments.get()
    tell(payment, "captured", reference="ch_1")
    order_to_cash.cancel(payment.order, on=FRIDAY)
    refund = PaymentOperation.objects.get(kind="refund")
    work()
    told = tell(payment, "refunded", reference=refund.reference)
    assert told.outcome == Outcome.NOTHING
    assert is_sound()


def test_what_the_provider_has_refunded_by_itself_is_not_refunded_again(lamp, monkeypatch):
    """Somebody pressed a button at the provider's. Once the invoice is credited, all is in order."""
    payment = place_pending(sale_line(lamp, 2)).payments.get()
    tell(payment, "captured", reference="ch_1")
    assert tell(payment, "refunded", reference="re_1").outcome == Outcome.UNASKED
    order_to_cash.cancel(payment.order, on=FRIDAY)
    monkeypatch.setattr(card.SandboxCard, "refund", lambda *args: pytest.fail("refunded twice"))
    work()
    assert "CLEARING" not in balances()
    assert is_sound()


@pytest.mark.parametrize("kind", ["bounced", "disputed"])
def test_what_a_person_has_to_see_to_is_shown(payment, kind):
    assert tell(payment, kind).outcome == Outcome.FOR_SOMEBODY
    assert is_sound()


def test_a_forged_notice_leaves_no_trace(payment):
    body, headers = card.decide(payment, kind="authorised")
    for said, signed in (
        (body, {}),
        (body, {card.SIGNATURE: "0" * 64}),
        (body + b" ", headers),
        (b"", headers),
    ):
        with refused(providers.Forged, "not from the sandbox"):
            paying.hear("card", said, signed, now=NOON)
    with refused(providers.Forged, "sends no notices"):
        paying.hear("bank", body, headers, now=NOON)
    with refused(providers.UnknownProvider, "no way to pay called"):
        paying.hear("nobody", body, headers, now=NOON)


@pytest.mark.parametrize("body", [b"[]", b"{}", b"nonsense", b'{"payment": "x", "line": {"kind": "x"}}'])
def test_a_signed_notice_that_cannot_be_read_is_refused(payment, body):
    with refused(providers.Forged, "cannot be read"):
        paying.hear("card", body, {card.SIGNATURE: card.sign(body)}, now=NOON)


def test_a_sandbox_that_is_closed_hears_nothing(payment, settings):
    body, headers = card.decide(payment, kind="authorised")
    settings.SANDBOX_CARD = False
    with refused(providers.Forged, "not from the sandbox"):
        paying.hear("card", body, headers, now=NOON)


def test_a_notice_is_heard_within_a_tenth_of_a_second(lamp):
    took = []
    for n in range(6):
        payment = place_pending(sale_line(lamp), key=f"sale-{n}").payments.get()
        began = process_time()  # what others do on the machine meanwhile does not count
        approve(payment)
        took.append(process_time() - began)
    assert sorted(took)[len(took) // 2] < 0.1


# Money without an order, and orders without their money


def test_money_taken_for_no_order_goes_back_and_can_buy_nothing(lamp):
    payment = away("10.00")
    tell(payment, "captured", reference="ch_1")
    tell(payment, "captured", reference="ch_1", event="again")
    work()
    surplus = Payment.objects.get(kind="surplus")
    assert (surplus.order, surplus.party.key, surplus.left) == (None, f"payer:{payment.pk}", 0)
    assert Payment.objects.get(pk=payment.pk).state == "voided"
    assert is_sound()


def test_a_sweep_finds_what_was_never_told(payment, monkeypatch):
    """The customer has paid, and neither notice nor browser came back."""
    card.decide(payment, kind="authorised")
    assert paying.sweep(timezone.now()) == 0  # it is on its way

    assert paying.sweep(timezone.now() + timedelta(minutes=6)) == 1
    assert fresh(payment.order).status == "confirmed"
    assert paying.sweep(timezone.now() + timedelta(minutes=7)) == 0
    work()
    assert balances()["CLEARING"] == "20.00"
    assert is_sound()


def test_a_sweep_asks_about_old_payments_more_and_more_rarely(payment):
    asked = sum(paying.sweep(timezone.now() + timedelta(minutes=n)) for n in range(6, 300, 5))
    assert 5 <= asked <= 25


def test_a_sweep_leaves_a_provider_alone_that_is_away_and_comes_back_to_it(lamp, monkeypatch):
    for n in range(3):
        place_pending(sale_line(lamp), key=f"sale-{n}")
    asked = []

    def look(self, payment):
        asked.append(payment.pk)
        raise providers.ProviderFailed("no answer")

    monkeypatch.setattr(card.SandboxCard, "look", look)
    assert paying.sweep(timezone.now() + timedelta(minutes=6)) == 0
    assert len(asked) == 1
    monkeypatch.undo()
    assert paying.sweep(timezone.now() + timedelta(minutes=11)) == 3


def test_a_worker_looks_around_every_few_minutes(monkeypatch):
    looked = []
    monkeypatch.setattr(hearing, "sweep", looked.append)
    monkeypatch.setattr(filling, "sweep", looked.append)
    monkeypatch.setattr(now_and_then, "_looked", [])
    for minutes in range(12):
        now_and_then.look_again(NOON + timedelta(minutes=minutes))
    assert looked == [NOON + timedelta(minutes=minutes) for minutes in (0, 0, 5, 5, 10, 10)]


def test_money_for_an_order_that_was_given_up_is_found_by_a_sweep(payment):
    paying.expire({"payment": payment.pk}, now=NOON)
    tell_line = card.sandbox.write(card.charge_of(payment), "captured", "ch_late", payment.amount)
    assert tell_line["kind"] == "captured"
    paying.sweep(timezone.now() + timedelta(minutes=40))
    work()
    assert Payment.objects.get(kind="surplus").left == 0
    assert fresh(payment.order).status == "cancelled"
    assert is_sound()


# Any history

KINDS = ["authorised", "captured", "failed", "voided", "refunded"]
told = st.tuples(
    st.integers(0, 1),
    st.sampled_from(KINDS),
    st.integers(0, 1),
    st.sampled_from(["right", "right", "right", "right", "amount", "currency", "unknown", "forged"]),
)
others = st.tuples(st.sampled_from(["work", "expire", "cancel", "sweep"]), st.integers(0, 1))


@settings(
    max_examples=int(os.environ.get("HISTORIES", "12")),
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(told | others, min_size=3, max_size=12), st.randoms(use_true_random=False))
def test_whatever_is_told_the_books_stay_sound_and_nothing_is_taken_twice(lamp, history, chance):
    with hearing.transaction.atomic():
        payments = [place_pending(sale_line(lamp), key=f"o{n}").payments.get() for n in range(2)]
        for event in history:
            happen(payments, event)
        work()
        assert findings() == []
        before = every_row()
        notices = [event for event in history if len(event) == 4 for _ in range(4)]
        chance.shuffle(notices)
        for event in notices:
            happen(payments, event)
        assert every_row() == before
        connection.check_constraints()
        hearing.transaction.set_rollback(True)


def happen(payments, event):
    if len(event) == 2:
        return DEEDS[event[0]](Payment.objects.get(pk=payments[event[1]].pk))
    number, kind, which, how = event
    notice = providers.Notice(
        event=f"{number} {kind} {which} {how}",
        kind=kind,
        payment=payments[number].reference,
        reference=f"{payments[number].reference}:{kind}:{which}",
        amount=Decimal("10.00"),
        currency="EUR",
    )
    if how == "forged":
        body = json.dumps({"payment": notice.payment}).encode()
        with pytest.raises(providers.Forged):
            paying.hear("card", body, {card.SIGNATURE: "x"}, now=NOON)
        return None
    changes = {"amount": {"amount": Decimal("9.00")}, "currency": {"currency": "CHF"}}
    changes["unknown"] = {"payment": "nobody's"}
    return paying.apply(replace(notice, **changes.get(how, {})), provider="card", now=NOON)


def cancel(payment):
    if fresh(payment.order).status in ("pending payment", "confirmed"):
        order_to_cash.cancel(payment.order, on=FRIDAY)


DEEDS = {
    "work": lambda payment: work(),
    "expire": lambda payment: paying.expire({"payment": payment.pk}, now=NOON),
    "cancel": cancel,
    "sweep": lambda payment: paying.sweep(timezone.now() + timedelta(minutes=10)),
}
