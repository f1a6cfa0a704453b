"""Aged receivables and payables: as of any day what the control account says, down to documents."""

import csv
import io
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import transaction

from accounting import chart, ledger
from accounting.ledger import credit, debit
from accounting.models import Party
from erp.reporting import aged
from tests.backoffice.desk import addresses, page_url, shown, words
from tests.backoffice.test_stock_pages import tamper
from tests.chain.scenes import FRIDAY, TUESDAY, pay, place
from tests.factories import MONDAY, sale_line
from tests.purchasing import buying

pytestmark = pytest.mark.django_db

CUSTOMERS, SUPPLIERS = "/admin/reports/aged-receivables/", "/admin/reports/aged-payables/"


@pytest.fixture
def ada(lamp):
    """Two orders of Monday, due on the 16th; 100.00 of the first came on Tuesday."""
    first = place(sale_line(lamp, 2, "119.00"), party_key="user:7", email="ada@example.com")
    place(sale_line(lamp, 1, "119.00"), key="sale-2", party_key="user:7", email="ada@example.com")
    pay(first, amount="100.00")
    return Party.objects.get(key="user:7")


@pytest.fixture
def acme(lamp):
    """A bill of Friday over 119.00, of which 19.00 is paid; it is due after 30 days."""
    of = buying.supplier()
    bill = buying.book(of, buying.expense("100.00", "19.00", code="DE-S-19"))
    buying.pay(of, "19.00", bills=[bill])
    return bill


@pytest.mark.parametrize(
    ("on", "figures"),
    [
        (MONDAY, ["357.00", "", "", "", "", "", "357.00"]),
        (TUESDAY, ["257.00", "", "", "", "", "", "257.00"]),
        (date(2026, 3, 16), ["257.00", "", "", "", "", "", "257.00"]),
        (date(2026, 3, 17), ["", "257.00", "", "", "", "", "257.00"]),
        (date(2026, 5, 15), ["", "", "257.00", "", "", "", "257.00"]),
        (date(2026, 5, 16), ["", "", "", "257.00", "", "", "257.00"]),
        (date(2026, 12, 31), ["", "", "", "", "257.00", "", "257.00"]),
    ],
)
def test_what_is_owed_stands_by_how_late_it_is(office, ada, on, figures):
    response = office.get(CUSTOMERS, {"on": on})
    assert shown(response) == [["Ada Lovelace", "user:7", *figures], ["Together", "", *figures]]
    assert "errornote" not in words(response)


def test_another_day_stands_beside(office, ada):
    response = office.get(CUSTOMERS, {"on": "2026-04-02", "compare": "before"})
    assert shown(response)[0][-2:] == ["257.00", "357.00"]
    gone = office.get(CUSTOMERS, {"on": "2027-02-28", "compare": "year"})
    assert [row[-1] for row in shown(gone)] == ["", ""]


def test_a_customer_leads_to_documents_and_to_the_statement(office, ada):
    documents, statement = addresses(office.get(CUSTOMERS, {"on": FRIDAY}))
    response = office.get(documents)
    days = ["2 Mar 2026", "16 Mar 2026", 0]
    assert [[row[0], *row[2:]] for row in shown(response, 1)] == [
        ["INV-2026-000001", *days, "238.00", "138.00"],
        ["INV-2026-000002", *days, "119.00", "119.00"],
        ["Together", "", "", "", "", "257.00"],
    ]
    for url in [statement, *addresses(response, 1)]:
        assert office.get(url, follow=True).status_code == 200
    assert "<dt>Balance</dt><dd><b>257.00</b></dd>" in words(office.get(statement))


def test_a_key_that_nobody_has_is_said(office, ada):
    assert "Nobody has this key." in words(office.get(CUSTOMERS, {"on": FRIDAY, "party": "user:0"}))


def test_what_settles_nothing_stands_to_somebodys_credit(office, ada):
    with transaction.atomic():
        lines = (debit(chart.BANK, Decimal("7.00")), credit(chart.RECEIVABLE, Decimal("7.00"), party=ada))
        ledger.post(ledger.Entry(FRIDAY, "manual:1", "Unknown", lines, journal="GENERAL"))
    response = office.get(CUSTOMERS, {"on": FRIDAY, "party": "user:7"})
    assert shown(response)[0][2:] == ["257.00", "", "", "", "", "-7.00", "250.00"]
    assert [shown(response, 1)[0][place] for place in (0, 5, 6)] == ["Unknown", "-7.00", "-7.00"]
    assert "errornote" not in words(response)


def test_a_sum_that_is_not_the_account_is_said_loudly(office, ada):
    tamper("UPDATE accounting_openitem SET residual = residual - 1 WHERE original = 11900")
    page = words(office.get(CUSTOMERS, {"on": FRIDAY}))
    assert "Open items come to 256.99, 1200 Accounts receivable says 257.00" in page


def test_what_we_owe_is_positive_and_a_supplier_has_a_statement(office, acme):
    due = acme.due_on
    response = office.get(SUPPLIERS, {"on": due + timedelta(days=1)})
    assert shown(response)[0][:4] == ["Acme", "supplier:acme", "", "100.00"]
    assert aged.booked(chart.PAYABLE, on=due) == -ledger.balance(chart.PAYABLE) == 100
    _, statement = addresses(response)
    page = words(office.get(statement))
    assert "<dt>Balance</dt><dd><b>100.00</b></dd>" in page
    assert "<dt>Of it overdue</dt><dd>100.00</dd>" in page
    assert "Send to" not in page
    pdf = office.get(statement.replace("/?", "/pdf/?"))
    assert pdf.content.startswith(b"%PDF")
    data = office.get(statement.replace("/?", "/csv/?")).content.decode()
    rows = list(csv.reader(io.StringIO(data)))
    assert rows[0][4:6] == ["Credit", "Debit"]
    assert [row[1] for row in rows[1:]] == ["Brought forward", "Bill", "Payment", "Balance"]


def test_their_pages_lead_there(office, ada, acme):
    for row, slug in ((ada, CUSTOMERS), (acme.supplier, SUPPLIERS)):
        assert f"{slug}?party=" in words(office.get(page_url(row))).replace("&amp;", "&")
    assert f"/admin/statement/{acme.supplier.party_id}/" in words(office.get(page_url(acme.supplier)))


@pytest.mark.parametrize("kind", ["csv", "xlsx", "pdf"])
def test_they_go_out_as_files(office, ada, kind):
    response = office.get(f"{CUSTOMERS[:-1]}.{kind}", {"on": FRIDAY, "party": "user:7"})
    assert len(b"".join(response.streaming_content)) > 300
