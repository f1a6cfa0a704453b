"""A mail that was held back, or that waits, sent now because somebody says so."""

from datetime import datetime

from django.db.models import Q

from accounting.refusal import Refusal
from erp.documents.models import Outbox
from erp.sales.models import OrderEvent

from .kinds import TOPIC
from .sending import MAILED


class NotToSend(Refusal):
    """It is no mail, was sent already, or is being sent at this moment."""


def send_now(row: Outbox, *, now: datetime) -> None:
    """Have a mail sent at the worker's next look, whatever the rule for mails says. Raises NotToSend."""
    if row.topic != TOPIC:
        raise NotToSend(f"{row} is no mail to a customer.")
    if OrderEvent.objects.filter(order__number=row.order_number, name=MAILED, source_key=row.key).exists():
        raise NotToSend(f"{row} was sent already.")
    free = Outbox.objects.filter(pk=row.pk).filter(Q(leased_until=None) | Q(leased_until__lte=now))
    said = row.payload | {"by_hand": True}
    if not free.update(payload=said, done_at=None, next_try_at=now, leased_until=None):
        raise NotToSend(f"{row} is being sent at this moment.")
