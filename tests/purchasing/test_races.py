"""Purchases at the same moment, in real threads: nothing comes, is billed or is paid twice."""

from functools import partial

import pytest

from erp import procure_to_pay
from erp.documents.models import IllegalTransition
from erp.purchasing.matching import NotReceivedYet
from erp.purchasing.models import GoodsReceipt, SupplierBill, SupplierPayment
from erp.purchasing.receiving import MoreThanOrdered, NothingExpected
from erp.purchasing.sending_back import NothingGoesBack
from erp.purchasing.settling import MoreThanOwed
from tests.books import is_sound
from tests.chain.scenes import TUESDAY, on_shelf, place
from tests.chain.threads import split, together
from tests.factories import MONDAY, ProductFactory, sale_line
from tests.purchasing.buying import (
    book,
    drafted,
    expense,
    goods,
    line,
    ordered,
    owed,
    pay,
    receive,
    send_back,
    supplier,
)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def acme():
    return supplier()


@pytest.fixture
def lamp():
    return ProductFactory(title="Lamp")


def kinds(errors):
    return {type(error) for error in errors}


def test_of_six_receipts_at_once_only_as_many_count_as_were_ordered(acme, lamp):
    purchase = ordered((lamp, 10, "4.00"), of=acme)
    tries = [partial(receive, copy_of(purchase), 4, key=f"receipt-{n}") for n in range(6)]

    receipts, errors = split(together(tries))

    assert len(receipts) == 2
    assert kinds(errors) == {MoreThanOrdered}
    assert on_shelf(lamp) == (8, 0)
    assert is_sound()


def test_one_delivery_received_six_times_at_once_is_one(acme, lamp):
    purchase = ordered((lamp, 10, "4.00"), of=acme)

    receipts, errors = split(together([partial(receive, copy_of(purchase), 10) for _ in range(6)]))

    assert errors == []
    assert {receipt.pk for receipt in receipts} == {GoodsReceipt.objects.get().pk}
    assert on_shelf(lamp) == (10, 0)
    assert is_sound()


def test_one_bill_booked_by_six_at_once_is_one_and_six_bills_bill_what_came(acme, lamp):
    purchase = ordered((lamp, 10, "4.00"), of=acme)
    receive(purchase)
    same = [partial(book, acme, goods(purchase, 6, "24.00"))] * 6
    others = [partial(book, acme, goods(purchase, 4, "16.00"), number=f"B {n}") for n in range(4)]

    bills, errors = split(together([*same, *others]))

    assert kinds(errors) == {NotReceivedYet}
    assert SupplierBill.objects.count() == len({bill.pk for bill in bills})
    assert line(purchase).billed in (8, 10)
    assert is_sound()


def test_a_bill_is_paid_once_whoever_pays_it(acme):
    book(acme, expense("50.00"))
    same = [partial(pay, acme, "30.00")] * 4
    others = [partial(pay, acme, "30.00", reference=f"other {n}") for n in range(4)]

    _, errors = split(together([*same, *others]))

    assert kinds(errors) == {MoreThanOwed}
    assert SupplierPayment.objects.count() == 1
    assert owed(acme) == ["-20.00"]
    assert is_sound()


def test_an_order_is_sent_or_called_off_but_not_both(acme, lamp):
    purchase = ordered((lamp, 10, "4.00"), of=acme)

    came, errors = split(
        together(
            [
                partial(receive, copy_of(purchase), 10),
                partial(procure_to_pay.cancel, copy_of(purchase), on=TUESDAY),
            ]
        )
    )

    assert len(came) == 1
    assert kinds(errors) <= {IllegalTransition, NothingExpected}
    assert is_sound()


def test_a_draft_ordered_by_five_at_once_is_ordered_once(acme, lamp):
    purchase = drafted((lamp, 10, "4.00"), of=acme)

    done, errors = split(
        together([partial(procure_to_pay.order, copy_of(purchase), on=MONDAY) for _ in range(5)])
    )

    assert len(done) == 1
    assert kinds(errors) == {IllegalTransition}


def test_receipts_bills_returns_and_sales_of_the_same_goods_do_not_block_each_other(acme):
    products = [ProductFactory(stock=(50, "4.00")) for _ in range(3)]
    purchases = []
    for n in range(4):
        wanted = [(product, 10, "5.00") for product in (products if n % 2 else products[::-1])]
        purchases.append(ordered(*wanted, of=acme))
        receive(purchases[-1], 5, 5, 5, key=f"begin-{n}")

    def more(n):
        receive(copy_of(purchases[n]), 5, 5, 5, key=f"more-{n}")

    def bill(n):
        wanted = [goods(purchases[n], 5, "26.00", place=place) for place in range(3)]
        book(acme, *wanted, number=f"B {n}", accepted_because="Dearer")

    def back(n):
        send_back(copy_of(purchases[n]), 1, 1, 1, key=f"back-{n}")

    def sell(n):
        place(*[sale_line(product, 2) for product in products], key=f"sale-{n}")

    actions = [partial(verb, n) for n in range(4) for verb in (more, bill, back, sell)]
    _, errors = split(together(actions))

    assert errors == []
    assert [on_shelf(product) for product in products] == [(86, 8)] * 3
    assert is_sound()


def test_a_piece_goes_back_once(acme, lamp):
    purchase = ordered((lamp, 2, "4.00"), of=acme)
    receive(purchase)

    back, errors = split(
        together([partial(send_back, copy_of(purchase), 2, key=f"back-{n}") for n in range(4)])
    )

    assert len(back) == 1
    assert kinds(errors) == {NothingGoesBack}
    assert on_shelf(lamp) == (0, 0)
    assert is_sound()


def copy_of(purchase):
    """An order as another page has it: what one thread does to its object is no other's."""
    return type(purchase).objects.get(pk=purchase.pk)
