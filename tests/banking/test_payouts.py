"""Payouts: booked once as they were reported, explained by our movements, shown where they are not."""

from functools import partial

import pytest

from accounting import ledger
from erp import order_to_cash
from erp.banking import clearing, matching, payouts
from erp.banking.models import Payout, PayoutLine
from erp.banking.payouts import NotExplained, PayoutDiffers, ReportKnown
from erp.banking.reading.payouts import Columns
from erp.banking.reading.words import Unreadable
from erp.invoicing.models import PaymentOperation
from erp.invoicing.providers import UnknownProvider
from tests.books import is_sound
from tests.chain.scenes import FRIDAY, balances, entries, fresh, place, refused, work
from tests.chain.threads import split, together
from tests.factories import ProductFactory, sale_line

from .papers import TODAY, open_account
from .reports import HEAD, report
from .scenes import came, money, sure

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def account(db):
    open_account()


@pytest.fixture
def lamp():
    return ProductFactory(title="Lamp", stock=(40, "4.00"))


def bought(lamp, pieces=1, key="first"):
    """Have lamps of 10.00 paid by card, and the money taken."""
    order = place(sale_line(lamp, pieces), pay="card", key=key)
    work()
    return order


def captured(order):
    return PaymentOperation.objects.get(payment__order=order, kind="capture")


def load(content, provider="card", today=TODAY, **changes):
    return payouts.load(content, provider=provider, name="report.csv", today=today, **changes)


def waiting(role="CLEARING"):
    return [(str(row.amount), row.age) for row in clearing.waiting(role, today=TODAY)]


def test_a_payout_is_booked_and_explained_order_by_order(lamp):
    first, second = bought(lamp), bought(lamp, 2, key="second")
    assert clearing.explained("CLEARING") == money("30.00")

    booked = load(report(("charge", captured(first).reference, "10.00", "0.35")))

    assert (booked.known, booked.findings) == (0, [])
    assert entries()[-1] == ("payout", {"BANK": "9.65", "FEES": "0.35", "CLEARING": "-10.00"})
    [row] = clearing.waiting("CLEARING", today=TODAY)
    assert (row.order, row.amount) == (second, money("20.00"))
    assert ledger.balance("CLEARING") == money("20.00")
    assert is_sound()


def test_refunds_and_fees_are_taken_off(lamp):
    order = bought(lamp)
    order_to_cash.cancel(fresh(order), on=FRIDAY)
    refund = PaymentOperation.objects.get(kind="refund")
    load(
        report(
            ("charge", captured(order).reference, "10.00", "0.35"),
            ("refund", refund.reference, "-10.00", "0.00"),
            ("fee", "", "0.00", "2.00"),
        )
    )
    [payout] = Payout.objects.all()
    assert (payout.gross, payout.fees, payout.net) == (money("0.00"), money("2.35"), money("-2.35"))
    assert {role: balances().get(role) for role in ("BANK", "FEES", "CLEARING")} == {
        "BANK": "-2.35",
        "FEES": "2.35",
        "CLEARING": None,
    }
    assert waiting() == []
    assert is_sound()


def test_the_same_report_again_changes_nothing_and_says_so(lamp):
    content = report(("charge", captured(bought(lamp)).reference, "10.00", "0.35"))
    load(content)
    with refused(ReportKnown, "booked already: nothing has changed"):
        load(content)


def test_a_report_that_brings_one_payout_more_books_that_one(lamp):
    one = report(("charge", captured(bought(lamp)).reference, "10.00", "0.35"))
    two = report(("charge", captured(bought(lamp, key="second")).reference, "10.00", "0.00"), payout="PO-2")
    load(one)
    booked = load(one + two.split(b"\n", 1)[1])
    assert ([str(row) for row in booked.payouts], booked.known) == (["PO-2"], 1)
    assert is_sound()


def test_a_payout_that_says_something_else_now_is_refused(lamp):
    name = captured(bought(lamp)).reference
    load(report(("charge", name, "10.00", "0.35")))
    with refused(PayoutDiffers, "PO-1 was booked with 9.65 net already"):
        load(report(("charge", name, "10.00", "0.36")))


def test_a_line_that_names_nothing_of_ours_is_booked_and_shown(lamp):
    bought(lamp)
    booked = load(report(("charge", "who-is-this", "7.00", "0.00"), ("adjustment", "", "-1.00", "0.00")))
    assert booked.findings == [
        "Charge 'who-is-this' over 7.00: nothing here is called so.",
        "Adjustment '' over -1.00: nothing here is called so.",
    ]
    assert ledger.balance("CLEARING") == money("4.00")
    assert [amount for amount, _ in waiting()] == ["10.00", "-7.00", "1.00"]
    assert is_sound()


def test_a_line_of_another_amount_is_shown_until_somebody_explains_it(lamp):
    order = bought(lamp)
    booked = load(report(("charge", captured(order).reference, "9.00", "0.00")))
    assert booked.findings[0].endswith("over 9.00: ours is 10.00 captured.")
    assert [amount for amount, _ in waiting()] == ["10.00", "-9.00"]

    line = PayoutLine.objects.get()
    payouts.explain(line, operation=captured(order), note="A euro was kept", on=TODAY)
    assert waiting() == []
    assert balances()["FEES"] == "1.00"
    with refused(NotExplained, "explained already"):
        payouts.explain(line, operation=None, note="Again", on=TODAY)
    assert is_sound()


def test_what_nobody_knows_is_written_off_by_somebody():
    load(report(("adjustment", "dispute", "-15.00", "0.00")))
    payouts.explain(PayoutLine.objects.get(), operation=None, note="Chargeback", on=TODAY)
    assert balances() == {"BANK": "-15.00", "FEES": "15.00"}
    assert is_sound()


def test_a_movement_that_becomes_known_later_explains_its_line(lamp):
    order = place(sale_line(lamp), pay="card")
    reference = f"{order.payments.get().reference}:capture"
    [payout] = load(report(("charge", reference, "10.00", "0.00"))).payouts
    assert payouts.look_again(payout) == 0
    work()
    assert payouts.look_again(payout) == 1
    assert waiting() == []
    assert is_sound()


def test_a_movement_is_paid_out_once(lamp):
    name = captured(bought(lamp)).reference
    load(report(("charge", name, "10.00", "0.00")))
    booked = load(report(("charge", name, "10.00", "0.00"), payout="PO-2"))
    assert booked.findings == [f"Charge '{name}' over 10.00: it was paid out with PO-1 already."]
    assert is_sound()


def test_an_orders_number_will_do_where_it_has_one_movement_of_that_amount(lamp):
    order = bought(lamp)
    assert load(report(("charge", order.number, "10.00", "0.00"))).findings == []
    assert is_sound()


def test_the_banks_line_shows_the_payout_and_books_nothing(lamp):
    load(report(("charge", captured(bought(lamp)).reference, "10.00", "0.35")))
    before = balances()
    [row] = came(("9.65", "SANDBOX PAYOUT PO 1"))
    assert sure(row).parts[0].payout == Payout.objects.get()
    assert matching.accept_exact([row]).count == 1
    assert balances() == before
    assert is_sound()


def test_a_payout_of_the_same_amount_that_is_not_named_waits(lamp):
    load(report(("charge", captured(bought(lamp)).reference, "10.00", "0.35")))
    [row] = came(("9.65", "from the provider"))
    assert sure(row) is None
    with refused(matching.NotTheSame, "is 9.65, not 1.00"):
        matching.accept(
            row,
            [
                matching.Part(money("1.00"), payout=Payout.objects.get()),
                matching.Part(money("8.65"), account="FEES"),
            ],
        )


GOOD = report(("charge", "x", "10.00", "0.35"))


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is empty"),
        (f"{HEAD}\n".encode(), "has no payouts"),
        (b"a,b\n1,2\n", "no column 'payout'. Its headings are a, b"),
        (GOOD.replace(b"9.65", b"9.66"), "Row 2: 10.00 less 0.35 is not 9.66"),
        (GOOD.replace(b"0.35", b"0.355"), "Row 2: '0.355' has more than two decimals"),
        (GOOD.replace(b"10.00", b"ten"), "Row 2: 'ten' is no amount"),
        (GOOD.replace(b"EUR", b"USD"), "is in USD, not EUR"),
        (GOOD.replace(b"2026-03-05", b"2026-03-10"), "2026-03-10: that day is still to come"),
        (GOOD.replace(b"2026-03-05", b"05.03.2026"), "Row 2: '05.03.2026' is no date"),
        (GOOD.replace(b"PO-1", b""), "Row 2: No payout is named"),
        (GOOD.replace(b"x,", b'"x,'), "cut off"),
        (GOOD + GOOD.split(b"\n", 1)[1].replace(b"EUR", b"USD"), "in several currencies"),
    ],
)
def test_a_report_that_is_not_right_is_refused_whole(content, sentence):
    with refused(Unreadable, sentence):
        load(content)


def test_nobody_pays_out_for_a_way_to_pay_that_is_not_ours():
    with refused(UnknownProvider, "nowhere"):
        load(GOOD, provider="nowhere")


def test_other_columns_and_words_are_a_table_of_names():
    columns = Columns(
        payout="Auszahlung",
        paid_on="Tag",
        kind="Art",
        reference="Id",
        gross="Brutto",
        fee="Gebühr",
        net="Netto",
        delimiter=";",
        decimal_mark=",",
        date_format="%d.%m.%Y",
        kinds={"Zahlung": "charge"},
        left_out=("Auszahlung",),
    )
    content = "Auszahlung;Tag;Art;Id;Brutto;Gebühr;Netto\nA1;05.03.2026;Zahlung;z;1.000,00;1,00;999,00\n"
    content += "A1;05.03.2026;Auszahlung;z;-999,00;0,00;-999,00\n"
    load(content.encode("cp1252"), columns=columns)
    [line] = PayoutLine.objects.all()
    assert (line.kind, line.gross, line.net) == ("charge", money("1000.00"), money("999.00"))


@pytest.mark.django_db(transaction=True)
def test_eight_who_book_the_same_report_at_once_book_it_once(lamp):
    content = report(("charge", captured(bought(lamp)).reference, "10.00", "0.35"))
    done, errors = split(together([partial(load, content)] * 8))
    assert len(done) == 1
    assert {type(error) for error in errors} == {ReportKnown}
    assert balances()["BANK"] == "9.65"
    assert is_sound()
