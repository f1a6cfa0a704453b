"""Orders whose customer pays on the provider's page: reserved, then confirmed or given up, in any order."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core import mail
from django.utils import timezone

from erp import order_to_cash, paying
from erp.documents import outbox
from erp.documents.models import IllegalTransition
from erp.effects import NothingToRetry, retry
from erp.invoicing import providers
from erp.invoicing.invoices import NothingToInvoice
from erp.invoicing.models import Payment
from erp.invoicing.payments import PaymentGone
from erp.invoicing.providers import sandbox
from tests.books import is_sound
from tests.chain.scenes import (
    FRIDAY,
    TUESDAY,
    approve,
    away,
    balances,
    company,
    fresh,
    on_shelf,
    place_pending,
    refused,
    stepped,
    tell,
    work,
)
from tests.factories import MONDAY, NOON, ProductFactory, sale, sale_line

pytestmark = pytest.mark.django_db


@pytest.fixture
def lamp():
    return ProductFactory(title="Lamp", stock=(5, "4.00"))


@pytest.fixture
def pending(lamp):
    return place_pending(sale_line(lamp, 2), charge="5.95", email="ada@example.com")


def in_minutes(minutes):
    return timezone.now() + timedelta(minutes=minutes)


def test_an_order_that_waits_for_its_payment_only_reserves(pending, lamp):
    payment = pending.payments.get()
    outbox.run_due(timezone.now())

    assert (pending.status, payment.state) == ("pending payment", "started")
    assert payment.redirect_url.startswith("/sandbox-card/")
    assert on_shelf(lamp) == (5, 2)
    assert pending.delivery_notes.get().state == "waiting payment"
    assert not pending.invoices.exists()
    assert mail.outbox == []
    assert stepped(pending) == {
        "invoice": "waiting",
        "capture": "waiting",
        "mail": "waiting",
        "ship": "manual",
    }
    assert is_sound()


def test_goods_of_a_pending_order_never_leave_before_it_is_paid(lamp):
    company(ship_before_payment=True)
    order = place_pending(sale_line(lamp))
    assert order.delivery_notes.get().state == "waiting payment"
    with refused(IllegalTransition, "."):
        order_to_cash.ship(order.delivery_notes.get(), on=TUESDAY)


def test_nothing_of_a_pending_order_is_done_by_hand(pending):
    with refused(NothingToInvoice, "is pending payment"):
        order_to_cash.invoice(pending, on=TUESDAY)
    for step in pending.steps.all():
        with refused(NothingToRetry, "waits for its payment"):
            retry(step, on=TUESDAY)


def test_an_approved_payment_confirms_the_order_and_the_policy_applies(pending):
    approve(pending.payments.get())

    order, payment = fresh(pending), pending.payments.get()
    assert (order.status, payment.state) == ("confirmed", "authorised")
    assert order.delivery_notes.get().state == "ready"
    assert order.invoices.get().gross == order.total_incl_tax
    work()
    assert pending.payments.get().state == "captured"
    assert stepped(order) == {"invoice": "done", "capture": "done", "mail": "done", "ship": "manual"}
    assert [message.subject for message in mail.outbox] == [f"Your order {order.number}"]
    assert balances()["CLEARING"] == "25.95"
    assert is_sound()


@pytest.mark.parametrize("policy", ["order", "payment", "shipment"])
def test_money_that_is_taken_at_once_confirms_and_pays(lamp, policy):
    order = place_pending(sale_line(lamp), invoice_on=policy)
    tell(order.payments.get(), "captured")

    assert fresh(order).status == "confirmed"
    assert order.delivery_notes.get().state == "ready"
    work()
    assert balances()["CLEARING"] == "10.00"
    assert "RECEIVABLE" not in balances()
    assert order.invoices.count() == 1
    assert is_sound()


@pytest.mark.parametrize("policy", ["payment", "shipment"])
def test_a_later_invoice_waits_for_its_cause_after_confirmation_too(lamp, policy):
    order = place_pending(sale_line(lamp), invoice_on=policy)
    approve(order.payments.get())
    assert not order.invoices.exists()
    assert order.delivery_notes.get().state == ("waiting payment" if policy == "payment" else "ready")
    work()
    assert order.invoices.exists() is (policy == "payment")
    assert is_sound()


def test_confirming_twice_is_confirming_once(pending):
    approve(pending.payments.get())
    before = order_to_cash.confirm(pending.payments.get(), on=FRIDAY), pending.events.count()
    order_to_cash.confirm(pending.payments.get(), on=FRIDAY)
    assert pending.events.count() == before[1]
    assert pending.invoices.count() == 1


def test_a_payment_that_is_not_held_confirms_nothing(pending):
    with refused(PaymentGone, "is started, not authorised"):
        order_to_cash.confirm(pending.payments.get(), on=TUESDAY)


def test_a_notice_may_be_faster_than_the_order(lamp):
    """The customer was sent away, the provider has told already, and only then is the order written."""
    wish = sale(sale_line(lamp), payment_method="card", payment=away("10.00"))
    approve(wish.payment)

    order = order_to_cash.place(wish, on=MONDAY)

    assert fresh(order).status == "confirmed"
    assert order.invoices.count() == 1
    work()
    assert balances()["CLEARING"] == "10.00"
    assert is_sound()


# Not paid


def test_what_is_not_paid_in_time_is_cancelled_and_its_goods_are_free(pending, lamp):
    outbox.run_due(in_minutes(29))
    assert fresh(pending).status == "pending payment"

    outbox.run_due(in_minutes(31))
    work()

    assert fresh(pending).status == "cancelled"
    assert pending.payments.get().state == "voided"
    assert on_shelf(lamp) == (5, 0)
    assert set(stepped(pending).values()) == {"not needed"}
    assert is_sound()


def test_the_provider_is_asked_before_an_order_expires(pending, monkeypatch):
    """The customer approved, and the notice was lost."""
    monkeypatch.setattr(paying, "hear", lambda *args, **kwargs: None)
    approve(pending.payments.get())
    outbox.run_due(in_minutes(31))
    assert fresh(pending).status == "confirmed"
    work()
    assert balances()["CLEARING"] == "25.95"
    assert is_sound()


def test_an_order_does_not_expire_while_its_provider_is_away(pending, monkeypatch):
    def away(*args):
        raise providers.ProviderFailed("no answer")

    monkeypatch.setattr(providers.get("card").__class__, "look", away)
    outbox.run_due(in_minutes(31))
    assert fresh(pending).status == "pending payment"
    monkeypatch.undo()
    outbox.run_due(in_minutes(120))
    assert fresh(pending).status == "cancelled"


def test_a_declined_payment_leaves_the_order_to_be_paid_otherwise(pending):
    approve(pending.payments.get(), "failed")
    assert (fresh(pending).status, pending.payments.get().state) == ("pending payment", "failed")

    form = {"card_number": "4111 1111 1111 1111"}
    second = paying.pay_again(pending, "card", key="again", form_data=form, on=MONDAY)

    assert second.state == "authorised"
    assert fresh(pending).status == "confirmed"
    work()
    assert balances()["CLEARING"] == "25.95"
    assert is_sound()


def test_a_second_try_brings_a_new_deadline(pending):
    form = {"card_number": "4000 0000 0000 3220"}
    second = paying.pay_again(pending, "card", key="again", form_data=form, on=MONDAY)
    first = pending.payments.order_by("pk")[0]

    paying.expire({"payment": first.pk}, now=NOON)
    assert fresh(pending).status == "pending payment"
    paying.expire({"payment": second.pk}, now=NOON)
    assert fresh(pending).status == "cancelled"
    assert is_sound()


def test_a_declined_second_try_says_so(pending):
    form = {"card_number": "4000 0000 0000 0002"}
    with pytest.raises(paying.PaymentDeclined, match="declined"):
        paying.pay_again(pending, "card", key="again", form_data=form, on=MONDAY)
    assert fresh(pending).status == "pending payment"


def test_the_customer_may_choose_a_transfer_instead(pending):
    order_to_cash.pay_otherwise(pending, "bank", on=MONDAY)

    order = fresh(pending)
    assert (order.status, order.terms.payment_method) == ("confirmed", "bank")
    assert order.delivery_notes.get().state == "waiting payment"
    assert order.invoices.count() == 1
    assert stepped(order)["capture"] == "not needed"
    work()
    bank = order.payments.get(provider="bank")
    order_to_cash.settle(bank, amount=bank.amount, reference="line 1", on=TUESDAY)
    assert order.delivery_notes.get().state == "ready"
    assert is_sound()


@pytest.mark.parametrize("way", ["card", "cod"])
def test_an_order_that_waits_is_not_changed_to_what_costs_more_or_must_be_held(pending, way):
    with refused(providers.NotOffered, "cannot be chosen"):
        order_to_cash.pay_otherwise(pending, way, on=MONDAY)


def test_an_order_that_no_longer_waits_is_not_paid_again(pending):
    order_to_cash.cancel(pending, on=MONDAY)
    with refused(PaymentGone, "it waits for no payment"):
        order_to_cash.pay_otherwise(pending, "bank", on=MONDAY)
    with refused(PaymentGone, "it waits for no payment"):
        paying.pay_again(pending, "card", key="x", form_data={}, on=MONDAY)


# Money that comes late


def late(order):
    """Return the payment of an order that has expired."""
    paying.expire({"payment": order.payments.get().pk}, now=NOON)
    return order.payments.get()


def test_money_that_is_held_too_late_is_let_go(pending):
    payment = late(pending)
    tell(payment, "authorised")
    work()
    assert fresh(pending).status == "cancelled"
    assert balances().get("CLEARING") is None
    assert is_sound()


def test_money_that_is_taken_too_late_goes_back_by_itself(pending, lamp):
    payment = late(pending)
    tell(payment, "captured")
    work()

    assert fresh(pending).status == "cancelled"
    assert on_shelf(lamp) == (5, 0)
    back = pending.payments.get(kind="surplus")
    assert (back.captured, back.refunded, back.left) == (Decimal("25.95"), Decimal("25.95"), Decimal("0.00"))
    assert [line["kind"] for line in sandbox.read(payment.provider_reference)][-1] == "refunded"
    assert {"surplus", "given back"} <= set(pending.events.values_list("name", flat=True))
    assert balances() == {"INVENTORY": "20.00", "OPENING_BALANCES": "-20.00"}
    assert is_sound()


def test_paying_two_pages_of_one_order_pays_once_and_gives_the_rest_back(pending):
    first = pending.payments.get()
    form = {"card_number": "4000 0000 0000 3220"}
    second = paying.pay_again(pending, "card", key="again", form_data=form, on=MONDAY)
    tell(second, "captured")
    tell(first, "captured")
    work()
    assert fresh(pending).status == "confirmed"
    assert balances()["CLEARING"] == "25.95"
    assert "PREPAYMENTS" not in balances()
    assert Payment.objects.get(kind="surplus").refunded == Decimal("25.95")
    assert is_sound()
