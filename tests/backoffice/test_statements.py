"""The statement of account of a customer: on screen, as files, by mail."""

import csv
import io

import pytest

from accounting.models import Party
from erp.documents.models import Outbox
from tests.backoffice.desk import page_url, told, words
from tests.chain.scenes import pay, place, work
from tests.factories import sale_line

pytestmark = pytest.mark.django_db

DAYS = {"start": "2026-01-01", "end": "2026-12-31"}


@pytest.fixture
def ada(lamp):
    order = place(sale_line(lamp, 2, "119.00"), email="ada@example.com", party_key="user:7")
    pay(order, amount="100.00")
    work()
    return Party.objects.get(key="user:7")


def test_a_customers_page_leads_to_what_is_owed(as_role, ada):
    books = as_role("accountant")
    url = f"/admin/statement/{ada.pk}/"
    assert url in words(books.get(page_url(ada)))
    page = words(books.get(url, DAYS))
    assert "<dt>Balance</dt><dd><b>138.00</b></dd>" in page
    assert "INV-2026-000001" in page
    assert "Send to ada@example.com" in page


def test_its_csv_ends_with_the_balance_and_holds_no_formula(office, ada):
    response = office.get(f"/admin/statement/{ada.pk}/csv/", DAYS)
    rows = list(csv.reader(io.StringIO(response.content.decode())))
    assert [row[1] for row in rows[1:]] == ["Brought forward", "Invoice", "Payment", "Balance"]
    assert rows[2][2:] == ["INV-2026-000001", "2026-03-16", "238.00", "0.00", "238.00", "138.00"]
    assert rows[-1][6] == "138.00"
    assert f'filename="statement-{ada.pk}-2026-01-01-2026-12-31.csv"' in response["Content-Disposition"]


def test_its_pdf_is_one(office, ada):
    assert office.get(f"/admin/statement/{ada.pk}/pdf/", DAYS).content.startswith(b"%PDF")


def test_one_press_sends_it_once(office, ada, mailoutbox):
    mailoutbox.clear()
    for _ in range(2):
        response = office.post(f"/admin/statement/{ada.pk}/send/", DAYS | {"key": "k"}, follow=True)
        assert told(response) == [("success", "The statement is on its way to ada@example.com.")]
    work()
    assert len(mailoutbox) == 1


@pytest.mark.parametrize("days", [{"start": "2026-12-31", "end": "2026-01-01"}, {"start": "soon"}])
def test_wrong_days_are_told_and_send_nothing(office, ada, days):
    url = f"/admin/statement/{ada.pk}/"
    assert "errorlist" in words(office.get(url, days))
    assert office.get(f"{url}pdf/", days).status_code == 302
    office.post(f"{url}send/", days | {"key": "k"})
    assert not Outbox.objects.filter(topic="statement_mail").exists()


def test_what_customers_owe_is_not_the_warehouses(as_role, ada):
    packer = as_role("warehouse")
    for path in ("", "pdf/", "csv/"):
        assert packer.get(f"/admin/statement/{ada.pk}/{path}", DAYS).status_code == 403
    assert packer.post(f"/admin/statement/{ada.pk}/send/", DAYS).status_code == 403
    assert packer.get("/admin/statement/999999/").status_code == 403
