"""Says what a line of the bank stands for, once: money in by the chain, charges into the books, or nothing.

Each function is one transaction. Of two people with the same line only one succeeds.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.timezone import localdate

from accounting import chart, ledger
from accounting.models import JournalEntry
from accounting.money import ZERO
from accounting.refusal import Refusal
from erp import billing, order_to_cash, postings
from erp.documents.models import IllegalTransition
from erp.invoicing import providers
from erp.invoicing.models import PaymentOperation
from erp.sales import services as sales

from . import proposals
from .models import BankLine, BankMatch
from .proposals import Part

State = BankLine.State
Kind = BankMatch.Kind


class LineTaken(Refusal):
    """Somebody else was faster with a line, or it is matched already."""


class NotTheSame(Refusal):
    """A line and what it is to stand for differ: in amount, in direction, or another line has it."""


class CannotUndo(Refusal):
    """Undoing would alter what the chain has made of the money."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """How many lines were accepted without a person, and why others were not."""

    count: int
    refusals: Sequence[str]


@transaction.atomic
def accept(line: BankLine, parts: Sequence[Part], *, why: str = "", by: Any = None) -> list[BankMatch]:
    """Let a line stand for some parts, which come to its amount.

    Raises LineTaken, NotTheSame, and what the chain raises where it takes the money in.
    """
    _require_sum(line, parts)
    _move(line, State.MATCHED)
    sales.hold_all(part.payment.order_id for part in parts if part.payment)
    before = BankMatch.objects.filter(line=line).count()
    matches: list[BankMatch] = []
    for place, part in enumerate(parts, start=before + 1):
        matches += _accept(line, part, place=place, why=why, by=by)
    return matches


def accept_exact(lines: Iterable[BankLine], *, by: Any = None) -> Accepted:
    """Accept those lines of which there is no doubt, each by itself. What is refused stays open."""
    count, refusals = 0, []
    rows = list(lines)
    found = proposals.for_lines(rows)
    for line in (line for line in rows if proposals.exact(found[line.pk])):
        # Asked anew: the line before may have paid what this one would pay again.
        sure = proposals.exact(proposals.for_line(line))
        if sure is None:
            continue
        try:
            accept(line, sure.parts, why=" ".join(sure.why), by=by)
        except Refusal as refusal:
            refusals.append(f"{line}: {refusal}")
        else:
            count += 1
    return Accepted(count, refusals)


@transaction.atomic
def leave(line: BankLine, *, reason: str) -> None:
    """Leave a line as it is, for a reason. Raises LineTaken."""
    _move(line, State.LEFT, reason=reason)


@transaction.atomic
def take_up(line: BankLine) -> None:
    """Take up again a line that was left. Raises LineTaken."""
    if line.state != State.LEFT:
        raise LineTaken(f"The line of {line.amount} was not left.")
    _move(line, State.OPEN, reason="")


@transaction.atomic
def undo(line: BankLine, *, because: str, now: datetime, by: Any = None) -> None:
    """Take back what a line was said to stand for. Raises LineTaken and CannotUndo.

    What was booked for it is reversed, dated today. Money that a customer paid by it is not undone.
    """
    if line.state != State.MATCHED:
        raise LineTaken(f"The line of {line.amount} is not matched.")
    _move(line, State.OPEN)
    for match in BankMatch.objects.filter(line=line, undone_at=None).order_by("pk"):
        if match.is_ours:
            order: Any = match.operation.payment.order  # type: ignore[union-attr]
            raise CannotUndo(
                f"This line has paid order {order.number}, and what the order made of the money stays."
                " If it was another's money, cancel or credit the order: the refund then waits among the"
                " refunds to transfer, to the account the money came from."
            )
        for entry in JournalEntry.objects.filter(source_key=source_key(match)):
            ledger.reverse(entry, on=localdate(now), by=by)
        BankMatch.objects.filter(pk=match.pk).update(undone_at=now, undone_by=by, undone_because=because)


def source_key(match: BankMatch) -> str:
    """Return what the entry of a match is called, if it has one of its own."""
    return f"bankmatch:{match.pk}"


def _require_sum(line: BankLine, parts: Sequence[Part]) -> None:
    total = sum((part.amount for part in parts), ZERO)
    if total != line.amount:
        raise NotTheSame(f"The parts come to {total}, the line to {line.amount}.")
    if any(part.amount * line.amount <= 0 for part in parts):
        raise NotTheSame("Each part goes the way of its line, and none is zero.")


def _move(line: BankLine, state: str, **changes: Any) -> None:
    try:
        line.move_to(state, **changes)
    except IllegalTransition:
        now = BankLine.objects.get(pk=line.pk)
        raise LineTaken(f"The line of {line.amount} is {now.get_state_display()} already.") from None


def _accept(line: BankLine, part: Part, *, place: int, why: str, by: Any) -> list[BankMatch]:
    if part.payment is not None:
        return _take_in(line, part, place=place, why=why, by=by)
    if part.operation is not None:
        return [_shows(line, part, part.operation, why=why, by=by)]
    if part.payout is not None:
        if part.payout.net != part.amount:
            raise NotTheSame(f"Payout {part.payout} is {part.payout.net}, not {part.amount}.")
        return [_match(line, part.amount, Kind.PAYOUT, payout=part.payout, why=why, by=by)]
    return [_book(line, part, why=why, by=by)]


def _take_in(line: BankLine, part: Part, *, place: int, why: str, by: Any) -> list[BankMatch]:
    """Take money in by the chain; what nobody owes is a movement of its own."""
    payment: Any = part.payment
    if part.amount < 0:
        raise NotTheSame("Money that went out pays for nothing.")
    provider = providers.get(payment.provider)
    if provider.money_account != chart.BANK:
        raise NotTheSame(f"Order {payment.order.number} pays by {provider.name}, not by transfer.")
    reference = f"bank:{line.pk}:{place}"
    order_to_cash.settle(
        payment,
        amount=part.amount,
        reference=reference,
        on=line.booked_on,
        by=by,
    )
    ours = Q(reference=reference) | Q(reference__startswith=f"{reference}:")
    moved = PaymentOperation.objects.filter(ours, kind=PaymentOperation.Kind.CAPTURE).order_by("pk")
    return [
        _match(line, row.amount, Kind.PAYMENT, operation=row, is_ours=True, why=why, by=by) for row in moved
    ]


def _shows(line: BankLine, part: Part, operation: PaymentOperation, *, why: str, by: Any) -> BankMatch:
    """Let a line show a movement that is in the books. Money of a clearing account leaves it by this."""
    is_refund = operation.kind == PaymentOperation.Kind.REFUND
    if part.amount != (-operation.amount if is_refund else operation.amount):
        raise NotTheSame(f"{operation} is not {part.amount}.")
    kind = Kind.REFUND if is_refund else Kind.PAYMENT
    match = _match(line, part.amount, kind, operation=operation, why=why, by=by)
    account = providers.get(operation.payment.provider).money_account
    if account != chart.BANK:
        _post(match, account, memo=f"Transferred for {operation.payment}", by=by)
    return match


def _book(line: BankLine, part: Part, *, why: str, by: Any) -> BankMatch:
    account = chart.account(part.account)
    if account.party_required or account.role == chart.BANK:
        raise NotTheSame(f"A line of the bank cannot be booked to {account} by hand.")
    match = _match(line, part.amount, Kind.BOOKED, account=account, why=why, by=by)
    _post(match, account.code, memo=line.text or str(account), by=by)
    return match


def _post(match: BankMatch, account: str, *, memo: str, by: Any) -> None:
    line = match.line
    entry = postings.banked(source_key(match), match.amount, account, on=line.booked_on, memo=memo)
    billing.post(entry, by=by)


def _match(line: BankLine, amount: Decimal, kind: str, *, why: str, by: Any, **what: Any) -> BankMatch:
    match = BankMatch(line=line, amount=amount, kind=kind, why=why[:255], user=by, **what)
    try:
        with transaction.atomic():
            match.save(force_insert=True)
    except IntegrityError:
        raise NotTheSame(f"Another line of the bank stands for {match.operation or match.payout}.") from None
    return match
