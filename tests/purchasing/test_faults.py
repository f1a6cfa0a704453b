"""The database fails, or the process is killed, at each statement of the verbs of purchasing."""

from functools import partial
from itertools import count

import pytest

from tests.books import is_sound
from tests.chain.faults import fail, kill
from tests.chain.scenes import every_row
from tests.factories import ProductFactory
from tests.purchasing.buying import book, expense, goods, ordered, pay, receive, send_back, supplier

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def acme():
    return supplier()


@pytest.fixture
def lamp():
    return ProductFactory(title="Lamp", stock=(5, "3.00"))


# The verbs, each with what it begins from. The same call again is the same event.


def receiving(acme, lamp, key):
    return partial(receive, ordered((lamp, 10, "4.00"), of=acme), 6, key=key)


def billing(acme, lamp, key):
    purchase = came(acme, lamp, key)
    return partial(book, acme, goods(purchase, 6, "25.00"), number=key, accepted_because="Dearer")


def sending_back(acme, lamp, key):
    return partial(send_back, came(acme, lamp, key), 2, key=key)


def paying(acme, lamp, key):
    book(acme, expense("50.00"), number=f"bill {key}")
    book(acme, expense("10.00"), number=f"credit {key}", kind="credit")
    return partial(pay, acme, "40.00", reference=key)


def came(acme, lamp, key):
    purchase = ordered((lamp, 10, "4.00"), of=acme)
    receive(purchase, 6, key=f"goods {key}")
    return purchase


CASES = [
    pytest.param(verb, fault, id=f"{verb.__name__}-{name}")
    for verb, fault, name in [
        (receiving, partial(fail, lasts=False), "fails once"),
        (billing, partial(fail, lasts=False), "fails once"),
        (billing, kill, "is killed"),
        (sending_back, partial(fail, lasts=False), "fails once"),
        (paying, partial(fail, lasts=False), "fails once"),
    ]
]


@pytest.mark.parametrize(("prepare", "fault"), CASES)
def test_each_statement_may_be_the_last(acme, lamp, prepare, fault):
    """What is left is nothing or everything, and trying again makes it everything, once."""
    action, before = begin(prepare, acme, lamp, 0)
    outcomes = set()
    for boundary in count():
        was_hit = fault(action, boundary)
        done = every_row() != before
        outcomes.add(done)
        assert was_hit or done
        if not was_hit:
            break
        if done:  # the blow came after the commit
            action, before = begin(prepare, acme, lamp, boundary + 1)
    action()
    assert outcomes == {True, False}
    assert boundary >= 15
    assert is_sound()


def begin(prepare, acme, lamp, place):
    action = prepare(acme, lamp, f"try-{place}")
    return action, every_row()
