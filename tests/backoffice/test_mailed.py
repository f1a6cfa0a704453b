"""The mails of an order on its page, and those that were held back."""

import pytest

from erp.documents.models import Outbox
from erp.sales.models import Automation
from tests.backoffice.desk import page_url, press, told, words
from tests.chain.scenes import pay, place, ship, work
from tests.factories import sale_line

pytestmark = pytest.mark.django_db


def mails(client, order):
    tables = client.get(page_url(order)).context["page"].tables
    (table,) = [table for table in tables if table.title == "Mails"]
    return [(row[2], row[4], row[5]) for row in table.rows]


def test_an_order_shows_which_mails_went_to_whom(office, finished):
    work()
    assert mails(office, finished) == [("sent", "ada@example.com", "")] * 3
    assert "Order placed</a>" in words(office.get(page_url(finished)))


def test_a_mail_that_was_refused_says_so_on_the_order(office, ordered):
    type(ordered).objects.update(guest_email="nobody")
    work()
    (state, to, error) = mails(office, ordered)[0]
    assert (state, to) == ("fails", "")
    assert "is no e-mail address" in error
    assert "mail refused" in words(office.get(page_url(ordered)))
    todos = {todo.label: todo.count for todo in office.get("/admin/").context["todos"]}
    assert (todos["Failed steps"], todos["Mails and calls that are stuck"]) == (1, 1)


def test_one_that_was_held_back_is_sent_by_hand_once(as_role, lamp, mailoutbox):
    clerk = as_role("sales")
    Automation.objects.create(step="mail", mode="manual")
    order = place(sale_line(lamp, 1, "119.00"), email="ada@example.com")
    pay(order)
    ship(order)
    work()
    assert mailoutbox == []
    assert mails(clerk, order) == [("held back", "", "")]
    row = Outbox.objects.get(topic="mail")
    assert "Send it now" in words(clerk.get(page_url(row)))
    assert [level for level, _ in told(press(clerk, "send_now", row))] == ["success"]
    work()
    assert mails(clerk, order) == [("sent", "ada@example.com", "")]
    assert [level for level, _ in told(press(clerk, "send_now", row))] == ["error"]
    work()
    assert len(mailoutbox) == 1


def test_what_is_no_mail_is_not_sent_as_one(office, ordered):
    row = Outbox.objects.exclude(topic="mail").first()
    assert "no mail" in str(told(press(office, "send_now", row)))
