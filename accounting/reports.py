"""What the books say, read from posted lines: balances, trial balance, general ledger. Nothing is written.

Profit and loss and the balance sheet stand in `statements`, one account line by line in `lines`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db.models import Q, Sum

from . import reckoned
from .models import Account, BalanceSnapshot, JournalLine, entry_no
from .money import ZERO

Totals = dict[int, tuple[Decimal, Decimal]]

GENERAL_LEDGER = (
    "entry_id",
    "line_no",
    "date",
    "amount",
    "entry__journal",
    "entry__number",
    "entry__fiscal_year__end",
    "entry__document_no",
    "entry__memo",
    "entry__source_key",
    "entry__hash",
    "account__code",
    "account__name",
    "party__key",
    "party__name",
    "tax_code__code",
    "due_date",
    "memo",
    "entry__posted_at",
)


@dataclass(frozen=True, slots=True)
class TrialBalanceRow:
    """One account. Opening and closing are debits less credits; debit and credit are the turnover between."""

    account: Account
    opening: Decimal
    debit: Decimal
    credit: Decimal

    @property
    def closing(self) -> Decimal:
        return self.opening + self.debit - self.credit


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """One posted line with what its entry, account, party and tax code say of it."""

    entry_id: int
    line_no: int
    day: date
    amount: Decimal
    journal: str
    number: int
    year_end: date
    document_no: str
    entry_memo: str
    source_key: str
    hash: str
    account_code: str
    account_name: str
    party_key: str | None
    party_name: str | None
    tax_code: str | None
    due_date: date | None
    memo: str
    posted_at: datetime

    @property
    def entry_no(self) -> str:
        return entry_no(self.journal, self.year_end.year, self.number)

    @property
    def description(self) -> str:
        return self.memo or self.entry_memo


def trial_balance(start: date | None = None, end: date | None = None) -> list[TrialBalanceRow]:
    """Every account that ever moved, by code. None means from the first day, up to the last.

    Balances run on through the years: income and expenses are not reset unless a closing entry does it.
    """
    before = totals(start - timedelta(days=1)) if start else {}
    until = totals(end)
    accounts = Account.objects.in_bulk(until)
    rows = []
    for account in sorted(accounts.values(), key=lambda account: account.code):
        debit, credit = until[account.pk]
        debit_before, credit_before = before.get(account.pk, (ZERO, ZERO))
        opening = debit_before - credit_before
        rows.append(TrialBalanceRow(account, opening, debit - debit_before, credit - credit_before))
    return rows


def totals(until: date | None) -> Totals:
    """Each account's debits and credits from the first day to the one given, by the account's key.

    Adds to the balances kept of the last locked period the months and days since that were reckoned up, and
    to those the lines of later entries: milliseconds, however many lines there are.
    """
    kept = (
        BalanceSnapshot.objects.all()
        if until is None
        else BalanceSnapshot.objects.filter(period_end__lte=until)
    )
    last = kept.order_by("-period_end").values_list("period_end", flat=True).first()
    found: Totals = {}
    if last:
        rows = BalanceSnapshot.objects.filter(period_end=last).values_list("account_id", "debit", "credit")
        found = {account_id: (debit, credit) for account_id, debit, credit in rows}
    since = last + timedelta(days=1) if last else None
    for account_id, debit, credit in reckoned.so_far().turnover(since, until):
        debit_kept, credit_kept = found.get(account_id, (ZERO, ZERO))
        found[account_id] = debit_kept + debit, credit_kept + credit
    return found


def turnover(start: date | None, end: date | None) -> Iterator[tuple[int, Decimal, Decimal]]:
    """Yield account key, debits and credits of the lines between two days, by the lines themselves."""
    yield from (
        JournalLine.objects.posted()
        .between(start, end)
        .values_list("account_id")
        .annotate(
            debits=Sum("amount", filter=Q(amount__gt=0), default=ZERO),
            credits=-Sum("amount", filter=Q(amount__lt=0), default=ZERO),
        )
        .order_by("account_id")
    )


def general_ledger(start: date | None = None, end: date | None = None) -> Iterator[LedgerRow]:
    """Yield every posted line between two days by date, entry and line, without holding them in memory."""
    lines = (
        JournalLine.objects.between(start, end)
        .filter(entry__number__isnull=False)
        .order_by("date", "entry_id", "line_no")
        .values_list(*GENERAL_LEDGER)
    )
    for values in lines.iterator(chunk_size=5000):
        yield LedgerRow(*values)
