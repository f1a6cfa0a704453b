"""How a mail would look: of a sample, or of a document there is; and one for trial to whoever asks."""

from datetime import datetime
from typing import Any

from django.db.models import Q

from accounting.refusal import Refusal
from erp.delivery.models import Withdrawal
from erp.documents import outbox
from erp.documents.logo import logo_uri
from erp.documents.outbox import effect

from ..models import CreditNote, Invoice, Payment, PaymentOperation, Reminder
from .kinds import KINDS
from .letter import Attached, Letter, compose
from .samples import SAMPLES
from .sending import attached, hand_over

TOPIC = "test_mail"
NAMES = {code: kind.name for code, kind in KINDS.items()} | {"statement": "Statement of account"}
# By which words a document is found: its own name, or its order's number.
BY_NAME: dict[type, tuple[str, ...]] = {
    Invoice: ("number", "order__number"),
    CreditNote: ("number", "order__number"),
    Withdrawal: ("returned__number", "order__number"),
    Payment: ("reference", "order__number"),
    PaymentOperation: ("reference", "payment__order__number"),
    Reminder: ("invoice__number", "invoice__order__number"),
}
REFUNDS: dict[type, Q] = {PaymentOperation: Q(kind=PaymentOperation.Kind.REFUND)}


class NoSuchDocument(Refusal):
    """Nothing of that name is there to write about."""


class NobodyToWriteTo(Refusal):
    """Whoever asks has no e-mail address."""


def preview(code: str, words: str = "") -> Letter:
    """Return the letter of a kind: of the document of a name, or of a sample. Raises NoSuchDocument."""
    return _letter(code, words, logo=logo_uri(), papers=_named)


def ask_for_test(code: str, words: str, *, to: str, key: str) -> None:
    """Have a preview mailed. The same key is one mail. Raises NoSuchDocument and NobodyToWriteTo."""
    if not to:
        raise NobodyToWriteTo("You have no e-mail address: give your account one first.")
    if words:
        _find(code, words)
    outbox.enqueue([effect(f"mail:test:{key}", TOPIC, kind=code, words=words, to=to, mail=f"test:{key}")])


def send_test(payload: dict[str, Any], *, now: datetime) -> None:
    """Mail a preview."""
    letter = _letter(payload["kind"], payload["words"], papers=attached)
    hand_over(letter.with_subject(f"Test: {letter.subject}"), to=payload["to"], key=payload["mail"])


def _letter(code: str, words: str, *, papers: Any, logo: str = "") -> Letter:
    if not words:
        return compose(code, SAMPLES[code], logo=logo)
    document = _find(code, words)
    kind = KINDS[code]
    return compose(code, kind.facts(document), papers=papers(kind.papers(document)), logo=logo)


def _named(documents: Any) -> list[Attached]:
    """Return the papers' names alone: nothing is drawn to be looked at here."""
    return [(f"{document.number}.pdf", b"") for document in documents]


def _find(code: str, words: str) -> Any:
    """Return the newest document that a kind could be about and that bears a name, or whose order does."""
    kind = KINDS.get(code)
    if kind is None:
        raise NoSuchDocument(f"{NAMES[code]} is shown as a sample only.")
    named = Q()
    for lookup in BY_NAME.get(kind.about, ("number",) if code in OF_ORDERS else ("number", "order__number")):
        named |= Q(**{lookup: words})
    found = kind.manager.filter(named).filter(REFUNDS.get(kind.about, Q())).order_by("-pk").first()
    if found is None or kind.order_of(found) is None:
        raise NoSuchDocument(f"There is nothing to write of for '{words}' in a mail '{kind.name}'.")
    return found


OF_ORDERS = ("order_placed", "order_cancelled")
