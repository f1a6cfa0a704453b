"""Suppliers' bills and credit notes: how they are booked, and in which words the rest is refused."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction

from accounting.models import Account
from accounting.periods import NoSuchYear
from erp import order_to_cash, procure_to_pay
from erp.inventory.models import StockMove, StockValue
from erp.inventory.services import OutOfStock
from erp.purchasing.bills import AlreadyBooked, NotDatedSo
from erp.purchasing.matching import (
    DiffersFromOrder,
    NoAmount,
    NotAnExpense,
    NoTaxCode,
    NotReceivedYet,
    NotSentBack,
    NotTheirs,
)
from erp.purchasing.models import BillLine, SupplierBill
from erp.purchasing.sending_back import NothingGoesBack
from erp.purchasing.settling import MoreThanOwed, PaidAlready
from tests.books import is_sound
from tests.chain.scenes import FRIDAY, TUESDAY, balances, company, entries, on_shelf, place, refused
from tests.factories import ProductFactory, sale_line
from tests.purchasing.buying import (
    book,
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

pytestmark = pytest.mark.django_db


@pytest.fixture
def acme():
    return supplier()


@pytest.fixture
def lamp():
    company(ship_before_payment=True)
    return ProductFactory(title="Lamp")


@pytest.fixture
def purchase(acme, lamp):
    """Ten lamps at 4.00 have come."""
    purchase = ordered((lamp, 10, "4.00"), of=acme)
    receive(purchase)
    return purchase


def sell(lamp, pieces):
    order = place(sale_line(lamp, pieces))
    order_to_cash.ship(order.delivery_notes.get(), on=TUESDAY)


def worth(product):
    stock = StockValue.objects.get(product=product)
    return stock.quantity, str(stock.value)


# Three papers that must agree


def test_goods_are_billed_once_they_have_come(acme, lamp):
    purchase = ordered((lamp, 10, "4.00"), of=acme)
    with refused(NotReceivedYet, "Of 'Lamp' 0 have come that are not billed yet, not 10: receive the goods"):
        book(acme, goods(purchase, 10, "40.00"))
    receive(purchase, 6)
    with refused(NotReceivedYet, "Of 'Lamp' 6 have come that are not billed yet, not 7"):
        book(acme, goods(purchase, 7, "28.00"))
    with refused(NotReceivedYet, "Of 'Lamp' 1 have come that are not billed yet, not 2"):
        book(acme, goods(purchase, 5, "20.00"), goods(purchase, 2, "8.00"))


def test_a_bill_as_ordered_takes_goods_off_what_is_not_invoiced(acme, purchase):
    bill = book(acme, goods(purchase, 10, "40.00"))

    assert entries()[-1] == (
        "bill",
        {"GOODS_RECEIVED_NOT_INVOICED": "40.00", "INPUT_VAT": "7.60", "PAYABLE": "-47.60"},
    )
    assert (bill.net, bill.tax, bill.gross) == (Decimal("40.00"), Decimal("7.60"), Decimal("47.60"))
    assert bill.due_on == date(2026, 4, 2)
    assert is_sound()


@pytest.mark.parametrize("net", ["41.00", "39.00"])
def test_a_price_beyond_the_tolerance_needs_a_reason(acme, purchase, net):
    with refused(DiffersFromOrder, f"'Lamp': billed {net}, by the order it is 40.00. Say why it is taken"):
        book(acme, goods(purchase, 10, net))

    bill = book(acme, goods(purchase, 10, net), accepted_because="Agreed by phone")

    assert bill.accepted_because == "Agreed by phone"
    assert is_sound()


def test_what_is_within_the_tolerance_needs_none(acme, purchase):
    book(acme, goods(purchase, 10, "40.80"))

    company(bill_tolerance=0)
    receive(other := ordered((line(purchase).product, 1, "4.00"), of=acme), key="other")
    with refused(DiffersFromOrder, "'Lamp': billed 4.01"):
        book(acme, goods(other, 1, "4.01"), number="R 2")


def test_vat_that_the_code_does_not_explain_needs_a_reason_too(acme, purchase):
    with refused(DiffersFromOrder, r"'Lamp': 2.80 is not 19.00 % VAT on 40.00"):
        book(acme, goods(purchase, 10, "40.00", tax="2.80"))
    with refused(DiffersFromOrder, r"'Rent': 0.00 is not 19.00 % VAT on 100.00"):
        book(acme, expense("100.00", code="DE-S-19"))

    book(acme, goods(purchase, 10, "40.00", tax="7.62"))  # rounded line by line


def test_goods_that_went_back_are_billed_for_a_reason_only(acme, purchase):
    send_back(purchase, 3)
    with refused(DiffersFromOrder, "'Lamp': 3 went back, which it bills too"):
        book(acme, goods(purchase, 10, "40.00"))

    book(acme, goods(purchase, 7, "28.00"))

    assert "GOODS_RECEIVED_NOT_INVOICED" not in balances()
    assert is_sound()


def test_a_supplier_bills_what_was_ordered_from_it(acme, purchase):
    other = supplier("other")
    with refused(NotTheirs, "was not ordered from Other"):
        book(other, goods(purchase, 1, "4.00"))


# Prices that differ


def test_a_difference_falls_on_what_is_still_here_and_the_rest_is_variance(acme, lamp, purchase):
    sell(lamp, 7)

    book(acme, goods(purchase, 10, "41.00"), accepted_because="Dearer")

    assert worth(lamp) == (3, "12.30")
    assert (balances()["INVENTORY"], balances()["PRICE_VARIANCE"]) == ("12.30", "0.70")
    move = StockMove.objects.get(kind="revaluation")
    assert (move.quantity, move.value, move.source_key) == (0, Decimal("0.30"), bill_key())
    assert is_sound()


def bill_key():
    return f"bill:{SupplierBill.objects.get().pk}"


def test_a_late_bill_for_goods_that_are_all_sold_is_variance_alone(acme, lamp, purchase):
    sell(lamp, 10)

    book(acme, goods(purchase, 10, "41.00"), accepted_because="Dearer")

    assert worth(lamp) == (0, "0.00")
    assert balances()["PRICE_VARIANCE"] == "1.00"
    assert not StockMove.objects.filter(kind="revaluation").exists()
    assert is_sound()


def test_goods_never_become_worth_less_than_nothing(acme, lamp):
    """Nine came for 9.00, ten for nothing, ten were sold: the rest cannot lose more than it is worth."""
    first, second = ordered((lamp, 9, "1.00"), of=acme), ordered((lamp, 10, "0.00"), of=acme)
    receive(first, key="first")
    receive(second, key="second")
    sell(lamp, 10)
    assert worth(lamp) == (9, "4.26")

    book(acme, goods(first, 9, "0.00"), accepted_because="A present")

    assert worth(lamp) == (9, "0.00")
    assert balances()["PRICE_VARIANCE"] == "-4.74"
    assert is_sound()


def test_lines_of_the_same_product_share_what_is_here(acme, lamp):
    purchase = ordered((lamp, 5, "4.00"), (lamp, 5, "4.00"), of=acme)
    receive(purchase)
    sell(lamp, 6)

    book(acme, goods(purchase, 5, "20.40"), goods(purchase, 5, "20.40", place=1))

    assert worth(lamp) == (4, "16.64")  # 16.00, and four fifths of 0.40 twice
    assert is_sound()


# Bills without an order, and VAT


def test_rent_is_booked_with_its_input_vat(acme):
    bill = book(acme, expense("1000.00", "190.00", words="Rent in March", code="DE-S-19"), due_on=FRIDAY)

    assert entries() == [("bill", {"EXPENSES": "1000.00", "INPUT_VAT": "190.00", "PAYABLE": "-1190.00"})]
    assert bill.due_on == FRIDAY
    assert is_sound()


def test_goods_and_freight_come_on_one_bill(acme, purchase):
    book(acme, goods(purchase, 10, "40.00"), expense("5.00", "0.95", words="Freight", code="DE-S-19"))

    assert balances()["PAYABLE"] == "-53.55"
    assert balances()["EXPENSES"] == "5.00"
    assert is_sound()


@pytest.mark.parametrize(
    ("code", "owed"), [("DE-IA-19", "7.60"), ("DE-IA-7", "2.80"), ("DE-RE-19", "7.60"), ("DE-RC-7", "2.80")]
)
def test_for_what_comes_from_the_eu_without_vat_we_owe_it_and_reclaim_it(acme, purchase, code, owed):
    book(acme, goods(purchase, 10, "40.00", tax="0.00", code=code))

    assert entries()[-1] == (
        "bill",
        {
            "GOODS_RECEIVED_NOT_INVOICED": "40.00",
            "INPUT_VAT": owed,
            "VAT_PAYABLE": f"-{owed}",
            "PAYABLE": "-40.00",
        },
    )
    assert is_sound()


def test_reverse_charge_takes_no_vat_of_the_supplier(acme):
    with refused(NoTaxCode, "under DE-RE-19 the supplier charges no VAT"):
        book(acme, expense("10.00", "1.90", code="DE-RE-19"))
    with refused(NoTaxCode, "we owe it at home"):
        book(acme, expense("10.00", code="AT-RE-20"))


@pytest.mark.parametrize("code", ["DE-K-0", "DE-AE-0", "DE-G-0"])
def test_a_tax_code_of_sales_is_not_taken_for_a_bill(acme, code):
    with refused(NoTaxCode, f"{code} is for what we sell"):
        book(acme, expense("10.00", code=code))


def test_a_small_business_pays_vat_as_part_of_the_price(acme, lamp, purchase):
    company(vat_scheme="small business")
    sell(lamp, 5)

    book(acme, goods(purchase, 10, "40.00"), expense("10.00", "1.90", code="DE-S-19"))

    found = balances()
    assert {"INPUT_VAT", "GOODS_RECEIVED_NOT_INVOICED"}.isdisjoint(found)
    assert worth(lamp) == (5, "23.80")
    assert (found["PRICE_VARIANCE"], found["EXPENSES"], found["PAYABLE"]) == ("3.80", "11.90", "-59.50")
    assert is_sound()


def test_vat_of_another_country_cannot_be_reclaimed_here(acme):
    book(acme, expense("100.00", "20.00", words="Hotel in Vienna", code="AT-S-20"))

    assert balances() == {"EXPENSES": "120.00", "PAYABLE": "-120.00"}
    assert is_sound()


@pytest.mark.parametrize(
    "account", ["INVENTORY", "GOODS_RECEIVED_NOT_INVOICED", "PAYABLE", "VAT_PAYABLE", "REVENUE", "SHRINKAGE"]
)
def test_no_bill_is_booked_where_other_documents_are(acme, account):
    with refused(NotAnExpense, "is kept by other documents"):
        book(acme, expense("10.00", account=account))


def test_a_machine_is_booked_on_its_own_account(acme):
    Account.objects.create(code="0500", name="Machines", kind="asset")

    book(acme, expense("900.00", "171.00", words="Forklift", account="0500", code="DE-S-19"))

    assert is_sound()


# What is no bill


@pytest.mark.parametrize(
    ("net", "tax", "code", "refusal", "sentence"),
    [
        ("0.00", "0.00", None, NoAmount, "An expense needs an amount"),
        ("1.005", "0.00", None, NoAmount, "'Rent': 1.005 is no amount in whole cents"),
        ("NaN", "0.00", None, NoAmount, "'Rent': NaN is no amount"),
        ("1E+12", "0.00", None, NoAmount, "is no amount in whole cents"),
        ("-5.00", "0.00", None, NoAmount, "All in all it is below zero: book it as the other kind"),
        ("10.00", "1.90", None, NoTaxCode, "choose the tax code of 1.90 VAT"),
    ],
)
def test_amounts_that_cannot_be_are_refused(acme, net, tax, code, refusal, sentence):
    with refused(refusal, sentence):
        book(acme, expense(net, tax, code=code))


@pytest.mark.parametrize(
    ("pieces", "net", "tax"), [(0, "1.00", "0.19"), (1, "-4.00", "0"), (1, "4.00", "-1")]
)
def test_pieces_that_cannot_be_are_refused(acme, purchase, pieces, net, tax):
    with refused(NoAmount, "'Lamp': "):
        book(acme, goods(purchase, pieces, net, tax=tax))


def test_a_bill_has_a_number_lines_and_days_that_can_be(acme):
    with refused(NoAmount, "has a number and at least one line"):
        book(acme)
    with refused(NoAmount, "has a number and at least one line"):
        book(acme, expense("10.00"), number="  ")
    with refused(NotDatedSo, "A bill of 2026-03-07 cannot be booked on 2026-03-06"):
        book(acme, expense("10.00"), issued_on=date(2026, 3, 7))
    with refused(NotDatedSo, "cannot be due on 2026-03-02"):
        book(acme, expense("10.00"), due_on=date(2026, 3, 2))


def test_the_same_bill_is_booked_once_and_another_one_of_its_number_refused(acme, purchase):
    bill = book(acme, goods(purchase, 5, "20.00"), file=("r1.pdf", b"%PDF"))

    assert book(acme, goods(purchase, 5, "20.00"), number=" r 1 ") == bill

    with refused(AlreadyBooked, "R 1 of Acme of 2026-03-03 over 23.80 is booked already: look at the number"):
        book(acme, goods(purchase, 4, "16.00"))
    assert book(supplier("other"), expense("10.00")) != bill
    bill.refresh_from_db()
    assert (bill.file_name, bytes(bill.file)) == ("r1.pdf", b"%PDF")
    assert is_sound()


def test_the_database_holds_what_bills_say(acme, purchase):
    book(acme, goods(purchase, 5, "20.00"))
    for changes in ({"net": Decimal(1)}, {"gross": Decimal(1)}):
        with pytest.raises(TypeError, match="written once"):
            SupplierBill.objects.update(**changes)
    with pytest.raises(DatabaseError, match="written once and never changed"), transaction.atomic():
        run("UPDATE purchasing_billline SET net = 1")
    with pytest.raises(DatabaseError, match="never_be_billed_for_more_than_came"), transaction.atomic():
        run("UPDATE purchasing_purchaseline SET billed = 11")


def run(sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)


# Back to the supplier, and its credit


def test_goods_go_back_at_the_average_and_are_credited_at_the_orders_price(acme, lamp, purchase):
    receive(dear := ordered((lamp, 10, "6.00"), of=acme), key="dear")
    book(acme, goods(purchase, 10, "40.00"))

    back = send_back(purchase, 2)

    assert back.number == f"SR-{purchase.number}-1"
    assert entries()[-1] == (
        "supplier-return",
        {"GOODS_RECEIVED_NOT_INVOICED": "8.00", "PRICE_VARIANCE": "2.00", "INVENTORY": "-10.00"},
    )
    book(acme, goods(purchase, 2, "8.00"), number="G 1", kind="credit")
    assert entries()[-1] == (
        "bill",
        {"GOODS_RECEIVED_NOT_INVOICED": "-8.00", "INPUT_VAT": "-1.52", "PAYABLE": "9.52"},
    )
    assert balances()["GOODS_RECEIVED_NOT_INVOICED"] == "-60.00"
    assert line(dear).kept == 10
    assert is_sound()


def test_a_credit_note_for_less_is_variance(acme, purchase):
    book(acme, goods(purchase, 10, "40.00"))
    send_back(purchase, 2)

    book(acme, goods(purchase, 2, "7.00"), number="G 1", kind="credit", accepted_because="Handling fee")

    assert balances()["PRICE_VARIANCE"] == "1.00"
    assert "GOODS_RECEIVED_NOT_INVOICED" not in balances()
    assert is_sound()


def test_only_what_went_back_and_was_billed_is_credited(acme, purchase):
    book(acme, goods(purchase, 1, "4.00"))
    with refused(NotSentBack, "Of 'Lamp' 0 went back that are billed and not credited yet, not 1"):
        book(acme, goods(purchase, 1, "4.00"), number="G 1", kind="credit")
    send_back(purchase, 3)
    with refused(NotSentBack, "Of 'Lamp' 1 went back that are billed and not credited yet, not 2"):
        book(acme, goods(purchase, 2, "8.00"), number="G 1", kind="credit")


def test_an_allowance_is_credited_without_goods(acme):
    book(acme, expense("10.00", words="Bonus", account="PRICE_VARIANCE"), number="G 1", kind="credit")

    assert balances() == {"PAYABLE": "10.00", "PRICE_VARIANCE": "-10.00"}
    assert is_sound()


def test_no_more_goes_back_than_came_or_is_free(acme, lamp, purchase):
    with refused(NothingGoesBack, "Of 'Lamp' only 10 can go back: 10 came, 0 went"):
        send_back(purchase, 11)
    with refused(NothingGoesBack, "Say why"):
        send_back(purchase, 1, reason=" ")
    place(sale_line(lamp, 8))
    with refused(OutOfStock, "Only 2 of 'Lamp' can be taken off: the rest is promised"):
        send_back(purchase, 3)
    with refused(OutOfStock, "Only 0 of 'Lamp' can be taken off: only so many are damaged"):
        send_back(purchase, 1, condition="damaged")

    assert send_back(purchase, 2) == send_back(purchase, 2)

    assert on_shelf(lamp) == (8, 8)
    assert is_sound()


# Money


def test_what_is_due_first_is_paid_first_and_credits_are_set_off_before(acme):
    book(acme, expense("50.00"), number="late", due_on=date(2026, 5, 1))
    book(acme, expense("30.00"), number="early", due_on=date(2026, 4, 1))
    book(acme, expense("10.00"), number="credit", kind="credit")

    pay(acme, "25.00")

    assert owed(acme) == ["-45.00"]
    assert balances() == {"EXPENSES": "70.00", "PAYABLE": "-45.00", "BANK": "-25.00"}
    assert is_sound()


def test_named_bills_are_paid(acme):
    book(acme, expense("50.00"), number="first")
    second = book(acme, expense("30.00"), number="second")
    with refused(MoreThanOwed, "Acme is owed 30.00, not 30.01"):
        pay(acme, "30.01", bills=[second])

    pay(acme, "30.00", bills=[second])

    assert owed(acme) == ["-50.00"]
    with refused(MoreThanOwed, "Acme is owed 0.00, not 1.00"):
        pay(acme, "1.00", bills=[second], reference="SEPA 2")
    assert is_sound()


def test_what_a_supplier_owes_us_comes_back(acme):
    book(acme, expense("10.00"))
    book(acme, expense("50.00"), number="credit", kind="credit")
    with refused(MoreThanOwed, "Acme is owed 0.00, not 1.00"):
        pay(acme, "1.00")
    with refused(MoreThanOwed, "Acme owes us 40.00, not 40.01"):
        get_back(acme, "40.01")

    payment = get_back(acme, "30.00")

    assert get_back(acme, "30.00") == payment
    assert str(payment) == "30.00 back from Acme"
    assert owed(acme) == ["10.00"]
    assert balances() == {"EXPENSES": "-40.00", "PAYABLE": "10.00", "BANK": "30.00"}
    with refused(MoreThanOwed, "Acme owes us 10.00, not 11.00"):
        get_back(acme, "11.00", reference="back 2")
    assert is_sound()


def get_back(acme, amount, reference="back 1"):
    return procure_to_pay.get_back(acme, amount=Decimal(amount), on=FRIDAY, reference=reference)


@pytest.mark.parametrize("amount", ["0.00", "-1.00", "0.001", "NaN", "Infinity"])
def test_no_money_is_no_payment(acme, amount):
    book(acme, expense("50.00"))
    with refused(MoreThanOwed, "cannot be paid: money goes in whole cents, above zero"):
        pay(acme, amount)


def test_a_payment_is_noted_once(acme):
    book(acme, expense("50.00"))

    assert pay(acme, "20.00") == pay(acme, "20.00")

    with refused(PaidAlready, "With the reference 'SEPA 1' 20.00 to Acme were paid already"):
        pay(acme, "30.00")
    with refused(MoreThanOwed, "needs a reference"):
        pay(acme, "30.00", reference=" ")
    assert owed(acme) == ["-30.00"]
    assert is_sound()


def test_a_bill_from_1900_is_a_slip(acme):
    with refused(NoSuchYear, "01.05.1900 is not a day of these books"):
        book(acme, expense("10.00"), issued_on=date(1900, 5, 1))


def test_every_line_of_a_bill_says_what_was_expected(acme, purchase):
    book(acme, goods(purchase, 10, "41.00"), accepted_because="Dearer")

    row = BillLine.objects.get()
    assert (row.quantity, row.expected, row.difference_kept) == (10, Decimal("40.00"), Decimal("1.00"))
