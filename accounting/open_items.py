"""Open items as they stood at the end of any day. Nothing is written here.

An item is settled from the day on which both sides and their allocation are in the books. What is left of
an item today, with what has settled it since put back, is what was open on that day. All open items of an
account are then its balance of that day, to the cent.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet

from . import chart
from .models import Account, Allocation, OpenItem, Party
from .money import ZERO

FACTS = (
    *("pk", "line_id", "line__party_id", "line__date", "line__due_date", "line__entry__source_key"),
    *("line__entry__document_no", "line__entry__memo", "original", "residual"),
)


@dataclass(frozen=True, slots=True)
class Item:
    """What was open of one line of the books: debit positive, as `original` is."""

    key: int
    line_id: int
    party_id: int
    day: date
    due: date
    source_key: str
    document_no: str
    memo: str
    original: Decimal
    open: Decimal

    def days_late(self, on: date) -> int:
        return max((on - self.due).days, 0)


def open_at(role: str, *, on: date, party: Party | None = None) -> list[Item]:
    """Return what was open of an account at the end of a day, the first due first.

    What bears no day on which it is due is due at once.
    """
    account = chart.account(role)
    later = _later(account, on)
    touched = Q(pk__in=later.values("debit_item")) | Q(pk__in=later.values("credit_item"))
    rows = OpenItem.objects.filter(~Q(residual=0) | touched, line__account=account, line__date__lte=on)
    if party:
        rows = rows.filter(line__party=party)
    since = _settled_since(later)
    found = (_item(facts, since) for facts in rows.values_list(*FACTS).iterator())
    return sorted((item for item in found if item.open), key=lambda item: (item.due, item.key))


def _item(facts: tuple[Any, ...], since: dict[int, Decimal]) -> Item:
    key, line, party, day, due, source, number, memo, original, left = facts
    was = left + since.get(key, ZERO)
    return Item(key, line, party, day, due or day, source, number, memo, original, was)


def _later(account: Account, on: date) -> QuerySet[Allocation]:
    """Return the allocations that did not count yet at the end of a day."""
    later = Q(date__gt=on) | Q(debit_item__line__date__gt=on) | Q(credit_item__line__date__gt=on)
    return Allocation.objects.filter(later, debit_item__line__account=account)


def _settled_since(later: QuerySet[Allocation]) -> dict[int, Decimal]:
    """Return what was taken off each item since, signed as the item."""
    since: dict[int, Decimal] = defaultdict(lambda: ZERO)
    for debit, credit, amount in later.values_list("debit_item", "credit_item", "amount").iterator():
        since[debit] += amount
        since[credit] -= amount
    return since
