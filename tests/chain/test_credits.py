"""What is credited by piece, by amount and by charge: to the cent, and never more than was billed."""

from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from erp import order_to_cash, parcels
from erp.invoicing.models import CreditNote
from erp.invoicing.portions import NothingToCredit
from tests.books import is_sound
from tests.chain.scenes import FRIDAY, balances, every_row, place, refused, ship, work
from tests.factories import ProductFactory, sale_line

pytestmark = pytest.mark.django_db


@pytest.fixture
def lamp():
    """It costs us 4.00."""
    return ProductFactory(title="Lamp", stock=(500, "4.00"))


@pytest.fixture
def order(lamp):
    """Three lamps for 33.33 each, with 5.95 for shipping; paid by card, and sent."""
    order = place(sale_line(lamp, 3, "33.33"), pay="card", charge="5.95")
    work()
    ship(order)
    return order


def line(order, kind="goods"):
    return order.invoices.get().lines.get(kind=kind)


def credit(order, key="c1", *, kind="goods", pieces=0, amount=None):
    wanted = {"quantities": {line(order, kind).pk: pieces}} if pieces else {}
    wanted |= {"amounts": {line(order, kind).pk: Decimal(amount)}} if amount else {}
    return order_to_cash.credit(order.invoices.get(), **wanted, on=FRIDAY, key=key)


def test_a_lower_price_is_an_amount_off_with_its_vat(order):
    document = credit(order, amount="10.00")

    assert (document.gross, document.net, document.tax) == (
        Decimal("10.00"),
        Decimal("8.40"),
        Decimal("1.60"),
    )
    row = document.lines.get()
    assert (row.kind, row.title, row.quantity, row.discount) == ("amount", "Price reduced: Lamp", 1, 0)
    assert line(order).credited == 0
    assert order.payments.get().refunded == Decimal("10.00")
    assert balances()["RETURNS"] == "8.40"
    assert is_sound()


def test_in_net_prices_an_amount_is_without_vat(lamp):
    order = place(sale_line(lamp, 3, "33.33"), pay="card", prices="net")
    work()
    ship(order)
    document = credit(order, amount="10.00")
    assert (document.gross, document.net) == (Decimal("11.90"), Decimal("10.00"))
    assert is_sound()


def test_after_an_amount_a_piece_is_credited_at_what_it_then_costs(order):
    credit(order, amount="9.99")
    document = credit(order, "c2", pieces=1)
    assert document.gross == Decimal("30.00")
    assert (document.lines.get().unit_price, document.lines.get().discount) == (
        Decimal("33.33"),
        Decimal("3.33"),
    )
    credit(order, "c3", pieces=2)
    assert line(order).credited_gross == line(order).gross
    assert is_sound()


def test_shipping_is_credited_in_part_and_then_whole(order):
    credit(order, kind="shipping", amount="2.00")
    rest = credit(order, "c2", kind="shipping", pieces=1)
    assert rest.gross == Decimal("3.95")
    with refused(NothingToCredit, "0.00 can be credited, not 0.01"):
        credit(order, "c3", kind="shipping", amount="0.01")
    assert is_sound()


def test_an_amount_off_goods_that_wait_is_taken_back_when_they_never_leave(lamp):
    """Nothing is left anywhere: what was called a return is none, for there was no revenue."""
    order = place(sale_line(lamp, 3, "33.33"), pay="card", charge="5.95")
    work()
    credit(order, amount="10.00")
    assert (balances()["RETURNS"], balances()["DEFERRED_REVENUE"]) == ("8.40", "-89.03")

    order_to_cash.cancel(order, on=FRIDAY)
    work()

    left = {
        role: amount for role, amount in balances().items() if role not in ("INVENTORY", "OPENING_BALANCES")
    }
    assert left == {}
    assert order.payments.get().refunded == order.total_incl_tax
    assert is_sound()


def test_pieces_that_have_not_left_are_cancelled_not_credited(lamp):
    order = place(sale_line(lamp, 3, "10.00"), pay="card")
    work()
    with refused(NothingToCredit, "3 have not left yet: cancel them on their delivery note"):
        credit(order, pieces=1)
    note = order.delivery_notes.get()
    parcels.cancel_rest(note, quantities={note.lines.get().pk: 1}, on=FRIDAY)
    assert order.credit_notes.get().gross == Decimal("10.00")
    assert note.lines.get().quantity == 2
    assert is_sound()


def test_pieces_that_left_are_credited_while_others_wait(lamp):
    order = place(sale_line(lamp, 3, "10.00"), pay="card")
    work()
    note = order.delivery_notes.get()
    order_to_cash.ship(note, quantities={note.lines.get().pk: 1}, on=FRIDAY)
    credit(order, pieces=1)
    assert balances()["RETURNS"] == "8.40"
    with refused(NothingToCredit, "2 have not left yet"):
        credit(order, "c2", pieces=1)
    assert is_sound()


@pytest.mark.parametrize(
    ("amount", "sentence"),
    [
        ("0.00", "99.99 can be credited, not 0.00"),
        ("-1.00", "99.99 can be credited, not -1.00"),
        ("100.00", "Of 'Lamp' 99.99 can be credited, not 100.00"),
        ("1.005", "1.005 is no amount of money: two decimals"),
        ("1E+30", "99.99 can be credited, not 1000"),
        ("NaN", "99.99 can be credited, not NaN"),
        ("Infinity", "99.99 can be credited, not Infinity"),
    ],
)
def test_no_amount_is_credited_that_is_none_or_too_much(order, amount, sentence):
    with refused(NothingToCredit, sentence):
        order_to_cash.credit(
            order.invoices.get(), amounts={line(order).pk: Decimal(amount)}, on=FRIDAY, key="c1"
        )


def test_lines_of_other_invoices_and_a_line_named_twice_are_refused(order, lamp):
    other = line(place(sale_line(lamp), key="another"))
    own = line(order)
    for wanted in ({"amounts": {other.pk: Decimal(1)}}, {"quantities": {own.pk: 1, other.pk: 1}}, {}):
        with refused(NothingToCredit, "Only lines of this invoice"):
            order_to_cash.credit(order.invoices.get(), **wanted, on=FRIDAY, key="c1")
    with refused(NothingToCredit, "either pieces of a line or an amount"):
        credit(order, pieces=1, amount="1.00")


def test_the_same_key_is_the_same_credit(order):
    first = credit(order, amount="1.00")
    before = every_row()
    assert credit(order, amount="1.00") == first
    assert every_row() == before


# Whatever is credited in whatever order, all of it together is the invoice.

MIXES = settings(
    max_examples=40,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
steps = st.lists(
    st.tuples(st.integers(0, 2), st.one_of(st.integers(1, 3), st.integers(1, 9_999).map(Decimal))), max_size=8
)
prices = st.lists(st.tuples(st.integers(1, 5), st.integers(1, 9_999)), min_size=1, max_size=2)


@MIXES
@given(prices, st.sampled_from(["gross", "net"]), st.integers(0, 999), steps)
def test_any_mix_of_pieces_and_amounts_adds_up_to_the_invoice(lamp, wanted, mode, charge, mix):
    with transaction.atomic():
        lines = [
            sale_line(lamp, pieces, f"{cents / 100:.2f}", tax_code=code)
            for (pieces, cents), code in zip(wanted, ("DE-S-19", "DE-S-7"), strict=False)
        ]
        order = place(*lines, pay="card", prices=mode, charge=f"{charge / 100:.2f}")
        work()
        ship(order)
        invoice = order.invoices.get()
        for number, (place_of, what) in enumerate(mix):
            some = list(invoice.lines.order_by("position"))
            row = some[place_of % len(some)]
            try_to_credit(invoice, row, what, key=f"c{number}")
        rest = {
            row.pk: row.quantity - row.credited for row in invoice.lines.all() if row.credited < row.quantity
        }
        if rest:
            order_to_cash.credit(invoice, quantities=rest, on=FRIDAY, key="rest")

        notes = CreditNote.objects.filter(invoice=invoice)
        for part in ("net", "tax", "gross"):
            assert sum(getattr(note, part) for note in notes) == getattr(invoice, part)
        assert order.payments.get().refunded == order.total_incl_tax
        assert is_sound()
        transaction.set_rollback(True)


def try_to_credit(invoice, row, what, *, key):
    """Credit pieces (a number) or cents (a Decimal) of a line, as many as are left at most."""
    try:
        with transaction.atomic():
            wanted = (
                {"quantities": {row.pk: what}} if isinstance(what, int) else {"amounts": {row.pk: what / 100}}
            )
            order_to_cash.credit(invoice, **wanted, on=FRIDAY, key=key)
    except NothingToCredit:
        return
