"""Do bank, payouts and books agree? Each check yields a sentence for what is wrong."""

from collections.abc import Iterator
from decimal import Decimal

from django.db.models import F, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce

from accounting import chart, evidence, ledger
from accounting.finding import Finding
from accounting.money import ZERO, money_value
from erp.invoicing import providers
from erp.invoicing.models import PaymentOperation

from . import clearing
from .models import (
    BankLine,
    BankMatch,
    BankStatement,
    Payout,
    PayoutExplanation,
    PayoutLine,
    Transfer,
    TransferBatch,
)

ZERO_MONEY = money_value(0)
REVERSAL = ":reversal"


def statements_add_up() -> Iterator[str]:
    """14 Opening balance and lines of a statement make its closing balance."""
    lines = BankLine.objects.filter(statement=OuterRef("pk")).order_by().values("statement")
    rows = BankStatement.objects.annotate(
        moved=Coalesce(Subquery(lines.annotate(total=Sum("amount")).values("total")), ZERO_MONEY)
    )
    for row in rows.exclude(closing=F("opening") + F("known") + F("moved")).order_by("pk"):
        yield f"{row}: {row.opening}, {row.known} and {row.moved} do not make {row.closing}."


def matched_lines_are_matched_whole() -> Iterator[str]:
    """14 A line of the bank that is matched is matched to the cent; no other is matched at all."""
    live = BankMatch.objects.filter(line=OuterRef("pk"), undone_at=None).order_by().values("line")
    rows = BankLine.objects.annotate(
        matched=Coalesce(Subquery(live.annotate(total=Sum("amount")).values("total")), ZERO_MONEY)
    )
    wrong = rows.filter(~Q(matched=F("amount")), state="matched") | rows.filter(
        ~Q(matched=ZERO_MONEY), state__in=("open", "left")
    )
    for line in wrong.order_by("pk"):
        yield f"The line {line} is {line.get_state_display()}, its matches come to {line.matched}."


def matches_are_what_they_name() -> Iterator[str]:
    """14 A match is about the amount of the movement or payout it names."""
    live = BankMatch.objects.filter(undone_at=None).select_related("operation__payment", "payout")
    for match in live.exclude(kind="booked").order_by("pk").iterator():
        if match.operation:
            sign = -1 if match.operation.kind == PaymentOperation.Kind.REFUND else 1
            named = sign * match.operation.amount
        else:
            named = match.payout.net if match.payout else ZERO
        if named != match.amount:
            yield f"The bank line {match.line_id} is matched by {match.amount} to {match}, which is {named}."


def the_bank_is_booked_once() -> Iterator[str]:
    """9 Exactly one entry for each line booked by itself, and for each payout."""
    wanted = dict(_entries())
    booked = evidence.by_source(chart.BANK, ("bankmatch:", "payout:"))
    found = {key: amount for key, amount in booked.items() if not key.endswith(REVERSAL)}
    for key in sorted(wanted.keys() | found.keys()):
        if wanted.get(key, ZERO) != found.get(key, ZERO):
            yield Finding(
                f"{key} is about {wanted.get(key, ZERO)}, the books say {found.get(key, ZERO)}.", about=key
            )


def what_is_undone_is_reversed() -> Iterator[str]:
    """9 The entry of a match that was undone is reversed, and no other is."""
    undone = {
        f"bankmatch:{pk}{REVERSAL}"
        for pk in BankMatch.objects.filter(undone_at__isnull=False).values_list("pk", flat=True)
    }
    entries = evidence.source_keys(("bankmatch:",))
    for key in sorted(entries):
        if key.endswith(REVERSAL) and key not in undone:
            yield Finding(f"{key} has undone a match that still counts.", about=key)
        elif f"{key}{REVERSAL}" in undone and f"{key}{REVERSAL}" not in entries:
            yield Finding(f"{key} was undone, but its entry was not reversed.", about=key)


def payouts_are_their_lines() -> Iterator[str]:
    """7 A payout is the sum of its lines."""
    lines = PayoutLine.objects.filter(payout=OuterRef("pk")).order_by().values("payout")
    sums = {
        f"sum_{name}": Coalesce(Subquery(lines.annotate(total=Sum(column)).values("total")), ZERO_MONEY)
        for name, column in (("gross", "gross"), ("fees", "fee"), ("net", "net"))
    }
    rows = Payout.objects.annotate(**sums)
    wrong = rows.exclude(gross=F("sum_gross"), fees=F("sum_fees"), net=F("sum_net"))
    for payout in wrong.order_by("pk"):
        yield f"Payout {payout} is {payout.net} net, its lines come to {payout.sum_net}."  # type: ignore[attr-defined]


def clearing_is_what_is_not_paid_out() -> Iterator[str]:
    """7 A clearing account is what was taken in and not yet paid out, order by order."""
    for role in clearing.ROLES:
        explained, booked = clearing.explained(role), ledger.balance(role)
        if explained != booked:
            yield f"{chart.account(role)} stands at {booked}, explained are {explained}."


def explanations_add_up() -> Iterator[str]:
    """7 A payout's line is our movement and what was written off."""
    rows = PayoutExplanation.objects.select_related("line", "operation")
    for row in rows.order_by("pk").iterator():
        ours = clearing.signed(row.operation) if row.operation else ZERO
        if row.line.gross != ours + row.difference:
            yield f"{row.line} of {row.line.gross} is explained by {ours} and {row.difference}."


def transfers_are_their_refunds() -> Iterator[str]:
    """10 What was ordered at the bank is what was refunded, each refund once."""
    rows = TransferBatch.objects.annotate(moved=Sum("transfers__amount"))
    for batch in rows.exclude(total=F("moved")).order_by("pk"):
        yield f"{batch} is over {batch.total}, its transfers over {batch.moved}."  # type: ignore[attr-defined]
    for transfer in Transfer.objects.exclude(amount=F("operation__amount")).order_by("pk"):
        yield f"{transfer} is not what was refunded."


def _entries() -> Iterator[tuple[str, Decimal]]:
    """Yield each entry that banking makes on the bank's account, and what it moves there."""
    for match in BankMatch.objects.select_related("operation__payment").order_by("pk").iterator():
        posts = match.kind == "booked"
        if match.operation and not match.is_ours:
            posts = providers.get(match.operation.payment.provider).money_account != chart.BANK
        if posts:
            yield f"bankmatch:{match.pk}", match.amount
    for pk, net in Payout.objects.values_list("pk", "net"):
        yield f"payout:{pk}", net


CHECKS = [
    statements_add_up,
    matched_lines_are_matched_whole,
    matches_are_what_they_name,
    the_bank_is_booked_once,
    what_is_undone_is_reversed,
    payouts_are_their_lines,
    clearing_is_what_is_not_paid_out,
    explanations_add_up,
    transfers_are_their_refunds,
]
