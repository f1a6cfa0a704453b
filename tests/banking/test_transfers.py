"""Refunds that we transfer: listed, ordered once, written for the bank, done when its line shows them."""

import csv
import io
from datetime import date
from functools import partial

import pytest
from lxml import etree

from erp import order_to_cash
from erp.banking import matching, sepa, transfers
from erp.banking.models import BankMatch, TransferBatch
from erp.banking.proposals import end_to_end
from erp.banking.transfers import NoAccount, OrderedAlready
from erp.documents.models import Company
from erp.invoicing.models import PaymentOperation
from tests.books import is_sound
from tests.chain.scenes import FRIDAY, balances, fresh, pay, place, refused, work
from tests.chain.threads import split, together
from tests.factories import ProductFactory, sale_line

from .papers import IBAN, OTHER_IBAN, open_account
from .scenes import came, line, money, sure

pytestmark = pytest.mark.django_db

SATURDAY = date(2026, 3, 7)


@pytest.fixture(autouse=True)
def account(db):
    open_account()


@pytest.fixture
def lamp():
    return ProductFactory(title="Lamp", stock=(40, "4.00"))


def refunded(lamp, pieces=1, key="first", *, by_statement=True):
    """Have an order paid by transfer and cancelled: its money is to go back."""
    order = place(sale_line(lamp, pieces), key=key)
    if by_statement:
        [row] = came((f"{pieces}0.00", order.number))
        assert matching.accept_exact([row]).count == 1
    else:
        pay(order, reference=f"seen-{key}")
    order_to_cash.cancel(fresh(order), on=FRIDAY)
    return PaymentOperation.objects.get(payment__order=order, kind="refund")


def test_a_refund_goes_back_to_where_the_money_came_from(lamp):
    refund = refunded(lamp)
    [due] = transfers.due()
    assert (due.refund, due.name, due.iban) == (refund, "Ada Lovelace", OTHER_IBAN)
    assert due.source == "from where the money came"


def test_where_that_is_not_known_somebody_types_it_in(lamp):
    refund = refunded(lamp, by_statement=False)
    assert [(due.name, due.iban) for due in transfers.due()] == [("Ada Lovelace", "")]

    with refused(NoAccount, "'DE00 1234' is no IBAN"):
        transfers.keep_account(refund, name="Ada", iban="DE00 1234")
    transfers.keep_account(refund, name="Ada King", iban="de02 1203 0000 0000 2020 51")
    assert [(due.name, due.iban) for due in transfers.due()] == [("Ada King", OTHER_IBAN)]


def test_a_refund_by_card_is_none_of_the_banks_business(lamp):
    order = place(sale_line(lamp), pay="card")
    work()
    order_to_cash.cancel(fresh(order), on=FRIDAY)
    assert PaymentOperation.objects.filter(kind="refund").count() == 1
    assert transfers.due() == []


def test_what_was_ordered_is_off_the_list_and_is_ordered_once(lamp):
    refund = refunded(lamp)
    batch = transfers.order([refund], on=SATURDAY)
    assert (batch.total, batch.count, batch.ordered_on) == (money("10.00"), 1, SATURDAY)
    assert transfers.due() == []
    with refused(OrderedAlready, "was ordered already"):
        transfers.order([refund], on=SATURDAY)
    with refused(OrderedAlready, "was ordered already"):
        transfers.keep_account(refund, name="Ada", iban=IBAN)
    with refused(OrderedAlready, "look at the list"):
        transfers.order([], on=SATURDAY)
    assert is_sound()


def test_it_is_done_when_the_banks_line_shows_it(lamp):
    refund = refunded(lamp)
    transfers.order([refund], on=SATURDAY)
    before = balances()
    row = line("-10.00", "transfer", end_to_end=end_to_end(refund))
    assert sure(row).parts[0].operation == refund
    matching.accept_exact([row])
    assert BankMatch.objects.filter(operation=refund).count() == 1
    assert balances() == before
    assert is_sound()


def test_a_batch_that_the_bank_books_in_one_sum_is_matched_to_all_of_it(lamp):
    refunds = [refunded(lamp, key="a"), refunded(lamp, 2, key="b")]
    batch = transfers.order(refunds, on=SATURDAY)
    row = line("-30.00", f"SEPA {batch.reference}")
    assert len(sure(row).parts) == 2
    matching.accept_exact([row])
    assert BankMatch.objects.filter(kind="refund").count() == 2
    assert is_sound()


def found(root, path):
    return [node.text for node in root.iterfind("/".join(f"{{*}}{step}" for step in path.split("/")))]


def test_the_file_for_the_bank_says_all_that_is_needed(lamp):
    Company.objects.update(name="Müller & Söhne GmbH", bic="COBADEFFXXX")
    refunds = [refunded(lamp, key="a"), refunded(lamp, 2, key="b", by_statement=False)]
    transfers.keep_account(refunds[1], name="Zoë Straße", iban=IBAN)
    batch = transfers.order(refunds, on=SATURDAY)

    root = etree.fromstring(sepa.xml(batch))

    start = "CstmrCdtTrfInitn"
    assert root.tag == "{urn:iso:std:iso:20022:tech:xsd:pain.001.001.09}Document"
    assert found(root, f"{start}/GrpHdr/MsgId") == [batch.reference]
    assert found(root, f"{start}/GrpHdr/NbOfTxs") == found(root, f"{start}/PmtInf/NbOfTxs") == ["2"]
    assert found(root, f"{start}/GrpHdr/CtrlSum") == found(root, f"{start}/PmtInf/CtrlSum") == ["30.00"]
    assert found(root, f"{start}/PmtInf/ReqdExctnDt/Dt") == ["2026-03-07"]
    assert found(root, f"{start}/PmtInf/Dbtr/Nm") == ["Muller + Sohne GmbH"]
    assert found(root, f"{start}/PmtInf/DbtrAcct/Id/IBAN") == [IBAN]
    transfer = f"{start}/PmtInf/CdtTrfTxInf"
    assert found(root, f"{transfer}/PmtId/EndToEndId") == [end_to_end(refund) for refund in refunds]
    assert found(root, f"{transfer}/Amt/InstdAmt") == ["10.00", "20.00"]
    assert found(root, f"{transfer}/Cdtr/Nm") == ["Ada Lovelace", "Zoe Strasse"]
    assert found(root, f"{transfer}/CdtrAcct/Id/IBAN") == [OTHER_IBAN, IBAN]
    assert found(root, f"{transfer}/RmtInf/Ustrd") == [
        f"Refund {refund.payment.order.number}" for refund in refunds
    ]


# The order in which the schema wants the elements.
SEQUENCES = {
    "GrpHdr": ["MsgId", "CreDtTm", "NbOfTxs", "CtrlSum", "InitgPty"],
    "PmtInf": [
        *("PmtInfId", "PmtMtd", "BtchBookg", "NbOfTxs", "CtrlSum", "PmtTpInf", "ReqdExctnDt"),
        *("Dbtr", "DbtrAcct", "DbtrAgt", "ChrgBr", "CdtTrfTxInf"),
    ],
    "CdtTrfTxInf": ["PmtId", "Amt", "Cdtr", "CdtrAcct", "RmtInf"],
}


@pytest.mark.parametrize("name", SEQUENCES)
def test_its_elements_stand_in_the_order_of_the_schema(lamp, name):
    root = etree.fromstring(sepa.xml(transfers.order([refunded(lamp)], on=SATURDAY)))
    [node] = root.iter(f"{{*}}{name}")
    assert [etree.QName(child).localname for child in node] == SEQUENCES[name]


def test_without_an_iban_there_is_no_file_but_the_refund_can_be_ordered_by_hand(lamp):
    batch = transfers.order([refunded(lamp, by_statement=False)], on=SATURDAY)
    with pytest.raises(NoAccount, match="No IBAN is known for"):
        sepa.xml(batch)
    [head, row] = csv.reader(io.StringIO(sepa.rows(batch)))
    assert head == ["name", "iban", "amount", "text", "end_to_end"]
    assert row[:3] == ["Ada Lovelace", "", "10.00"]


@pytest.mark.parametrize(
    ("words", "spelt"),
    [
        ("Zoë Ærø Łódź", "Zoe AEro Lodz"),
        ("Қазақстан", "Customer"),
        ("a\x00b<c>", "a b c"),
        ("O'Neil, J.", "O'Neil, J."),
    ],
)
def test_names_are_spelt_in_the_letters_that_banks_take(words, spelt):
    assert sepa.latin(words) == spelt


@pytest.mark.django_db(transaction=True)
def test_of_eight_who_order_the_same_refunds_at_once_one_does(lamp):
    refunds = [refunded(lamp, key="a"), refunded(lamp, key="b")]
    done, errors = split(together([partial(transfers.order, refunds, on=SATURDAY)] * 8))
    assert len(done) == 1
    assert {type(error) for error in errors} == {OrderedAlready}
    assert TransferBatch.objects.count() == 1
    assert is_sound()
