"""What a line of the bank could stand for: by number, amount and name, each with its reasons.

Only what is exact is accepted without a person: one number, and the amount that is owed.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.db.models import F, Q, QuerySet

from accounting import chart
from accounting.money import ZERO, money_value
from erp.invoicing import payments
from erp.invoicing.models import Payment, PaymentOperation

from . import moves, naming
from .models import BankLine, BankMatch, Payout, TransferBatch

BY_NUMBER, BY_AMOUNT, BY_NAME = 60, 30, 10
MOST = 6
AROUND = timedelta(days=31)
OPEN = (Payment.State.STARTED, Payment.State.AUTHORISED, Payment.State.CAPTURED)
CHARGES = ("entgelt", "gebühr", "kontoführung", "bank charge", "account fee", "service charge", "monthly fee")


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a line and what it stands for: one of the four. Signed as the line."""

    amount: Decimal
    payment: Payment | None = None
    operation: PaymentOperation | None = None
    payout: Payout | None = None
    account: str = ""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a line could stand for, and why. `owed` is what is still to come or to go for it."""

    title: str
    parts: Sequence[Part]
    owed: Decimal
    why: Sequence[str]
    score: int
    is_exact: bool = False
    order: Any = field(default=None)

    @property
    def key(self) -> str:
        """Return a name by which a form asks for it again."""
        return " ".join(
            f"{kind}:{row.pk if row else part.account}"
            for part in self.parts
            for kind, row in _named_part(part)
        )


def for_line(line: BankLine) -> list[Proposal]:
    """Return what a line could stand for, the likeliest first."""
    return for_lines([line])[line.pk]


def for_lines(lines: Iterable[BankLine]) -> dict[int, list[Proposal]]:
    """Return proposals by line. The numbers of all lines are looked up together."""
    rows = list(lines)
    named = naming.find({text for line in rows for text in (line.text, line.end_to_end)})
    answers = {}
    for line in rows:
        orders = {
            order
            for text in (line.text, line.end_to_end)
            for keys in named.get(text, {}).values()
            for order in keys
        }
        found = _incoming(line, orders) if line.amount > 0 else _outgoing(line, orders)
        unique = {proposal.key: proposal for proposal in sorted(found, key=lambda one: one.score)}
        answers[line.pk] = _worth_showing(sorted(unique.values(), key=lambda one: -one.score))
    return answers


def exact(found: Sequence[Proposal]) -> Proposal | None:
    """Return the one proposal that needs no person, if there is exactly one."""
    sure = [proposal for proposal in found if proposal.is_exact]
    return sure[0] if len(sure) == 1 else None


def payments_of(orders: set[int]) -> list[Payment]:
    """Return for each order the payment by transfer that takes in its money: one that is open, if any is."""
    rows = Payment.objects.filter(order__in=orders, provider__in=moves.codes_of(chart.BANK))
    best: dict[int | None, Payment] = {}
    for payment in sorted(rows.select_related("order", "party").order_by("pk"), key=_is_done):
        best.setdefault(payment.order_id, payment)
    return list(best.values())


def owed_on(payment: Payment) -> Decimal:
    """Return what is still to come on a payment; nothing where it was given up."""
    return ZERO if payment.state not in OPEN else payments.still_to_come(payment)


def end_to_end(refund: PaymentOperation) -> str:
    """Return the end-to-end id by which a refund of ours is transferred."""
    return f"REFUND-{refund.pk}"


def _incoming(line: BankLine, orders: set[int]) -> Iterator[Proposal]:
    yield from _payouts(line)
    booked = list(_booked_already(line, orders))
    yield from booked
    is_sure = len(orders) == 1 and not line.is_reversal and not any(one.is_exact for one in booked)
    named = payments_of(orders)
    owed = {payment.pk: owed_on(payment) for payment in named}
    for payment in named:
        fits = owed[payment.pk] == line.amount
        yield _payment(line, payment, owed[payment.pk], named=True, is_exact=fits and is_sure)
    debts = [payment for payment in named if owed[payment.pk]]
    if len(debts) > 1 and sum((owed[payment.pk] for payment in debts), ZERO) == line.amount:
        yield _together(debts, owed)
    if is_sure and line.amount in owed.values():
        return  # nobody asks what else it could be
    for payment in _by_amount_or_name(line).exclude(order__in=orders)[: 2 * MOST]:
        yield _payment(line, payment, owed_on(payment), named=False)


def _is_done(payment: Payment) -> bool:
    return payment.state not in OPEN or payment.captured >= payment.amount


def _by_amount_or_name(line: BankLine) -> QuerySet[Payment]:
    """Return open payments of this amount, or of somebody of this name."""
    rows = Payment.objects.filter(
        order__isnull=False,
        provider__in=moves.codes_of(chart.BANK),
        state__in=OPEN,
        captured__lt=F("amount"),
    )
    fits = Q(amount=F("captured") + money_value(line.amount))
    for name in _turned(line.name):
        fits |= Q(party__name__iexact=name)
    return rows.filter(fits).select_related("order", "party").order_by("pk")


def _worth_showing(found: list[Proposal]) -> list[Proposal]:
    """Leave out what only has a name in common where something has its number."""
    least = BY_AMOUNT if found and found[0].score >= BY_NUMBER else 0
    return [proposal for proposal in found if proposal.score >= least][:MOST]


def _payment(
    line: BankLine, payment: Payment, owed: Decimal, *, named: bool, is_exact: bool = False
) -> Proposal:
    order: Any = payment.order
    why = [f"Order {order.number} is named."] if named else []
    if owed == line.amount:
        why.append("The amount is what is owed.")
    elif not owed:
        why.append("Nothing is owed on it: all would be kept for the customer.")
    elif line.amount > owed:
        why.append(f"{line.amount - owed} more than is owed.")
    else:
        why.append(f"A part: {owed - line.amount} would still be owed.")
    same_name = payment.party is not None and _same(payment.party.name, line.name)
    if same_name:
        why.append(f"{line.name} is the customer.")
    score = BY_NUMBER * named + BY_AMOUNT * (owed == line.amount) + BY_NAME * same_name
    title = f"Order {order.number}"
    return Proposal(title, [Part(line.amount, payment=payment)], owed, why, score, is_exact, order)


def _together(debts: Sequence[Payment], owed: dict[int, Decimal]) -> Proposal:
    title = "Orders " + ", ".join(str(payment.order.number) for payment in debts if payment.order)
    parts = [Part(owed[payment.pk], payment=payment) for payment in debts]
    total = sum((part.amount for part in parts), ZERO)
    why = ["All of them are named.", "Together they owe this amount."]
    return Proposal(title, parts, total, why, BY_NUMBER + BY_AMOUNT + 1)


def _booked_already(line: BankLine, orders: set[int]) -> Iterator[Proposal]:
    """Yield money that somebody took in by hand: the line shows it, and nothing is booked again."""
    rows = moves.captures_not_on_statement().filter(
        amount=line.amount, on__range=(line.booked_on - AROUND, line.booked_on + AROUND)
    )
    found = list(rows.order_by("pk")[:MOST])
    named = [operation for operation in found if operation.payment.order_id in orders]
    for operation in found:
        is_named = operation in named
        is_exact = is_named and len(named) == len(orders) == 1 and not line.is_reversal
        yield _operation(line, operation, is_named, is_exact, "It was taken in by hand already.")


def _outgoing(line: BankLine, orders: set[int]) -> Iterator[Proposal]:
    yield from _payouts(line)
    rows = moves.refunds_not_on_statement().select_related("transfer__batch")
    found = list(rows.filter(amount=-line.amount).order_by("pk")[:MOST])
    ours = [refund for refund in found if line.end_to_end and line.end_to_end == end_to_end(refund)]
    named = ours or [refund for refund in found if refund.payment.order_id in orders]
    for refund in found:
        sure = refund in named and len(named) == 1 and not line.is_reversal and (ours or len(orders) == 1)
        yield _operation(line, refund, refund in named, bool(sure), "It is still to be transferred.")
    yield from _batches(line)
    if any(word in line.text.casefold() for word in CHARGES):
        part = Part(line.amount, account=chart.FEES)
        yield Proposal("Bank charges", [part], -line.amount, ["The text speaks of charges."], BY_NUMBER)


def _operation(
    line: BankLine, operation: PaymentOperation, named: bool, is_exact: bool, first: str
) -> Proposal:
    order: Any = operation.payment.order
    party = operation.payment.party
    same_name = party is not None and _same(party.name, line.name)
    why = [first, "The amount is the same."]
    if named:
        why.insert(0, f"Order {order.number} is named." if order else "It is named.")
    if same_name:
        why.append(f"{line.name} is the customer.")
    kind = "Refund of" if operation.kind == operation.Kind.REFUND else "Money taken in for"
    title = f"{kind} order {order.number}" if order else f"{kind} {operation.payment}"
    # Above what would be booked anew: the same money is never taken in twice.
    score = BY_NUMBER * named + BY_AMOUNT + BY_NAME * same_name + 2
    parts = [Part(line.amount, operation=operation)]
    return Proposal(title, parts, abs(line.amount), why, score, is_exact, order)


def _batches(line: BankLine) -> Iterator[Proposal]:
    """Yield orders to the bank over several refunds that it carried out in one sum."""
    for batch in TransferBatch.objects.filter(total=-line.amount, count__gt=1).order_by("-pk")[:MOST]:
        refunds = list(moves.refunds_not_on_statement().filter(transfer__batch=batch).order_by("pk"))
        if len(refunds) == batch.count:
            named = _stands_in(batch.reference, line)
            why = ["It is named."] if named else []
            parts = [Part(-refund.amount, operation=refund) for refund in refunds]
            title = f"{batch.count} refunds ordered as {batch}"
            why.append("Its sum is the same.")
            score = BY_NUMBER * named + BY_AMOUNT + 3
            yield Proposal(title, parts, batch.total, why, score, named and not line.is_reversal)


def _payouts(line: BankLine) -> Iterator[Proposal]:
    rows = Payout.objects.filter(
        net=line.amount, paid_on__range=(line.booked_on - AROUND, line.booked_on + AROUND)
    ).exclude(bank_matches__in=BankMatch.objects.filter(undone_at=None))
    for payout in rows.order_by("-paid_on", "-pk")[:MOST]:
        named = _stands_in(payout.reference, line)
        why = [f"{payout} is named."] if named else []
        why.append("Its net amount is the same.")
        score = BY_NUMBER * named + BY_AMOUNT + 3
        part = Part(line.amount, payout=payout)
        yield Proposal(
            f"Payout {payout}", [part], abs(payout.net), why, score, named and not line.is_reversal
        )


def _stands_in(number: str, line: BankLine) -> bool:
    wanted = naming.compact(number)
    texts = (line.text, line.end_to_end, line.name)
    return any(found.word == wanted for text in texts for found in naming.candidates(text))


def _turned(name: str) -> set[str]:
    """Return a name as it is, and with the last word or what follows a comma in front."""
    last, comma, first = name.partition(",")
    words = name.split()
    turned = {name, f"{first.strip()} {last.strip()}"} if comma else {name, " ".join(words[1:] + words[:1])}
    return turned - {""}


def _same(name: str, other: str) -> bool:
    """Whether two names are the same people: banks turn names around and write them large."""
    words, others = sorted(name.casefold().split()), sorted(other.casefold().replace(",", " ").split())
    return bool(words) and words == others


def _named_part(part: Part) -> Iterator[tuple[str, Any]]:
    rows: dict[str, Any] = {"payment": part.payment, "operation": part.operation, "payout": part.payout}
    found = [(kind, row) for kind, row in rows.items() if row is not None]
    yield from found or [("account", None)]
