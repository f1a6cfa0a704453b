"""The kinds of mail there are: what each is about, what it says, which papers it brings, and when it is moot.

A kind's texts are templates named after its code: `documents/mails/shipped.txt` and `shipped.html`.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from operator import attrgetter
from typing import Any

from django.db.models import Model
from oscar.core.loading import get_model

from erp.delivery.models import DeliveryNote, Return, Withdrawal
from erp.documents.models import Outbox
from erp.documents.outbox import effect

from ..models import CreditNote, Invoice, Payment, PaymentOperation, Reminder
from ..overdue import is_still_due
from . import facts

Order = get_model("order", "Order")

TOPIC = "mail"
Facts = dict[str, Any]


def _nothing(document: Any, **_: Any) -> list[Any]:
    return []


def _always(document: Any, on: date) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of mail. Its functions take the document, and what the payload says besides."""

    code: str
    name: str
    about: type[Model]
    facts: Callable[..., Facts]
    papers: Callable[..., Iterable[Any]] = _nothing
    order_of: Callable[[Any], Any] = attrgetter("order")
    still_true: Callable[[Any, date], bool] = _always
    # Whether the rule for the step 'confirm by mail' governs it. What the law asks for is sent anyway.
    obeys: bool = True

    @property
    def manager(self) -> Any:
        return self.about._default_manager


_TABLE = (
    Kind(
        "order_placed",
        "Order placed",
        Order,
        facts.ordered,
        papers=facts.invoices_of,
        order_of=facts.itself,
        obeys=False,  # the step was planned when the order was placed
    ),
    Kind("shipped", "Shipped", DeliveryNote, facts.shipped),
    Kind("invoice", "Invoice", Invoice, facts.invoice, papers=facts.paper_itself),
    Kind("credit_note", "Credit note", CreditNote, facts.credit_note, papers=facts.paper_itself),
    Kind(
        "refund",
        "Refund",
        PaymentOperation,
        facts.refund,
        papers=facts.credited_by,
        order_of=attrgetter("payment.order"),
    ),
    Kind(
        "order_cancelled",
        "Order cancelled",
        Order,
        facts.order_cancelled,
        papers=facts.credit_notes_of,
        order_of=facts.itself,
    ),
    Kind(
        "reminder",
        "Reminder",
        Reminder,
        facts.reminder,
        papers=facts.reminded_of,
        order_of=attrgetter("invoice.order"),
        still_true=is_still_due,
        obeys=False,  # somebody asked for it
    ),
    Kind("payment_failed", "Payment failed", Payment, facts.payment, still_true=facts.is_unpaid),
    Kind("payment_pending", "Payment still to come", Payment, facts.payment, still_true=facts.is_unpaid),
    Kind("return_requested", "Return requested", Return, facts.returned),
    Kind("return_approved", "Return approved", Return, facts.returned),
    Kind("return_rejected", "Return rejected", Return, facts.returned),
    Kind("withdrawal_receipt", "Receipt of a withdrawal", Withdrawal, facts.withdrawn, obeys=False),
)
KINDS: dict[str, Kind] = {kind.code: kind for kind in _TABLE}


def to_send(
    kind: str, document: Any, order: Any = None, *, after: timedelta = timedelta(0), **said: Any
) -> list[Outbox]:
    """Return the outbox row of a mail about a document: none where the order has no address.

    The document's `order`, or the one given, says to whom. `said` is what the document itself does not
    hold; its values must fit into JSON. The same kind about the same document is one mail.
    """
    order = order or KINDS[kind].order_of(document)
    if order is None or not facts.address_of(order):
        return []
    key, said = key_of(kind, document.pk), said | {"kind": kind, "document": document.pk}
    return [effect(key, TOPIC, order_number=order.number, after=after, **said)]


def key_of(kind: str, pk: int) -> str:
    """Return the key by which the outbox and the order's log know a mail."""
    return f"mail:{kind}:{pk}"
