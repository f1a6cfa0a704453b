"""The database fails, or the process is killed, while money is taken in, given back or used.

Each verb happens whole or not at all. Between a provider's call and our commit, money that was taken has
its order or goes back, and nothing is done twice.
"""

from datetime import timedelta
from decimal import Decimal
from functools import partial
from itertools import count

import pytest
from django.utils import timezone

from erp import order_to_cash, paying
from erp.documents import outbox
from erp.effects import retry
from erp.invoicing.models import Payment
from erp.invoicing.providers import card, sandbox
from erp.sales.models import Step
from tests.books import findings, is_sound
from tests.chain.faults import fail, kill
from tests.chain.scenes import FRIDAY, LATER, TUESDAY, balances, every_row, pay, place, place_pending, tell
from tests.chain.test_faults import fails_once
from tests.factories import MONDAY, NOON, ProductFactory, sale, sale_line

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def lamp():
    return ProductFactory(title="Lamp", stock=(500, "4.00"))


# The verbs, each with what it begins from


def confirming(lamp, key):
    payment = place_pending(sale_line(lamp), key=key).payments.get()
    return partial(tell, payment, "authorised")


def hearing_of_money(lamp, key):
    payment = place_pending(sale_line(lamp), key=key).payments.get()
    return partial(tell, payment, "captured")


def settling_with_a_surplus(lamp, key):
    return partial(pay, place(sale_line(lamp), key=key), amount="12.00", reference=key)


def money_for_an_order_given_up(lamp, key):
    order = place_pending(sale_line(lamp), key=key)
    order_to_cash.cancel(order, on=TUESDAY)
    return partial(tell, order.payments.get(), "captured")


def giving_back(lamp, key):
    order = place(sale_line(lamp), key=key)
    pay(order, amount="12.00", reference=key)
    surplus = order.payments.get(kind="surplus")
    return partial(give_back_afresh, surplus.pk)


def using(lamp, key):
    order = place(sale_line(lamp), key=key, party_key="user:1")
    other = place(sale_line(lamp), key=f"{key}:other", party_key="user:1")
    pay(order, amount="22.00", reference=key)
    surplus = order.payments.get(kind="surplus")
    return partial(order_to_cash.use_for, surplus, other, on=FRIDAY)


def give_back_afresh(pk):
    order_to_cash.give_back(Payment.objects.get(pk=pk), on=FRIDAY)


VERBS = [
    confirming,
    hearing_of_money,
    settling_with_a_surplus,
    money_for_an_order_given_up,
    giving_back,
    using,
]
SWALLOWED = {confirming, hearing_of_money}  # their invoice may fail without them


@pytest.mark.parametrize(("fault", "step"), [(fails_once, 3), (kill, 5)], ids=["fails once", "is killed"])
@pytest.mark.parametrize("prepare", VERBS, ids=lambda verb: verb.__name__)
def test_a_verb_that_breaks_off_has_not_begun(lamp, prepare, fault, step):
    kinds = set()
    action, before = begin(prepare, lamp, 0)
    for boundary in count(0, step):
        was_hit = fault(action, boundary)
        if every_row() == before:
            assert was_hit
            kinds.add("nothing")
            continue
        kinds.add(complete())
        if not was_hit:
            break
        action, before = begin(prepare, lamp, boundary + 1)

    assert boundary >= 10
    may_fail = prepare in SWALLOWED and fault is fails_once
    assert kinds - {"a step failed"} == {"nothing", "everything"}
    assert may_fail or "a step failed" not in kinds


def begin(prepare, lamp, place_of):
    action = prepare(lamp, f"try-{place_of}")
    return action, every_row()


def complete():
    failed = list(Step.objects.filter(state=Step.State.FAILED).select_related("order"))
    for step in failed:
        assert findings() == [f"Order {step.order.number}: the step 'invoice' failed: {step.reason}"]
        retry(step, on=MONDAY)
    assert is_sound()
    return "a step failed" if failed else "everything"


# Between the provider's call and our commit


def everything_is_done(now=LATER):
    """Let the outbox work until nothing waits."""
    while outbox.run_due(now):
        pass


def nothing(payload, *, now):
    """Papers and mails are no matter here."""


def held():
    """Return what the card has of all customers' money: held, or taken and not given back."""
    charges = {card.charge_of(payment) for payment in Payment.objects.all()}
    return sum((sandbox.holds(charge) for charge in charges), Decimal(0))


def start(key):
    form = {"card_number": card.APPROVED}
    return paying.start_payment("card", Decimal("10.00"), key=key, form_data=form, on=MONDAY)


def buying(lamp, key):
    wish = sale(sale_line(lamp), key=key, email="", payment_method="card", payment=start(key))
    order_to_cash.place(wish, on=MONDAY)
    everything_is_done()


def paying_again(lamp, key):
    order = place_pending(sale_line(lamp), key=key)
    form = {"card_number": card.APPROVED}
    paying.pay_again(order, "card", key=key, form_data=form, on=MONDAY)


def expiring(lamp, key):
    """The customer has approved, and no notice came."""
    payment = place_pending(sale_line(lamp), key=key).payments.get()
    card.decide(payment, kind="authorised")
    paying.expire({"payment": payment.pk}, now=NOON)


def cancelling(lamp, key):
    """What was taken goes back."""
    order = place(sale_line(lamp), key=key, pay="card")
    everything_is_done()
    order_to_cash.cancel(order, on=FRIDAY)
    everything_is_done()


def paying_for_an_order_given_up(lamp, key):
    order = place_pending(sale_line(lamp), key=key)
    order_to_cash.cancel(order, on=TUESDAY)
    payment = order.payments.get()
    sandbox.write(card.charge_of(payment), "captured", f"{payment.reference}:late", payment.amount)
    tell(payment, "captured", reference=f"{payment.reference}:late")


DEEDS = [buying, paying_again, expiring, cancelling, paying_for_an_order_given_up]


@pytest.mark.parametrize("fault", [partial(fail, lasts=True), kill], ids=["fails", "is killed"])
@pytest.mark.parametrize("deed", DEEDS, ids=lambda deed: deed.__name__)
def test_money_that_is_taken_has_its_order_or_goes_back(lamp, settings, deed, fault):
    """Wherever it breaks off, afterwards the card has what orders were paid with, and the books say so."""
    ours = f"{__name__}.nothing"
    settings.OUTBOX_HANDLERS = settings.OUTBOX_HANDLERS | {"pdf": ours, "mail": ours}
    boundary, was_hit = 0, True
    while was_hit:
        was_hit = fault(partial(deed, lamp, f"try-{boundary}"), boundary)
        hear_what_was_lost()
        everything_is_done(LATER + timedelta(hours=1))  # what was being done is free again by then
        kept = sum((p.captured - p.refunded for p in Payment.objects.filter(kind="order")), Decimal(0))
        assert held() == kept == Decimal(balances().get("CLEARING", "0.00"))
        assert not Payment.objects.filter(state="authorised").exists()
        boundary += 17
    assert boundary > 50
    assert is_sound()


def hear_what_was_lost():
    """Sweep, as a worker does now and then: also what was given up may have been paid."""
    paying.sweep(timezone.now() + timedelta(hours=2), limit=1000)
