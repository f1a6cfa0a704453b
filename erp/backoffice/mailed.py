"""The mails of an order: what was sent to whom, what waits and why, what was held back."""

from typing import Any

from erp.documents.models import Outbox
from erp.invoicing.mails import KINDS
from erp.sales.models import OrderEvent

from . import links
from .pages import Table


def table(order: Any) -> Table:
    """Return the mails of an order. Two queries."""
    events = {event.source_key: event for event in OrderEvent.objects.filter(order=order, name="mailed")}
    rows = [
        (
            links.to(row, KINDS[row.payload["kind"]].name),
            row.created_at,
            state_of(row, sent=row.key in events),
            events[row.key].at if row.key in events else None,
            events[row.key].message.rpartition(" to ")[2].rstrip(".") if row.key in events else "",
            row.last_error,
        )
        for row in Outbox.objects.filter(order_number=order.number, topic="mail").order_by("pk")
    ]
    return Table("Mails", ("Mail", "Asked for", "State", "Sent", "To", "Last error"), rows)


def state_of(row: Outbox, *, sent: bool) -> str:
    """Return in a word or two how far a mail is."""
    if sent:
        return "sent"
    if row.done_at:
        return "held back"
    return "fails" if row.last_error else "waits"
