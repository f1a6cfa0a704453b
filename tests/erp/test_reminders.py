"""Terms of a customer, overdue invoices, and the one reminder of each."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.conf import settings as project
from django.db import DatabaseError, IntegrityError, connection, transaction

from erp import order_to_cash
from erp.documents import daily, outbox
from erp.documents.models import Outbox
from erp.invoicing import overdue, reminders
from erp.invoicing.models import Reminder
from erp.sales import customers
from tests.books import findings, is_sound
from tests.chain.scenes import FRIDAY, company, pay, place, refused, work
from tests.factories import MONDAY, ProductFactory, sale_line

pytestmark = pytest.mark.django_db

DUE = MONDAY + timedelta(days=14)
LATE = DUE + timedelta(days=8)
JUNE = date(2026, 6, 1)


@pytest.fixture
def lamp():
    return ProductFactory(title="Lamp", stock=(9, "60.00"))


@pytest.fixture
def order(lamp):
    return place(sale_line(lamp, 2, "119.00"), email="ada@example.com")


@pytest.fixture
def invoice(order):
    """An invoice over 238.00, due on the 16th of March, of which the customer knows."""
    work()
    return order.invoices.get()


def subjects(mailoutbox):
    return [mail.subject for mail in mailoutbox]


class TestTermsOfACustomer:
    def test_are_copied_to_the_next_order_and_make_its_due_date(self, lamp):
        first = place(sale_line(lamp, 1, "119.00"), party_key="user:7")
        customers.agree(first.terms.party, payment_days=30)
        second = place(sale_line(lamp, 1, "119.00"), key="sale-2", party_key="user:7")
        customers.agree(first.terms.party, payment_days=3)
        third = place(sale_line(lamp, 1, "119.00"), key="sale-3", party_key="user:7")
        due = [order.invoices.get().due_on - MONDAY for order in (first, second, third)]
        assert [days.days for days in due] == [14, 30, 3]
        assert [order.terms.payment_days for order in (first, second, third)] == [None, 30, 3]

    def test_of_no_days_make_an_invoice_due_at_once(self, lamp):
        party = place(sale_line(lamp, 1, "119.00"), party_key="user:7").terms.party
        customers.agree(party, payment_days=0)
        order = place(sale_line(lamp, 1, "119.00"), key="sale-2", party_key="user:7")
        assert order.invoices.get().due_on == MONDAY

    def test_rest_reminders_for_a_reason_only(self, order):
        with refused(customers.PauseWithoutReason, "Say why"):
            customers.agree(order.terms.party, paused_until=JUNE)
        terms = customers.agree(order.terms.party)
        with pytest.raises(IntegrityError, match="a_customers_pause_has_a_reason"), transaction.atomic():
            type(terms).objects.update(paused_until=JUNE)

    def test_are_agreed_with_customers_alone(self, order):
        party = order.terms.party
        party.kind = "supplier"
        with refused(customers.NotACustomer, "no customer"):
            customers.agree(party, payment_days=3)


class TestOverdue:
    def test_is_what_is_owed_after_its_day(self, invoice):
        assert not overdue.overdue(DUE).exists()
        (late,) = overdue.overdue(DUE + timedelta(days=1))
        assert late.open_amount == Decimal("238.00")

    def test_is_reminded_of_after_the_companys_patience(self, invoice):
        assert not overdue.to_remind(LATE - timedelta(days=1)).exists()
        assert list(overdue.to_remind(LATE)) == [invoice]
        company(reminder_days=30)
        assert not overdue.to_remind(LATE).exists()

    def test_is_not_what_a_carrier_collects(self, invoice, settings):
        settings.PAYMENT_PROVIDERS = [*project.PAYMENT_PROVIDERS, "tests.erp.test_reminders.AtTheDoor"]
        type(invoice.order.terms).objects.update(payment_method="door")
        assert not overdue.overdue(LATE).exists()


class AtTheDoor:
    code, name, money_account, prepaid = "door", "At the door", "CASH_CLEARING", False

    @classmethod
    def missing(cls):
        return ""


class TestAReminder:
    def test_says_what_is_still_owed_and_how_to_pay_and_brings_the_invoice(self, order, invoice, mailoutbox):
        company(iban="DE89370400440532013000")
        pay(order, amount="100.00")
        reminders.remind(invoice, on=LATE)
        work()
        last = mailoutbox[-1]
        assert last.subject == f"A reminder: invoice {invoice.number} is still open"
        assert "138.00 EUR should have been here by 16 March 2026" in last.body
        assert f"Please transfer 138.00 EUR with the reference {order.number}" in last.body
        assert "IBAN DE89 3704 0044 0532 0130 00" in last.body
        assert [name for name, *_ in last.attachments] == [f"{invoice.number}.pdf"]
        reminder = Reminder.objects.get()
        assert (reminder.invoice, reminder.on, reminder.owed) == (invoice, LATE, Decimal("138.00"))
        names = order.events.order_by("pk").values_list("name", flat=True)
        assert list(names)[-2:] == ["reminded", "mailed"]
        assert is_sound()

    def test_is_given_once(self, invoice, mailoutbox):
        reminders.remind(invoice, on=LATE)
        with refused(reminders.RemindedAlready, "already"):
            reminders.remind(invoice, on=JUNE)
        work()
        assert len(mailoutbox) == 2

    def test_asks_for_nothing_before_its_time(self, invoice):
        with refused(reminders.NothingToRemind, "not overdue"):
            reminders.remind(invoice, on=DUE)

    def test_is_not_given_for_what_was_paid_or_credited(self, order, invoice):
        line = invoice.lines.get()
        order_to_cash.credit(invoice, amounts={line.pk: Decimal("119.00")}, on=FRIDAY, key="c")
        pay(order, amount="119.00")
        with refused(reminders.NothingToRemind, "not overdue"):
            reminders.remind(invoice, on=LATE)

    def test_without_an_address_is_left_to_the_post(self, lamp):
        invoice = place(sale_line(lamp, 1, "119.00")).invoices.get()
        with refused(reminders.NothingToRemind, "by post"):
            reminders.remind(invoice, on=LATE)

    @pytest.mark.parametrize("meanwhile", ["paid", "cancelled", "credited", "disputed", "paused"])
    def test_is_not_mailed_when_there_is_no_reason_any_more(self, order, invoice, mailoutbox, meanwhile):
        reminders.remind(invoice, on=LATE)
        mailoutbox.clear()
        if meanwhile == "paid":
            pay(order)
        elif meanwhile == "cancelled":
            order_to_cash.cancel(order, on=LATE)
        elif meanwhile == "credited":
            order_to_cash.credit(invoice, amounts={invoice.lines.get().pk: invoice.gross}, on=LATE, key="c")
        elif meanwhile == "disputed":
            reminders.pause(invoice, why="One lamp is broken")
        else:
            customers.agree(order.terms.party, paused_why="Promised to pay")
        work()
        assert not [subject for subject in subjects(mailoutbox) if "reminder" in subject]
        assert Outbox.objects.get(key__startswith="mail:reminder").done_at

    @pytest.mark.parametrize("sql", ["UPDATE {} SET owed = 1", "DELETE FROM {}"])
    def test_once_written_never_changes(self, invoice, sql):
        reminders.remind(invoice, on=LATE)
        table = Reminder._meta.db_table
        with (
            pytest.raises(DatabaseError, match=r"reminder is (written once|never deleted)"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(sql.format(table))

    def test_before_its_time_is_found_by_the_audit(self, invoice):
        Reminder.objects.bulk_create([Reminder(invoice=invoice, on=DUE, owed=Decimal("238.00"))])
        (finding,) = findings()
        assert finding == f"{invoice}, due on 2026-03-16: 238.00 was reminded of on 2026-03-16."


class TestAPause:
    def test_of_an_invoice_holds_until_it_is_ended(self, invoice):
        reminders.pause(invoice, why="One lamp is broken")
        assert not overdue.to_remind(JUNE).exists()
        with refused(reminders.RemindersRest, "rest"):
            reminders.remind(invoice, on=JUNE)
        reminders.go_on(invoice)
        assert reminders.remind(invoice, on=JUNE)

    def test_of_an_invoice_may_end_on_a_day(self, invoice):
        reminders.pause(invoice, why="Pays at the end of May", until=JUNE)
        assert not overdue.to_remind(JUNE).exists()
        assert overdue.to_remind(JUNE + timedelta(days=1)).exists()

    def test_of_a_customer_holds_for_all_invoices(self, lamp, order, invoice):
        place(sale_line(lamp, 1, "119.00"), key="sale-2", email="x@example.com", party_key="guest:sale-1")
        assert overdue.to_remind(LATE).count() == 2
        customers.agree(order.terms.party, paused_why="A good one", paused_until=JUNE)
        assert not overdue.to_remind(LATE).exists()
        assert overdue.to_remind(JUNE + timedelta(days=1)).count() == 2


class TestByItself:
    MORNING = datetime(2026, 3, 24, 8, tzinfo=UTC)

    @pytest.fixture(autouse=True)
    def _first_look(self):
        daily._asked.clear()
        yield
        daily._asked.clear()

    def day(self, moment):
        """A worker looks twice, and another one too."""
        for _ in range(2):
            daily.ask(moment)
        daily._asked.clear()
        daily.ask(moment)
        while outbox.run_due(moment + timedelta(days=365)):
            pass

    def test_nothing_is_sent_unless_the_company_wants_it(self, invoice, mailoutbox):
        mailoutbox.clear()
        self.day(self.MORNING)
        assert mailoutbox == []
        assert Outbox.objects.get(topic="remind").done_at

    def test_what_is_due_is_reminded_of_once(self, invoice, monkeypatch, mailoutbox):
        company(reminds_by_itself=True)
        mailoutbox.clear()
        for days in range(3):
            self.day(self.MORNING + timedelta(days=days))
        assert len(mailoutbox) == 1
        assert Outbox.objects.filter(topic="remind").count() == 3

    def test_nobody_is_written_to_before_the_morning(self, invoice):
        daily.ask(datetime(2026, 3, 24, 3, tzinfo=UTC))
        assert Outbox.objects.get(topic="remind").key == "daily:remind:2026-03-23"

    def test_one_that_cannot_be_reminded_holds_up_no_other(self, lamp, order, invoice, mailoutbox):
        place(sale_line(lamp, 1, "119.00"), key="sale-2")
        company(reminds_by_itself=True)
        place(sale_line(lamp, 1, "119.00"), key="sale-3", email="eve@example.com")
        self.day(self.MORNING)
        reminded = [mail.to for mail in mailoutbox if "reminder" in mail.subject]
        assert reminded == [["ada@example.com"], ["eve@example.com"]]
