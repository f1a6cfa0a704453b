"""Accounts in between, explained: of which orders, payments and receipts their balance of any day is made.

What papers say today is known part by part, and is what the books say today. What was posted after the day
asked for is taken off again, entry by entry, from the parts it belongs to. So late entries count from the day
they are dated, and what is left over is what no paper explains. Nothing is written here.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Q, Sum

from accounting import chart, ledger
from accounting.models import Account, Journal, JournalLine, OpenItem
from accounting.money import ZERO
from accounting.open_items import open_at

from . import parts
from .parts import Parts

# How the parts of an account are known today, and to which of them an entry belongs.
READ = {
    chart.CLEARING: (parts.in_clearing, parts.of_clearing),
    chart.CASH_CLEARING: (parts.in_clearing, parts.of_clearing),
    chart.DEFERRED_REVENUE: (parts.deferred, parts.of_orders),
    chart.GOODS_RECEIVED_NOT_INVOICED: (parts.not_invoiced, parts.of_purchases),
}
KINDS = ("payment", "payout", "payoutline", "bankmatch", *parts.ORDERS, *parts.PURCHASES, "bill")


@dataclass(frozen=True, slots=True)
class Explained:
    """An account at the end of a day: its parts, and what no part explains. Debits less credits."""

    account: Account
    on: date
    balance: Decimal
    parts: Parts
    opened: Decimal  # what it held when the books began here, of which there are no papers

    @property
    def known(self) -> Decimal:
        return sum(self.parts.values(), self.opened)

    @property
    def rest(self) -> Decimal:
        return self.balance - self.known


def explained(role: str, *, on: date) -> Explained:
    """Return of what an account is made at the end of a day."""
    account, balance = chart.account(role), ledger.balance(role, on=on)
    if account.open_item:
        items = {(OpenItem, item.key): item.open for item in open_at(role, on=on)}
        return Explained(account, on, balance, items, ZERO)
    if role not in READ:
        return Explained(account, on, balance, {}, ZERO)
    today, belong = READ[role]
    found: Parts = defaultdict(lambda: ZERO, today(role))
    for part, amount in belong(_since(account, on)):
        found[part] -= amount
    known = {part: amount for part, amount in found.items() if amount}
    return Explained(account, on, balance, known, _opened(account, on))


def strange_lines(found: Explained) -> Any:
    """Return the lines of an account that no kind of paper posts, the latest first."""
    papers = Q(entry__journal=Journal.OPENING)
    for kind in KINDS:
        papers |= Q(entry__source_key__startswith=f"{kind}:")
    lines = JournalLine.objects.posted().between(None, found.on).filter(account=found.account)
    return lines.exclude(papers).select_related("entry__fiscal_year").order_by("-date", "-pk")


def _since(account: Account, on: date) -> dict[str, Decimal]:
    """Return what each entry dated after a day brought to an account, by its source key."""
    lines = JournalLine.objects.posted().filter(account=account, date__gt=on).order_by()
    return dict(lines.values_list("entry__source_key").annotate(Sum("amount")))


def _opened(account: Account, on: date) -> Decimal:
    lines = JournalLine.objects.posted().between(None, on).filter(account=account)
    opening = lines.filter(entry__journal=Journal.OPENING)
    return opening.aggregate(sum=Sum("amount", default=ZERO))["sum"]
