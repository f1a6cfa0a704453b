"""Statements of account by mail: asked for by staff, drawn and sent by the outbox."""

from datetime import date, datetime
from typing import Any

from django.conf import settings

from accounting.models import Party
from accounting.refusal import Refusal
from erp.documents import outbox
from erp.documents.outbox import effect

from ..pdf import PdfUnavailable
from ..statement import Statement, statement, statement_pdf
from .letter import compose
from .sending import hand_over

TOPIC = "statement_mail"


class NoAddress(Refusal):
    """The customer has no e-mail address."""


def ask_for_statement(party: Party, *, start: date, end: date, key: str) -> None:
    """Have a statement of account mailed to its customer. The same key is one mail. Raises NoAddress."""
    if not party.email:
        raise NoAddress(f"{party} has no e-mail address.")
    name = f"mail:statement:{party.pk}:{key}"
    outbox.enqueue([effect(name, TOPIC, party=party.pk, start=str(start), end=str(end), mail=name)])


def send_statement(payload: dict[str, Any], *, now: datetime) -> None:
    """Mail a statement of account. It says what the books say now."""
    party = Party.objects.get(pk=payload["party"])
    start, end = (date.fromisoformat(payload[name]) for name in ("start", "end"))
    found = statement(party, start=start, end=end)
    letter = compose("statement", facts(found), papers=_drawn(found))
    hand_over(letter, to=party.email, key=payload["mail"])


def facts(found: Statement) -> dict[str, Any]:
    """Return what the mail says of a statement."""
    return {
        "name": found.party.name,
        "start": found.start,
        "end": found.end,
        "opening": found.opening,
        "closing": found.closing,
        "overdue": found.overdue,
        "held": found.held,
        "currency": settings.CURRENCY,
    }


def _drawn(found: Statement) -> list[tuple[str, bytes]]:
    try:
        return [(f"{found.name}.pdf", statement_pdf(found))]
    except PdfUnavailable:
        return []  # the mail itself says the balance
