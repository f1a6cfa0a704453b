"""Two who remind, send or look at the same moment: one reminder, one mail."""

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from erp.documents import outbox
from erp.documents.models import Outbox
from erp.invoicing import reminders
from erp.invoicing.models import Invoice, Reminder
from tests.books import is_sound
from tests.chain.scenes import company, place, work
from tests.chain.threads import split, together
from tests.factories import ProductFactory, sale_line

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def invoice():
    lamp = ProductFactory(title="Lamp", stock=(9, "60.00"))
    order = place(sale_line(lamp, 2, "119.00"), email="ada@example.com")
    work()
    mail.outbox.clear()
    return order.invoices.get()


def test_two_who_remind_of_the_same_invoice_write_one_reminder(invoice):
    day = invoice.due_on + timedelta(days=8)
    done, refused = split(
        together([lambda: reminders.remind(Invoice.objects.get(pk=invoice.pk), on=day) for _ in range(2)])
    )
    assert [type(error) for error in refused] == [reminders.RemindedAlready]
    assert Reminder.objects.count() == len(done) == 1
    work()
    assert len(mail.outbox) == 1
    assert is_sound()


def test_two_workers_send_one_mail(invoice):
    reminders.remind(invoice, on=invoice.due_on + timedelta(days=8))
    row = Outbox.objects.get(done_at=None, topic="mail")
    now = timezone.now() + timedelta(seconds=1)
    answers, errors = split(together([lambda: outbox.deliver(row.pk, now=now) for _ in range(4)]))
    assert (errors, sum(answers)) == ([], 1)
    assert len(mail.outbox) == 1


def test_two_workers_who_find_the_same_overdue_invoices_remind_once(invoice):
    company(reminds_by_itself=True)
    later = timezone.now() + timedelta(days=365)
    _, errors = split(together([lambda: reminders.remind_due({}, now=later) for _ in range(3)]))
    assert errors == []
    assert Reminder.objects.count() == 1
