"""The database fails, or the process is killed, at each statement of each verb in turn.

What is left is nothing, or everything, or everything but a later step that failed and whose retry completes
it; and the books are sound each time.
"""

from copy import copy
from decimal import Decimal
from functools import partial
from itertools import count

import pytest

from erp import order_to_cash, returning
from erp.documents import outbox
from erp.effects import retry
from erp.sales.models import Step
from tests.books import findings, is_sound
from tests.chain.faults import fail, kill
from tests.chain.scenes import FRIDAY, TUESDAY, card, every_row, pay, place, ship, shipped_line, stepped
from tests.factories import NOON, ProductFactory, sale, sale_line

pytestmark = pytest.mark.django_db(transaction=True)

fails_once = partial(fail, lasts=False)
fails_for_good = partial(fail, lasts=True)
FAULTS = [fails_once, fails_for_good, kill]
NAMES = ["fails once", "fails for good", "is killed"]


@pytest.fixture
def lamp():
    return ProductFactory(title="Lamp", stock=(500, "4.00"))


# The verbs, each with what it begins from


def placing(lamp, key):
    wish = sale(sale_line(lamp, 2), key=key, charge="5.95", payment_method="card", payment=card("25.95", key))
    return partial(order_to_cash.place, wish, on=TUESDAY)


def ship_afresh(note):
    """A note that was in a failed step is thrown away: the database has not changed, the object has."""
    order_to_cash.ship(copy(note), on=TUESDAY)


def shipping(lamp, key):
    order = place(sale_line(lamp, 2), key=key, charge="5.95", pay="card")
    return partial(ship_afresh, order.delivery_notes.get())


def shipping_and_billing(lamp, key):
    order = place(sale_line(lamp, 2), key=key, charge="5.95", pay="card", invoice_on="shipment")
    return partial(ship_afresh, order.delivery_notes.get())


def settling(lamp, key):
    return partial(pay, place(sale_line(lamp, 2), key=key), reference=key)


def settling_and_billing(lamp, key):
    return partial(pay, place(sale_line(lamp, 2), key=key, invoice_on="payment"), reference=key)


def taking_back(lamp, key):
    order = place(sale_line(lamp, 2), key=key)
    pay(order, reference=key)
    ship(order)
    quantities = {shipped_line(order).pk: 1}
    return partial(order_to_cash.take_back, order, quantities=quantities, on=FRIDAY, key=key)


def cancelling(lamp, key):
    order = place(sale_line(lamp, 2), key=key)
    pay(order, reference=key)
    return partial(order_to_cash.cancel, order, on=FRIDAY)


def shipping_in_part(lamp, key):
    """A piece leaves, another is cancelled, credited and refunded."""
    order = place(sale_line(lamp, 2), key=key)
    pay(order, reference=key)
    return partial(ship_a_piece, order.delivery_notes.get())


def ship_a_piece(note):
    pieces = {line.pk: 1 for line in note.lines.all()}
    order_to_cash.ship(copy(note), quantities=pieces, rest="cancel", on=TUESDAY)


def reducing(lamp, key):
    order = place(sale_line(lamp, 2), key=key)
    pay(order, reference=key)
    invoice = order.invoices.get()
    amounts = {invoice.lines.get().pk: Decimal("1.50")}
    return partial(order_to_cash.credit, invoice, amounts=amounts, key=key, on=FRIDAY)


def withdrawing(lamp, key):
    """One piece has left and may come back, the other is cancelled."""
    order = place(sale_line(lamp, 2), key=key)
    pay(order, reference=key)
    note = order.delivery_notes.get()
    order_to_cash.ship(note, quantities={note.lines.get().pk: 1}, on=TUESDAY)
    return partial(returning.withdraw, order, now=NOON, key=key)


def closing(lamp, key):
    """All comes back by withdrawal, one piece of it broken: shipping is given back too."""
    order = place(sale_line(lamp, 2), key=key, charge="5.95")
    pay(order, reference=key)
    ship(order)
    document = returning.withdraw(order, now=NOON, key=key).returned
    line = document.lines.get().pk
    returning.receive(document, quantities={line: 2}, on=FRIDAY)
    returning.inspect(document, dispositions={line: {"restocked": 1, "damaged": 1}}, on=FRIDAY)
    return partial(order_to_cash.close_return, document, on=FRIDAY)


GIVING_BACK = [shipping_in_part, reducing, withdrawing, closing]
VERBS = [placing, shipping, shipping_and_billing, settling, settling_and_billing, taking_back, cancelling]
CASES = [
    pytest.param(verb, fault, id=f"{verb.__name__}-{name}")
    for verbs, faults in ((VERBS, zip(FAULTS, NAMES, strict=True)), (GIVING_BACK, [(fails_once, NAMES[0])]))
    for fault, name in faults
    for verb in verbs
]
SWALLOWED = {placing, shipping_and_billing}  # their invoice may fail without them


@pytest.mark.parametrize(("prepare", "fault"), CASES)
def test_each_statement_may_be_the_last(lamp, prepare, fault):
    kinds = set()
    action, before = begin(prepare, lamp, 0)
    for boundary in count():
        was_hit = fault(action, boundary)
        if every_row() == before:
            assert was_hit
            kinds.add("nothing")
            continue
        kinds.add(complete())
        if not was_hit:
            break
        action, before = begin(prepare, lamp, boundary + 1)

    assert boundary >= 15
    may_fail = prepare in SWALLOWED and fault is fails_once
    assert kinds == {"nothing", "everything"} | ({"a step failed"} if may_fail else set())


def begin(prepare, lamp, place_of):
    action = prepare(lamp, f"try-{place_of}")
    return action, every_row()


def complete():
    """Retry what failed, and return whether anything did. Everything is there afterwards."""
    failed = list(Step.objects.filter(state=Step.State.FAILED).select_related("order"))
    for step in failed:
        assert findings() == [f"Order {step.order.number}: the step 'invoice' failed: {step.reason}"]
        assert "the database went away" in step.reason
        retry(step, on=TUESDAY)
        assert stepped(step.order)["invoice"] == "done"
    assert is_sound()
    return "a step failed" if failed else "everything"


def test_a_queue_that_cannot_be_hurried_changes_nothing(lamp, monkeypatch):
    def broken():
        raise ConnectionError("Redis is away")

    monkeypatch.setattr(outbox, "_hurry", broken)

    order = place(sale_line(lamp), email="ada@example.com")

    assert stepped(order) == {"invoice": "done", "mail": "waiting", "ship": "manual"}
    assert is_sound()
