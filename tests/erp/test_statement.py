"""The statement of account: what the books say about one customer, to the cent, and all together."""

from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO

import pytest
from pypdf import PdfReader

from accounting import chart, ledger
from accounting.models import Party
from accounting.money import ZERO
from erp import order_to_cash
from erp.invoicing.mails import statements
from erp.invoicing.statement import DaysTheWrongWay, statement, statement_pdf
from tests.books import is_sound
from tests.chain.scenes import FRIDAY, TUESDAY, pay, place, refused, ship, shipped_line, work
from tests.factories import MONDAY, ProductFactory, sale_line

pytestmark = pytest.mark.django_db

YEAR = {"start": date(2026, 1, 1), "end": date(2026, 12, 31)}


@pytest.fixture
def lamp():
    return ProductFactory(title="Lamp", stock=(99, "60.00"))


@pytest.fixture
def ada(lamp):
    """A customer with a paid order of which a piece came back, and one of which a part is paid."""
    first = place(sale_line(lamp, 2, "119.00"), party_key="user:7", email="ada@example.com")
    pay(first)
    ship(first)
    order_to_cash.take_back(first, quantities={shipped_line(first).pk: 1}, on=FRIDAY, reason="Too bright")
    second = place(sale_line(lamp, 1, "59.50"), key="sale-2", party_key="user:7", email="ada@example.com")
    pay(second, amount="20.00", reference="transfer-2")
    work()
    return Party.objects.get(key="user:7")


def told(found):
    return [(row.what, str(row.amount), str(row.balance), str(row.open)) for row in found.movements]


def test_every_invoice_credit_note_payment_and_refund_moves_the_balance(ada):
    found = statement(ada, **YEAR)
    assert (found.opening, found.closing) == (ZERO, Decimal("39.50"))
    assert told(found) == [
        ("Invoice", "238.00", "238.00", "0.00"),
        ("Invoice", "59.50", "297.50", "39.50"),
        ("Payment", "-238.00", "59.50", "0.00"),
        ("Payment", "-20.00", "39.50", "0.00"),
        ("Credit note", "-119.00", "-79.50", "0.00"),
        ("Refund", "119.00", "39.50", "0.00"),
    ]
    assert found.more - found.less == found.closing
    assert found.overdue == Decimal("39.50")
    assert is_sound()


def test_what_was_before_is_brought_forward(ada):
    found = statement(ada, start=TUESDAY, end=TUESDAY)
    assert (found.opening, found.closing) == (Decimal("297.50"), Decimal("39.50"))
    assert len(found.movements) == 2
    assert statement(ada, start=MONDAY, end=MONDAY).movements[0].open == Decimal("238.00")
    quiet = statement(ada, start=FRIDAY + timedelta(days=1), end=date(2026, 12, 31))
    assert (quiet.opening, list(quiet.movements), quiet.closing) == (Decimal("39.50"), [], Decimal("39.50"))
    assert quiet.overdue == Decimal("39.50")
    assert statement(ada, start=MONDAY, end=FRIDAY).overdue == ZERO


@pytest.mark.parametrize("end", [MONDAY, TUESDAY, FRIDAY])
def test_all_statements_together_are_the_control_account(lamp, ada, end):
    for number in range(3):
        order = place(sale_line(lamp, number + 1, "33.33"), key=f"more-{number}")
        if number:
            pay(order, amount="11.11", reference=f"more-{number}")
    days = {"start": date(2026, 1, 1), "end": end}
    found = [statement(party, **days) for party in Party.objects.all()]
    closing = sum((each.closing for each in found), ZERO)
    assert closing == ledger.balance(chart.RECEIVABLE, on=end)
    assert sum((each.held for each in found), ZERO) == -ledger.balance(chart.PREPAYMENTS, on=end)


def test_days_the_wrong_way_are_refused(ada):
    with refused(DaysTheWrongWay, "after the last one"):
        statement(ada, start=FRIDAY, end=MONDAY)


def test_the_paper_says_what_the_statement_says(ada):
    found = statement(ada, **YEAR)
    words = " ".join(page.extract_text() for page in PdfReader(BytesIO(statement_pdf(found))).pages)
    for row in found.movements:
        assert row.number in words
        assert str(row.balance) in words
    assert "Ada Lovelace" in words
    assert "39.50 EUR" in words


def test_it_goes_by_mail_once_with_its_paper(ada, mailoutbox):
    mailoutbox.clear()
    for _ in range(2):
        statements.ask_for_statement(ada, **YEAR, key="once")
    work()
    (mail,) = mailoutbox
    assert mail.to == ["ada@example.com"]
    assert mail.subject == "Your statement of account to 31 December 2026"
    assert "Balance on 31 December 2026: 39.50 EUR" in mail.body
    (name, content, _) = mail.attachments[0]
    assert name == f"statement-{ada.pk}-2026-01-01-2026-12-31.pdf"
    assert content.startswith(b"%PDF")


def test_a_customer_without_an_address_gets_none(lamp):
    party = place(sale_line(lamp, 1, "119.00")).terms.party
    with refused(statements.NoAddress, "no e-mail address"):
        statements.ask_for_statement(party, **YEAR, key="k")


def test_it_names_the_same_facts_as_its_sample(ada):
    from erp.invoicing.mails.samples import SAMPLES

    assert statements.facts(statement(ada, **YEAR)).keys() == SAMPLES["statement"].keys()
