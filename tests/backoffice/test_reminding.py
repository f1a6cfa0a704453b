"""The list of what is overdue, reminders at the press of a button, and terms of a customer."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounting.models import Party
from erp.documents.models import Company
from erp.invoicing.models import Invoice, Reminder, ReminderPause
from erp.sales.models import CustomerTerms
from tests.backoffice.desk import list_url, page_url, press, told, words
from tests.backoffice.test_settings import change
from tests.chain.scenes import place, work
from tests.factories import sale_line

pytestmark = pytest.mark.django_db


@pytest.fixture
def overdue(lamp):
    """Two invoices of March, overdue since long: one of Ada and one of nobody whom a mail reaches."""
    first = place(sale_line(lamp, 1, "119.00"), email="ada@example.com")
    second = place(sale_line(lamp, 1, "119.00"), key="sale-2")
    work()
    return [first.invoices.get(), second.invoices.get()]


def listed(client, **filters):
    response = client.get(list_url(Invoice), filters)
    return {row.pk for row in response.context["cl"].result_list}


@pytest.mark.parametrize("role", ["sales", "accountant"])
def test_one_press_reminds_and_tells_of_each(as_role, overdue, mailoutbox, role):
    clerk = as_role(role)
    ada, nobody = overdue
    assert listed(clerk, reminder="due") == {ada.pk, nobody.pk}
    response = press(clerk, "remind", ada, nobody)
    assert told(response) == [
        ("success", f"{ada}: a reminder of 119.00 is on its way."),
        ("error", f"The customer of {nobody} has no e-mail address: write by post."),
    ]
    work()
    assert "A reminder" in mailoutbox[-1].subject
    assert listed(clerk, reminder="sent") == {ada.pk}
    assert listed(clerk, reminder="due") == {nobody.pk}
    assert Reminder.objects.get().user.username == role


def test_the_page_of_an_invoice_says_how_late_it_is(office, overdue):
    ada = overdue[0]
    days = (timezone.localdate() - ada.due_on).days
    page = words(office.get(page_url(ada)))
    assert f"<dt>Days late</dt><dd>{days}</dd>" in page
    assert ">Remind</button>" in page
    assert f'class="field-late">{days}<' in words(office.get(list_url(Invoice)))


def test_an_invoice_in_dispute_rests_until_it_goes_on(office, overdue):
    ada = overdue[0]
    assert "This field is required" in words(press(office, "pause", ada, why=""))
    press(office, "pause", ada, why="One lamp is broken", until="")
    assert ReminderPause.objects.get().user.username == "administrator"
    assert "rests: One lamp is broken" in words(office.get(page_url(ada)))
    assert listed(office, reminder="rests") == {ada.pk}
    assert [level for level, _ in told(press(office, "remind", ada))] == ["error"]
    press(office, "go_on", ada)
    assert listed(office, reminder="rests") == set()


def test_what_is_agreed_with_a_customer_is_kept_on_the_customers_page(as_role, overdue):
    books = as_role("accountant")
    party = overdue[0].party
    assert "as usual" in words(books.get(page_url(party)))
    until = timezone.localdate() + timedelta(days=9)
    said = {"payment_days": "30", "paused_why": "A good one", "paused_until": until}
    assert [level for level, _ in told(press(books, "agree", party, **said))] == ["success"]
    terms = CustomerTerms.objects.get(party=party)
    assert (terms.payment_days, terms.paused_until) == (30, until)
    page = words(books.get(page_url(party)))
    assert "<dt>Days to pay</dt><dd>30</dd>" in page
    assert "A good one (until" in page
    assert listed(books, reminder="rests") == {overdue[0].pk}


@pytest.mark.parametrize(
    ("said", "slip"),
    [
        ({"payment_days": "-1"}, "greater than or equal to 0"),
        ({"payment_days": "99999"}, "less than or equal to 3650"),
        ({"paused_until": "2027-01-01"}, "Say why"),
        ({"paused_until": "soon"}, "valid date"),
    ],
)
def test_a_slip_in_the_terms_of_a_customer_is_refused(office, overdue, said, slip):
    assert slip in words(press(office, "agree", overdue[0].party, **said))
    assert not CustomerTerms.objects.exists()


def test_terms_are_not_the_warehouses(as_role, overdue):
    packer = as_role("warehouse")
    press(packer, "agree", overdue[0].party, payment_days="3")
    press(packer, "remind", overdue[0])
    assert not CustomerTerms.objects.exists()
    assert not Reminder.objects.exists()


def test_a_supplier_has_no_terms_of_a_customer(office):
    mill = Party.objects.create(key="supplier:1", kind="supplier", name="Mill")
    assert "Terms" not in words(office.get(page_url(mill))).split("<dl")[0]
    assert [level for level, _ in told(press(office, "agree", mill, payment_days="3"))] == ["error"]


def test_the_first_page_counts_reminders_to_send(office, overdue):
    todos = {todo.label: todo.count for todo in office.get("/admin/").context["todos"]}
    assert todos["Reminders to send"] == 2


def test_the_company_decides_when_and_whether_by_itself(office):
    firm = change(office, Company.objects.get(), reminder_days="10", reminds_by_itself="on")
    assert (firm.reminder_days, firm.reminds_by_itself) == (10, True)
