"""The one reminder that a customer gets of an overdue invoice, and how it is held back."""

import logging
from datetime import date, datetime
from typing import Any

from django.db.transaction import atomic
from django.utils.timezone import localdate

from accounting.refusal import Refusal
from erp.documents import outbox
from erp.documents.services import company
from erp.sales import services as sales

from . import mails
from .models import Invoice, Reminder, ReminderPause
from .overdue import overdue, paused, to_remind

logger = logging.getLogger(__name__)


class NothingToRemind(Refusal):
    """The invoice is paid, not yet due, or its customer has no address."""


class RemindedAlready(Refusal):
    """A customer is reminded of an invoice once."""


class RemindersRest(Refusal):
    """Nobody is to be reminded of this invoice now."""


@atomic
def remind(invoice: Invoice, *, on: date, by: Any = None) -> Reminder:
    """Remind a customer of an invoice, by mail. What is paid until it is sent is not asked for.

    Raises RemindedAlready, RemindersRest and NothingToRemind.
    """
    order = sales.hold(invoice.order_id)
    late: Any = overdue(on).filter(pk=invoice.pk).first()
    _require_reminding(invoice, late, order, on=on)
    reminder = Reminder(invoice=invoice, on=on, owed=late.open_amount, user=by)
    Reminder.objects.bulk_create([reminder])
    outbox.enqueue(mails.to_send("reminder", reminder, order))
    words = f"{late.open_amount} of {invoice} is overdue."
    sales.note(order, "reminded", words, f"invoice:{invoice.pk}", by=by)
    return reminder


def remind_due(payload: dict[str, Any], *, now: datetime) -> None:
    """Remind of everything that is due for it, where the company has chosen that it goes by itself."""
    if not company().reminds_by_itself:
        return
    today = localdate(now)
    for invoice in to_remind(today).order_by("pk"):
        try:
            remind(invoice, on=today)
        except Refusal as refusal:
            logger.info("Not reminded: %s", refusal)


def pause(invoice: Invoice, *, why: str, until: date | None = None, by: Any = None) -> ReminderPause:
    """Let reminders of an invoice rest, such as one in dispute."""
    said = {"paused_why": why, "paused_until": until, "user": by}
    return ReminderPause.objects.update_or_create(invoice=invoice, defaults=said)[0]


def go_on(invoice: Invoice) -> None:
    """Let reminders of an invoice rest no longer."""
    ReminderPause.objects.filter(invoice=invoice).delete()


def _require_reminding(invoice: Invoice, late: Invoice | None, order: Any, *, on: date) -> None:
    if Reminder.objects.filter(invoice=invoice).exists():
        raise RemindedAlready(f"The customer was reminded of {invoice} already.")
    if late is None:
        raise NothingToRemind(f"{invoice} is not overdue.")
    if Invoice.objects.filter(paused(on), pk=invoice.pk).exists():
        raise RemindersRest(f"Reminders of {invoice}, or of its customer, rest.")
    if not mails.address_of(order):
        raise NothingToRemind(f"The customer of {invoice} has no e-mail address: write by post.")
