"""Who owed what at the end of any day, and how late: open items by party. Nothing is written here."""

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from accounting import chart, ledger
from accounting.models import Party
from accounting.money import ZERO
from accounting.open_items import Item, open_at

# The last day late of each bucket. What is later than all stands in one more.
LIMITS = (0, 30, 60, 90)
# Customers owe debits, we owe credits.
SIGNS = {chart.RECEIVABLE: 1, chart.PAYABLE: -1, chart.PREPAYMENTS: -1}


@dataclass(frozen=True, slots=True)
class Aged:
    """What one party owed, by how late it was, and what it had to its credit (below zero)."""

    party: Party
    buckets: tuple[Decimal, ...]
    credit: Decimal

    @property
    def total(self) -> Decimal:
        return sum(self.buckets, self.credit)


def aged(role: str, *, on: date) -> list[Aged]:
    """Return what each party owed at the end of a day, by name."""
    sums: dict[int, list[Decimal]] = defaultdict(lambda: [ZERO] * (len(LIMITS) + 2))
    for item in items(role, on=on):
        place = _bucket(item.days_late(on)) if item.open > 0 else -1
        sums[item.party_id][place] += item.open
    parties = Party.objects.in_bulk(sums)
    found = [Aged(parties[key], tuple(row[:-1]), row[-1]) for key, row in sums.items()]
    return sorted(found, key=lambda row: (row.party.name, row.party.pk))


def totals(role: str, *, on: date) -> dict[int, Decimal]:
    """Return what each party owed at the end of a day, all together, by its key in the database."""
    sums: dict[int, Decimal] = defaultdict(lambda: ZERO)
    for item in items(role, on=on):
        sums[item.party_id] += item.open
    return sums


def booked(role: str, *, on: date) -> Decimal:
    """Return what the control account says is owed at the end of a day."""
    return ZERO + SIGNS[role] * ledger.balance(role, on=on)  # never -0.00


def items(role: str, *, on: date, party: Party | None = None) -> list[Item]:
    """Return what was open at the end of a day: above zero it is owed, below zero it is a credit."""
    sign = SIGNS[role]
    return [
        replace(item, original=sign * item.original, open=sign * item.open)
        for item in open_at(role, on=on, party=party)
    ]


def _bucket(late: int) -> int:
    return next((place for place, last in enumerate(LIMITS) if late <= last), len(LIMITS))
