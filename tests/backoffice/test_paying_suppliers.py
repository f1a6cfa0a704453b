"""Bills of suppliers: due, given to the bank together, and paid when the bank has done so."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone
from lxml import etree

from accounting import chart, ledger
from accounting.models import Account
from erp import procure_to_pay, remitting
from erp.documents.models import Company, IllegalTransition
from erp.procure_to_pay import Expense
from erp.purchasing import settling, suppliers
from erp.purchasing.models import PaymentRun, Supplier, SupplierPayment
from erp.purchasing.runs import GivenAlready
from tests.backoffice.desk import page_url, press, told, words
from tests.chain.scenes import refused

pytestmark = pytest.mark.django_db

TODAY = timezone.localdate()
IBAN = "DE89370400440532013000"
PAGE = "/admin/bills-to-pay/"


@pytest.fixture
def oak():
    return suppliers.keep(Supplier(code="oak", name="Oak & Söhne", iban=IBAN, customer_number="C-7"))


@pytest.fixture
def elm():
    return suppliers.keep(Supplier(code="elm", name="Elm", iban=IBAN))


def billed(supplier, number, net, *, due=0, kind="bill"):
    account = Account.objects.get(role=chart.EXPENSES)
    return procure_to_pay.bill(
        supplier,
        number=number,
        issued_on=TODAY - timedelta(days=30),
        due_on=TODAY + timedelta(days=due),
        kind=kind,
        lines=[Expense(account, "Rent", Decimal(net))],
        on=TODAY,
    )


@pytest.fixture
def bills(oak, elm):
    """Two bills and a credit note of one supplier, a bill of another that is due later."""
    return [
        billed(oak, "R-1", "100.00"),
        billed(oak, "R-2", "50.00"),
        billed(oak, "G-1", "30.00", kind="credit"),
        billed(elm, "E-1", "70.00", due=9),
    ]


def keys(*rows):
    return [row.pk for row in rows]


def test_due_bills_are_chosen_given_to_the_bank_and_paid_once(office, bills, oak):
    shown = words(office.get(PAGE))
    assert "due: 120.00 of 190.00 open" in shown
    assert "E-1" not in words(office.get(PAGE, {"until": str(TODAY)}))

    sent = {"on": str(TODAY), "bills": keys(*bills)}
    response = office.post(PAGE, sent, follow=True)
    run = PaymentRun.objects.get()
    assert run.total == Decimal("190.00")
    assert run.reference in words(response)
    assert "No bill is to be paid." in words(office.get(PAGE))
    assert "with the bank already" in told(office.post(PAGE, sent, follow=True))[0][1]
    assert ledger.balance(chart.BANK) == 0

    for _ in range(2):
        response = press(office, "paid", run, on=str(TODAY))
    assert told(response)[-1][0] == "error"
    paid = SupplierPayment.objects.order_by("pk").values_list("supplier__code", "amount")
    assert list(paid) == [("oak", Decimal("120.00")), ("elm", Decimal("70.00"))]
    assert ledger.balance(chart.BANK) == Decimal("-190.00")
    assert ledger.balance(chart.PAYABLE) == 0
    assert not remitting.due().exists()
    assert "120.00" in words(office.get(page_url(run)))
    assert "Journal entries" in words(office.get(page_url(SupplierPayment.objects.first())))


def test_the_file_for_the_bank_has_one_transfer_a_supplier(office, bills):
    run = remitting.order(keys(*bills), on=TODAY)
    without = office.get(f"/admin/purchasing/paymentrun/{run.pk}/xml/file/", follow=True)
    assert told(without) == [("error", "The company has no IBAN yet: set it first.")]
    Company.objects.update(iban=IBAN)
    file = office.get(f"/admin/purchasing/paymentrun/{run.pk}/xml/file/")
    root = etree.fromstring(file.content)

    def all_of(name):
        return [node.text for node in root.iter(f"{{*}}{name}")]

    assert all_of("InstdAmt") == ["120.00", "70.00"]
    assert all_of("CtrlSum") == ["190.00", "190.00"]
    assert all_of("Ustrd") == ["C-7: R-1, R-2, G-1", "E-1"]
    assert all_of("Nm")[2:] == ["Oak + Sohne", "Elm"]
    assert all(len(name) <= 35 for name in all_of("EndToEndId"))
    listed = office.get(f"/admin/purchasing/paymentrun/{run.pk}/csv/file/").content.decode()
    assert listed.splitlines()[1].startswith(f"Oak + Sohne,{IBAN},120.00,")


def test_a_bill_is_with_the_bank_once_until_the_run_is_cancelled(bills):
    run = remitting.order(keys(bills[0]), on=TODAY)
    with refused(GivenAlready, "with the bank already"):
        remitting.order(keys(*bills[:2]), on=TODAY)
    remitting.cancel(run)
    with refused(IllegalTransition, "cannot become paid"):
        remitting.paid(run, on=TODAY)
    again = remitting.order(keys(*bills[:2]), on=TODAY)
    remitting.paid(again, on=TODAY)
    assert ledger.balance(chart.BANK) == Decimal("-150.00")


def test_nobody_is_paid_nothing(bills):
    with refused(remitting.NothingToPay, "would get -30.00"):
        remitting.order(keys(bills[2]), on=TODAY)
    with refused(GivenAlready, "look at the list again"):
        remitting.order([], on=TODAY)


def test_a_bill_that_was_paid_otherwise_meanwhile_is_not_paid_again(bills, oak):
    run = remitting.order(keys(bills[0]), on=TODAY)
    procure_to_pay.pay(oak, amount=Decimal("100.00"), on=TODAY, reference="by hand", bills=[bills[0]])
    with refused(settling.MoreThanOwed, "is owed"):
        remitting.paid(run, on=TODAY)


def test_a_bill_is_paid_by_hand_and_a_credit_note_comes_back_as_money(office, bills):
    rent, _, credit, _ = bills
    assert "Paid…" in words(office.get(page_url(rent)))
    tomorrow = str(TODAY + timedelta(days=1))
    assert "still to come" in words(press(office, "paid", rent, amount="40.00", on=tomorrow, reference="D1"))
    for _ in range(2):
        press(office, "paid", rent, amount="40.00", on=str(TODAY), reference="D1")
    assert [row.amount for row in SupplierPayment.objects.all()] == [Decimal("40.00")]
    too_much = press(office, "paid", rent, amount="70.00", on=str(TODAY), reference="D2")
    assert "is owed 60.00, not 70.00" in told(too_much)[0][1]

    assert "Money back…" in words(office.get(page_url(credit)))
    press(office, "got_back", credit, amount="30.00", on=str(TODAY), reference="B1")
    assert ledger.balance(chart.BANK) == Decimal("-10.00")
    assert "Money back…" not in words(office.get(page_url(credit)))


def test_only_accountants_pay(as_role, bills):
    sent = {"on": str(TODAY), "bills": keys(*bills)}
    for role in ("purchasing", "warehouse", "sales"):
        assert as_role(role).post(PAGE, sent).status_code == 403
    yesterday = sent | {"on": str(TODAY - timedelta(days=1))}
    assert "That day is over." in words(as_role("accountant").post(PAGE, yesterday))
    assert as_role("accountant").post(PAGE, sent).status_code == 302


def test_the_first_page_counts_bills_that_are_due_and_runs_with_the_bank(as_role, bills):
    def counted():
        todos = {todo.label: todo.count for todo in as_role("accountant").get("/admin/").context["todos"]}
        return todos["Bills of suppliers that are due"], todos["Payment runs with the bank"]

    assert counted() == (2, 0)
    run = remitting.order(keys(bills[0]), on=TODAY)
    assert counted() == (1, 1)
    remitting.paid(run, on=TODAY)
    assert counted() == (1, 0)
