"""Whatever suppliers bill, whenever goods leave: quantities, values and the books agree to the cent."""

import os
from decimal import Decimal
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounting.ledger import balance
from accounting.money import from_minor, minor, rhu
from erp import stocktaking
from erp.inventory.models import StockValue
from erp.inventory.valuation import share_of_difference
from tests.books import is_sound
from tests.chain.scenes import company
from tests.factories import ProductFactory
from tests.purchasing.buying import book, goods, line, ordered, receive, send_back, supplier

pytestmark = pytest.mark.django_db

KEYS = count()
EXAMPLES = int(os.environ.get("HISTORIES", "8"))
QUIET = settings(
    max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.mark.once
@settings(max_examples=10 * EXAMPLES, deadline=None)
@given(st.integers(0, 50), st.integers(0, 9999), st.integers(1, 50), st.integers(-9999, 9999))
def test_a_share_is_never_more_than_the_difference_or_the_value(quantity, value, pieces, difference):
    worth = value if quantity else 0

    share = minor(share_of_difference(quantity, from_minor(worth), pieces, from_minor(difference)))

    assert worth + share >= 0
    assert abs(share) <= abs(difference)
    assert share * difference >= 0
    if not quantity:
        assert share == 0
    if quantity >= pieces:
        assert share == max(difference, -worth)


@st.composite
def histories(draw):
    """A price for a pack, and steps: pieces come, are billed at some price, leave, or go back."""
    pack = draw(st.sampled_from([1, 3, 7]))
    price = draw(st.integers(0, 5000))
    step = st.tuples(
        st.sampled_from(["come", "bill", "leave", "back", "credit"]), st.integers(1, 9), st.integers(0, 3000)
    )
    return pack, price, draw(st.lists(step, min_size=4, max_size=14))


@QUIET
@given(histories())
def test_any_history_of_a_purchase_leaves_books_that_agree(history):
    pack, price, steps = history
    acme, lamp = supplier(f"acme-{next(KEYS)}"), ProductFactory()
    purchase = ordered((lamp, 21, from_minor(price), pack), of=acme)
    model = Purchase(purchase, acme, lamp)
    before = balance("GOODS_RECEIVED_NOT_INVOICED")

    for kind, pieces, net in steps:
        getattr(model, kind)(pieces, from_minor(net))

    row = line(purchase)
    assert (row.received, row.billed, row.returned, row.credited) == tuple(model.counts)
    worth = [rhu(price * pieces, pack) for pieces in (row.kept, row.owed)]
    assert balance("GOODS_RECEIVED_NOT_INVOICED") - before == from_minor(worth[1] - worth[0])
    stock = StockValue.objects.filter(product=lamp).first()
    assert (stock.quantity if stock else 0) == model.here
    assert is_sound()


class Purchase:
    """An order, and beside it what must be true of it. A step takes as many pieces as there can be."""

    def __init__(self, purchase, acme, lamp):
        self.purchase, self.acme, self.lamp = purchase, acme, lamp
        self.counts = [0, 0, 0, 0]
        self.here = 0

    def come(self, pieces, net):
        if pieces := min(pieces, 21 - self.counts[0]):
            receive(self.purchase, pieces, key=f"receipt-{next(KEYS)}")
            self.counts[0] += pieces
            self.here += pieces

    def bill(self, pieces, net):
        if pieces := min(pieces, self.counts[0] - self.counts[1]):
            self._book(pieces, net)
            self.counts[1] += pieces

    def leave(self, pieces, net):
        if pieces := min(pieces, self.here):
            stocktaking.adjust_stock(
                self.lamp,
                warehouse=self.purchase.warehouse,
                quantity=-pieces,
                reason="Lost",
                on=self.purchase.ordered_on,
                key=f"lost-{next(KEYS)}",
            )
            self.here -= pieces

    def back(self, pieces, net):
        if pieces := min(pieces, self.here, self.counts[0] - self.counts[2]):
            send_back(self.purchase, pieces, key=f"back-{next(KEYS)}")
            self.counts[2] += pieces
            self.here -= pieces

    def credit(self, pieces, net):
        if pieces := min(pieces, min(self.counts[1:3]) - self.counts[3]):
            self._book(pieces, net, kind="credit")
            self.counts[3] += pieces

    def _book(self, pieces, net, **changes):
        wanted = goods(self.purchase, pieces, net)
        book(self.acme, wanted, number=f"R {next(KEYS)}", accepted_because="So be it", **changes)


def test_the_last_cent_of_a_pack_is_billed_with_its_last_piece():
    """The supplier's cent may stand on another piece than ours: that is no other price."""
    company(bill_tolerance=0)
    acme = supplier()
    purchase = ordered((ProductFactory(), 3, "10.00", 3), of=acme)
    receive(purchase)

    for n, net in enumerate(("3.33", "3.33", "3.34")):
        book(acme, goods(purchase, 1, net), number=f"R {n}")

    assert balance("GOODS_RECEIVED_NOT_INVOICED") == Decimal("0.00")
    assert balance("INVENTORY") == Decimal("10.00")
    assert is_sound()
