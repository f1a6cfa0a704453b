"""Many at once, in real threads: each gets an answer in words, and nothing is sold, shipped or paid twice."""

import random
from functools import partial

import pytest
from django.contrib.auth import get_user_model
from django.db import transaction
from oscar.core.loading import get_model

from accounting.refusal import Refusal
from erp import order_to_cash, returning, stocktaking
from erp.delivery.models import Return
from erp.delivery.returns import NothingToReturn
from erp.documents.models import IllegalTransition
from erp.inventory.services import OutOfStock, main_warehouse
from erp.invoicing.models import Invoice, PaymentOperation
from erp.sales.discounts import DiscountUsedUp
from tests.books import is_sound
from tests.chain.scenes import (
    FRIDAY,
    TUESDAY,
    balances,
    fresh,
    on_shelf,
    pay,
    place,
    ship,
    shipped_line,
    work,
)
from tests.chain.threads import split, together
from tests.chain.vouchers import once_a_customer, single_use, taken_off, ten_off
from tests.factories import MONDAY, NOON, ProductFactory, sale, sale_line

pytestmark = pytest.mark.django_db(transaction=True)

User = get_user_model()
Basket = get_model("basket", "Basket")
Order = get_model("order", "Order")


@pytest.fixture
def lamp():
    return ProductFactory(title="Lamp", stock=(40, "4.00"))


def kinds(errors):
    return {type(error) for error in errors}


def test_of_fifty_buyers_of_seven_pieces_seven_get_one():
    lamp = ProductFactory(title="Lamp", stock=(7, "4.00"))
    wishes = [sale(sale_line(lamp), key=f"buyer-{n}") for n in range(50)]

    orders, errors = split(together(partial(order_to_cash.place, wish, on=MONDAY) for wish in wishes))

    assert len({order.pk for order in orders}) == 7
    assert kinds(errors) == {OutOfStock}
    assert {str(error) for error in errors} == {"'Lamp' is sold out."}
    assert on_shelf(lamp) == (7, 7)
    assert sorted(Invoice.objects.values_list("number", flat=True)) == [
        f"INV-2026-{n:06d}" for n in range(1, 8)
    ]
    assert is_sound()


@pytest.mark.parametrize("pay", ["bank", "card"])
def test_ten_identical_submits_are_one_order_and_all_ten_get_it(lamp, pay):
    basket = Basket.objects.create()
    basket.lines.create(
        product=lamp,
        quantity=2,
        stockrecord=lamp.stockrecords.get(),
        line_reference="1",
        price_currency="EUR",
    )
    submit = partial(place, sale_line(lamp, 2), pay=pay, key="twice", basket_id=basket.pk)

    orders, errors = split(together([submit] * 10))

    assert errors == []
    assert {order.pk for order in orders} == {Order.objects.get().pk}
    assert on_shelf(lamp) == (40, 2)
    assert Invoice.objects.count() == 1
    assert is_sound()


def test_eight_buyers_of_the_same_products_in_any_order_do_not_block_each_other():
    products = [ProductFactory(stock=(200, "4.00")) for _ in range(3)]

    def buy(buyer):
        shuffled = random.Random(buyer)
        for n in range(5):
            lines = [sale_line(product) for product in shuffled.sample(products, 3)]
            place(*lines, key=f"buyer-{buyer}-{n}")

    _, errors = split(together(partial(buy, buyer) for buyer in range(8)))

    assert errors == []
    assert [on_shelf(product) for product in products] == [(200, 40)] * 3
    assert is_sound()


class ChangedTheirMind(Exception):
    """Every fifth transaction is rolled back at its end."""


def test_eight_threads_that_issue_200_invoices_each_and_roll_back_a_fifth_leave_no_gap(lamp):
    """The lamps sell out on the way: a refused order takes no number either."""
    advice = ProductFactory(title="Advice", product_class__name="Service", product_class__track_stock=False)

    def buy(buyer):
        for n in range(200):
            wanted = sale_line(lamp if n % 10 == 0 else advice)
            try:
                with transaction.atomic():
                    place(wanted, key=f"buyer-{buyer}-{n}", invoice_on="order")
                    if n % 5 == 4:
                        raise ChangedTheirMind
            except (ChangedTheirMind, OutOfStock):
                pass

    _, errors = split(together(partial(buy, buyer) for buyer in range(8)))

    assert errors == []
    issued = 8 * 160 - (8 * 20 - 40)  # a fifth rolled back, and 40 of 160 lamps there
    assert Order.objects.count() == issued
    numbers = Invoice.objects.order_by("number").values_list("number", flat=True)
    assert list(numbers) == [f"INV-2026-{n:06d}" for n in range(1, issued + 1)]
    assert is_sound()


# The same thing, done by two


def test_a_note_leaves_once_however_many_clerks_send_it(lamp):
    note = place(sale_line(lamp, 2), pay="card").delivery_notes.get()
    clerks = [type(note).objects.get(pk=note.pk) for _ in range(6)]

    done, errors = split(together(partial(order_to_cash.ship, each, on=TUESDAY) for each in clerks))

    assert len(done) == 1
    assert kinds(errors) == {IllegalTransition}
    assert on_shelf(lamp) == (38, 0)
    assert is_sound()


def test_the_same_transfer_noted_by_many_is_noted_once(lamp):
    order = place(sale_line(lamp))

    operations, errors = split(together([partial(pay, order)] * 6))

    assert errors == []
    assert {operation.pk for operation in operations} == {PaymentOperation.objects.get(kind="capture").pk}
    assert balances()["BANK"] == "10.00"
    assert is_sound()


def test_of_transfers_that_come_at_once_one_pays_the_order_and_the_others_are_kept(lamp):
    order = place(sale_line(lamp))
    payment = order.payments.get()

    def transfer(name):
        return order_to_cash.settle(payment, amount=payment.amount, reference=name, on=TUESDAY)

    done, errors = split(together(partial(transfer, f"transfer-{n}") for n in range(6)))

    assert (len(done), errors) == (6, [])
    assert balances()["BANK"] == "60.00"
    assert balances()["PREPAYMENTS"] == "-50.00"
    assert is_sound()


def test_an_order_is_cancelled_once_and_refunded_once(lamp):
    order = place(sale_line(lamp))
    pay(order)

    done, errors = split(together([partial(order_to_cash.cancel, order, on=TUESDAY)] * 6))

    assert len(done) == 1
    assert kinds(errors) == {IllegalTransition}
    assert "BANK" not in balances()
    assert is_sound()


def test_what_came_back_is_taken_back_once(lamp):
    order = place(sale_line(lamp, 2), pay="card")
    ship(order)
    take_back = partial(order_to_cash.take_back, order, quantities={shipped_line(order).pk: 2}, on=FRIDAY)

    done, errors = split(together([take_back] * 6))

    assert len(done) == 1
    assert kinds(errors) == {NothingToReturn}
    assert on_shelf(lamp) == (40, 0)
    assert is_sound()


def test_a_return_sent_by_many_with_one_key_is_one_return(lamp):
    order = place(sale_line(lamp, 4), pay="card")
    ship(order)
    line = shipped_line(order)
    take_back = partial(order_to_cash.take_back, order, quantities={line.pk: 1}, on=FRIDAY, key="form-1")

    returns, errors = split(together([take_back] * 6))

    assert errors == []
    assert {document.pk for document in returns} == {Return.objects.get().pk}
    assert is_sound()


def test_a_voucher_for_one_use_is_used_by_one_of_ten(lamp):
    discounts = ten_off(single_use())
    line = sale_line(lamp, discount="1.00")
    wishes = [sale(line, key=f"racer-{n}", discounts=discounts) for n in range(10)]

    orders, errors = split(together(partial(order_to_cash.place, wish, on=MONDAY) for wish in wishes))

    assert len(orders) == 1
    assert kinds(errors) == {DiscountUsedUp}
    assert is_sound()


def test_an_offer_for_once_a_customer_is_had_once_by_each_of_two(lamp):
    offer = once_a_customer()
    line = sale_line(lamp, discount="1.00")
    people = [User.objects.create_user(name, f"{name}@example.com") for name in ("ada", "eve")]
    wishes = [
        sale(line, key=f"{user}-{n}", user=user, discounts=taken_off(offer))
        for user in people
        for n in range(5)
    ]

    orders, errors = split(together(partial(order_to_cash.place, wish, on=MONDAY) for wish in wishes))

    assert sorted(order.user.username for order in orders) == ["ada", "eve"]
    assert kinds(errors) == {DiscountUsedUp}
    assert {str(error) for error in errors} == {"You have used the offer 'Ten off' as often as you may."}
    offer.refresh_from_db()
    assert (offer.num_applications, offer.num_orders) == (2, 2)
    assert is_sound()


# Different things at once


@pytest.mark.parametrize("round_no", range(3))
def test_an_order_is_either_shipped_or_cancelled(lamp, round_no):
    order = place(sale_line(lamp), pay="card")
    note = order.delivery_notes.get()

    done, errors = split(
        together(
            [
                partial(order_to_cash.cancel, order, on=TUESDAY),
                partial(order_to_cash.ship, note, on=TUESDAY),
            ]
        )
    )

    assert len(done) == 1
    assert kinds(errors) == {IllegalTransition}
    assert fresh(order).status in {"shipped", "cancelled"}
    assert is_sound()


def test_stock_counted_away_is_not_sold_and_stock_sold_is_not_counted_away():
    lamp = ProductFactory(title="Lamp", stock=(6, "4.00"))

    def count(n):
        stocktaking.adjust_stock(
            lamp, warehouse=main_warehouse(), quantity=-1, reason="Broken", on=TUESDAY, key=f"count-{n}"
        )

    buyers = [partial(place, sale_line(lamp), key=f"buyer-{n}") for n in range(6)]
    _, errors = split(together([*buyers, *(partial(count, n) for n in range(6))]))

    assert len(errors) == 6
    assert kinds(errors) == {OutOfStock}
    assert on_shelf(lamp)[0] == on_shelf(lamp)[1]
    assert is_sound()


def test_everything_at_once_on_the_same_orders_ends_in_words_and_sound_books(lamp):
    orders = [place(sale_line(lamp, 2), key=f"order-{n}", charge="5.95") for n in range(4)]
    random.Random(7).shuffle(orders)

    def credit(order):
        invoice = order.invoices.get()
        quantities = {invoice.lines.order_by("pk")[0].pk: 1}
        order_to_cash.credit(invoice, quantities=quantities, on=FRIDAY, key=f"credit:{order.pk}")

    actions = [
        action
        for order in orders
        for action in (
            partial(pay, order, reference=f"transfer:{order.pk}"),
            partial(pay, order, amount="5.00", reference=f"part:{order.pk}"),
            partial(order_to_cash.cancel, order, on=FRIDAY),
            partial(ship, order),
            partial(credit, order),
            partial(order_to_cash.invoice, order, on=FRIDAY),
        )
    ]
    _, errors = split(together(actions))

    assert [error for error in errors if not isinstance(error, Refusal)] == []
    assert is_sound()


# What comes back


def inspected(order, key="r1"):
    """A return of two pieces that were received and are good."""
    document = returning.request(order, quantities={shipped_line(order).pk: 2}, on=FRIDAY, key=key)
    returning.approve(document, on=FRIDAY)
    line = document.lines.get().pk
    returning.receive(document, quantities={line: 2}, on=FRIDAY)
    returning.inspect(document, dispositions={line: {"restocked": 2}}, on=FRIDAY)
    return document


def test_a_return_is_closed_once_and_refunded_once(lamp):
    order = place(sale_line(lamp, 2), pay="card")
    work()
    ship(order)
    document = inspected(order)

    done, errors = split(together([partial(order_to_cash.close_return, document, on=FRIDAY)] * 6))

    assert len(done) == 1
    assert kinds(errors) == {IllegalTransition}
    assert order.payments.get().refunded == order.total_incl_tax
    assert on_shelf(lamp) == (40, 0)
    assert is_sound()


def test_many_who_ask_for_the_same_pieces_do_not_get_more_than_there_are(lamp):
    order = place(sale_line(lamp, 3), pay="card")
    ship(order)
    line = shipped_line(order).pk
    asks = [partial(returning.request, order, quantities={line: 1}, on=FRIDAY, key=f"r{n}") for n in range(6)]

    done, errors = split(together(asks))

    assert len(done) == 3
    assert kinds(errors) == {NothingToReturn}
    assert is_sound()


@pytest.mark.parametrize("round_no", range(3))
def test_who_withdraws_while_it_is_shipped_has_it_cancelled_or_sends_it_back(lamp, round_no):
    order = place(sale_line(lamp, 2), pay="card")
    work()
    note = order.delivery_notes.get()
    withdraw = partial(returning.withdraw, order, now=NOON, key="w1")

    done, errors = split(together([withdraw, partial(order_to_cash.ship, note, on=TUESDAY), withdraw]))

    declaration = order.withdrawals.get()
    assert {row.pk for row in done if row} == {declaration.pk}
    if fresh(order).status == "cancelled":
        assert kinds(errors) == {IllegalTransition}
        assert declaration.returned is None
    else:
        assert errors == []
        assert declaration.returned.state == "approved"
    assert is_sound()


def test_parts_of_one_note_sent_by_many_never_send_a_piece_twice(lamp):
    order = place(sale_line(lamp, 3), pay="card")
    note = order.delivery_notes.get()
    pieces = {note.lines.get().pk: 1}
    clerks = [type(note).objects.get(pk=note.pk) for _ in range(5)]

    done, errors = split(
        together(partial(order_to_cash.ship, each, quantities=pieces, on=TUESDAY) for each in clerks)
    )

    assert len(done) == 1
    assert kinds(errors) == {IllegalTransition}
    assert on_shelf(lamp) == (39, 2)
    assert is_sound()
