"""A clearing account explained: what was taken in and given back there and is not yet paid out.

Its balance is the movements no payout names, less what payouts name and nobody here knows.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Case, F, Sum, When

from accounting import chart
from accounting.money import ZERO
from erp.invoicing.models import PaymentOperation

from . import moves
from .models import PayoutLine

ROLES = (chart.CLEARING, chart.CASH_CLEARING)


@dataclass(frozen=True, slots=True)
class Waiting:
    """One movement that makes up a clearing account: of ours, or of a payout that nobody here knows."""

    on: date
    amount: Decimal
    order: Any
    what: Any
    age: int


def waiting(role: str, *, today: date) -> Iterator[Waiting]:
    """Yield what makes up a clearing account, the oldest first."""
    for operation in moves.in_clearing(role).order_by("on", "pk"):
        age = (today - operation.on).days
        yield Waiting(operation.on, signed(operation), operation.payment.order, operation, age)
    for line in unexplained(role).select_related("payout").order_by("payout__paid_on", "pk"):
        yield Waiting(line.payout.paid_on, -line.gross, None, line, (today - line.payout.paid_on).days)


def explained(role: str) -> Decimal:
    """Return what a clearing account should stand at."""
    back = When(kind=PaymentOperation.Kind.REFUND, then=-F("amount"))
    moved = moves.in_clearing(role).aggregate(sum=Sum(Case(back, default=F("amount")), default=ZERO))["sum"]
    paid_out = unexplained(role).aggregate(sum=Sum("gross", default=ZERO))["sum"]
    return moved - paid_out


def unexplained(role: str) -> Any:
    """Return lines of payouts that stand for nothing we know."""
    lines = PayoutLine.objects.filter(explanation=None, payout__provider__in=moves.codes_of(role))
    return lines.exclude(gross=0)


def signed(operation: PaymentOperation) -> Decimal:
    """Return what a movement brought to its account."""
    return -operation.amount if operation.kind == PaymentOperation.Kind.REFUND else operation.amount
