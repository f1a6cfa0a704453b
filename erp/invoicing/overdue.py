"""Which invoices are overdue, and of which of them their customers should be reminded. Nothing is written."""

from datetime import date, timedelta

from django.db.models import Q, QuerySet

from accounting import chart
from erp.documents.services import company
from erp.sales.customers import resting

from . import providers
from .models import Invoice, Reminder
from .owing import owed_on, still_owed

LONGEST = timedelta(days=3650)


def overdue(on: date) -> QuerySet[Invoice]:
    """Return the invoices that should have been paid before a day, with `open_amount`.

    What a carrier collects at the door is nothing that its customer is late with.
    """
    ways = [way.code for way in providers.available() if way.money_account == chart.CASH_CLEARING]
    late = Invoice.objects.filter(state=Invoice.State.ISSUED, due_on__lt=on)
    late = late.exclude(order__terms__payment_method__in=ways).exclude(order__status="cancelled")
    return still_owed(late)


def to_remind(on: date) -> QuerySet[Invoice]:
    """Return the invoices of which their customers should be reminded on a day."""
    patience = min(timedelta(days=company().reminder_days), LONGEST)
    return overdue(on).filter(due_on__lt=on - patience, reminder=None).exclude(paused(on))


def paused(on: date) -> Q:
    """Return the condition that reminders of an invoice, or of its customer, rest on a day."""
    return resting(on, at="reminder_pause__") | resting(on, at="party__customer_terms__")


def is_still_due(reminder: Reminder, on: date) -> bool:
    """Whether what a mail would remind of is still owed, and nobody has let it rest meanwhile."""
    invoice = reminder.invoice
    rests = Invoice.objects.filter(paused(on), pk=invoice.pk).exists()
    return owed_on(invoice) > 0 and invoice.order.status != "cancelled" and not rests
