"""Sends one mail. It is noted on the order, and its step is done, once the mail server has taken it.

A worker killed between the two sends it once more, under the same Message-ID; one killed later does not.
"""

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from smtplib import SMTPDataError, SMTPRecipientsRefused
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.timezone import localdate

from accounting.refusal import Refusal
from erp.sales import services as sales
from erp.sales import steps
from erp.sales.models import Automation, OrderEvent, Step

from ..pdf import PdfUnavailable, document_pdf
from . import facts
from .kinds import KINDS, Kind, key_of
from .letter import Attached, Letter, compose, message_of

logger = logging.getLogger(__name__)

MAILED, REFUSED = "mailed", "mail refused"
PERMANENT = 500


class MailRefused(Refusal):
    """The mail server will not take this mail for this address, now or later. An address may be mended."""

    wait = timedelta(days=1)


def send(payload: dict[str, Any], *, now: datetime) -> None:
    """Send a mail that the outbox holds, unless it was sent or has become moot. Raises MailRefused."""
    said = dict(payload)
    kind = KINDS[said.pop("kind")]
    document, by_hand = kind.manager.get(pk=said.pop("document")), said.pop("by_hand", False)
    order, key = kind.order_of(document), key_of(kind.code, document.pk)
    if _was_sent(order, key) or not kind.still_true(document, localdate(now)):
        return
    if not (by_hand or _goes_by_itself(kind, order)):
        return
    try:
        _mail(kind, document, said, to=facts.address_of(order), key=key)
    except MailRefused as refusal:
        _note_refusal(kind, order, str(refusal), key=key)
        raise
    _note_sent(kind, order, key=key)


def _mail(kind: Kind, document: Any, said: dict[str, Any], *, to: str, key: str) -> None:
    _require_address(to)
    papers = attached(kind.papers(document, **said))
    hand_over(compose(kind.code, kind.facts(document, **said), papers=papers), to=to, key=key)


def hand_over(letter: Letter, *, to: str, key: str) -> None:
    """Give a letter to the mail server. Raises MailRefused, and whatever may pass by itself."""
    _require_address(to)
    message = message_of(letter, to=to, key=key)
    try:
        message.send()
    except SMTPRecipientsRefused as error:
        code, answer = error.recipients[to]
        raise _what_it_means(error, code, answer, to) from error
    except SMTPDataError as error:
        raise _what_it_means(error, error.smtp_code, error.smtp_error, to) from error


def attached(documents: Iterable[Any]) -> list[Attached]:
    """Return names and PDFs. Where they cannot be drawn the mail goes without: its link leads to them."""
    try:
        return [(f"{document.number}.pdf", document_pdf(document)) for document in documents]
    except PdfUnavailable as refusal:
        logger.warning("A mail goes without its papers. %s", refusal)
        return []


def _goes_by_itself(kind: Kind, order: Any) -> bool:
    mode = Automation.Mode.AUTOMATIC
    return not kind.obeys or steps.modes(order.terms.payment_method)[Step.Name.MAIL] == mode


def _was_sent(order: Any, key: str) -> bool:
    return OrderEvent.objects.filter(order=order, name=MAILED, source_key=key).exists()


@transaction.atomic
def _note_sent(kind: Kind, order: Any, *, key: str) -> None:
    sales.note(order, MAILED, f"{kind.name} to {facts.address_of(order)}.", key)
    if kind.code == "order_placed":
        steps.mark(order, Step.Name.MAIL, steps.DONE)


@transaction.atomic
def _note_refusal(kind: Kind, order: Any, sentence: str, *, key: str) -> None:
    """Say it on the order the first time, and among the failed steps for as long as it is so."""
    if not OrderEvent.objects.filter(order=order, name=REFUSED, source_key=key, message=sentence).exists():
        sales.note(order, REFUSED, sentence, key)
    if kind.code == "order_placed":
        steps.mark(order, Step.Name.MAIL, steps.Outcome(Step.State.FAILED, sentence))


def _require_address(to: str) -> None:
    try:
        validate_email(to)
    except ValidationError:
        raise MailRefused(f"'{to}' is no e-mail address.") from None


def _what_it_means(error: Exception, code: int, answer: Any, to: str) -> Exception:
    words = answer.decode(errors="replace") if isinstance(answer, bytes) else str(answer)
    return MailRefused(f"The mail server refuses {to}: {code} {words}") if code >= PERMANENT else error
