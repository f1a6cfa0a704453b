"""An imported credit finds what was bought before, or stands alone."""

from decimal import Decimal

import pytest

from accounting import chart
from accounting.ledger import balance
from erp.delivery.models import DeliveryLine, Return
from erp.documents.models import Outbox
from erp.inventory.models import StockValue
from erp.invoicing.models import CreditNote, Payment
from tests.backoffice.imports.history import HISTORY
from tests.books import is_sound
from tests.factories import ProductFactory

pytestmark = pytest.mark.django_db


def test_is_matched_to_earlier_sales_of_the_customer_the_oldest_first(bring_in):
    bring_in(HISTORY.split("C1005")[0])
    back = (
        DeliveryLine.objects.filter(returned__gt=0)
        .order_by("pk")
        .values_list("note__order__number", "returned")
    )
    assert list(back) == [("1001", 6), ("1003", 2)]
    assert {note.reason for note in CreditNote.objects.all()} == {"Credit C1004"}
    assert [(note.order.number, note.net) for note in CreditNote.objects.order_by("number")] == [
        ("1001", 60),
        ("1003", 20),
    ]
    assert is_sound()


def test_what_no_sale_explains_stands_alone(bring_in):
    bring_in(HISTORY)
    alone = CreditNote.objects.get(source_key="alone:import:C1005")
    # One robot more than was bought, a kite at a price it never had, and a discount.
    assert list(alone.lines.order_by("position").values_list("sku", "kind", "quantity", "net")) == [
        ("A1", "goods", 1, Decimal("10.00")),
        ("B2", "goods", 1, Decimal("1.00")),
        ("D", "service", 1, Decimal("5.50")),
    ]
    assert (alone.order, alone.invoice) == (None, None)
    assert Return.objects.get(number="RT-C1005").order is None
    assert is_sound()


def test_a_stranger_s_goods_are_restocked_at_60_per_cent_and_refunded(bring_in):
    bring_in(HISTORY)
    value = StockValue.objects.get(product__upc="Z9")
    assert (value.quantity, value.value) == (3, Decimal("9.00"))
    payment = Payment.objects.get(party__key="import:777")
    assert (payment.order, payment.refunded) == (None, Decimal("18.00"))


def test_goods_that_are_here_come_back_at_their_average(bring_in):
    robot = ProductFactory(upc="A1", stock=(2, "1.00"))
    bring_in("C7,A1,Robot,-3,2026-04-01,10.00,1,France\n")
    assert StockValue.objects.get(product=robot).value == 5


def test_of_somebody_else_is_not_matched(bring_in):
    bring_in("7,A1,Robot,1,2019-12-30,5,1,France\nC8,A1,Robot,-1,2019-12-31,5,2,France\n")
    assert CreditNote.objects.get().order is None


def test_leaves_nothing_waiting_outside_but_papers_to_draw(bring_in):
    bring_in(HISTORY)
    assert Outbox.objects.filter(topic="refund").count() == 3
    assert set(Outbox.objects.filter(done_at=None).values_list("topic", flat=True)) == {"pdf"}


def test_leaves_nothing_owed(bring_in):
    bring_in(HISTORY)
    assert balance(chart.RECEIVABLE) == 0
    assert balance(chart.DEFERRED_REVENUE) == 0
