"""Profit and loss of some days, and the balance sheet of one: read from posted lines, never posted.

No entry closes a year. What a year earned, and what the years before it earned, is reckoned whenever somebody
looks: from the same balances as the trial balance, so that neither can say anything else than the other.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from .chart import COST_OF_GOODS_SOLD, REVENUE
from .models import Account, FiscalYear
from .money import ZERO
from .reports import TrialBalanceRow, trial_balance

ASSET, LIABILITY, EQUITY = Account.Kind.ASSET, Account.Kind.LIABILITY, Account.Kind.EQUITY
INCOME, EXPENSE = Account.Kind.INCOME, Account.Kind.EXPENSE
TRADE = (REVENUE, COST_OF_GOODS_SOLD)

Groups = dict[str, dict[Account, Decimal]]
"""Accounts with what they come to, under the headings that the chart gives them, both by code."""


@dataclass(frozen=True, slots=True)
class ProfitAndLoss:
    """What was earned and what it cost. Income is positive, and so are expenses, each in its own part."""

    sales: Groups
    cost_of_sales: Groups
    other_income: Groups
    expenses: Groups

    @property
    def gross_profit(self) -> Decimal:
        return total(self.sales) - total(self.cost_of_sales)

    @property
    def result(self) -> Decimal:
        return self.gross_profit + total(self.other_income) - total(self.expenses)


@dataclass(frozen=True, slots=True)
class BalanceSheet:
    """What there is, and whose it is. Each part is positive as it usually is."""

    year_start: date
    assets: Groups
    liabilities: Groups
    equity: Groups
    result_of_year: Decimal
    result_before: Decimal

    @property
    def own(self) -> Decimal:
        """Return what belongs to the company: its equity with all results."""
        return total(self.equity) + self.result_of_year + self.result_before

    @property
    def difference(self) -> Decimal:
        """Return by how much it does not balance: nothing, unless somebody got past the guards."""
        return total(self.assets) - total(self.liabilities) - self.own


def profit_and_loss(start: date, end: date) -> ProfitAndLoss:
    """Return income and expenses of the days from start to end, both included.

    Sales are the income under the heading of the account for revenue, cost of sales the expenses under that
    of the account for goods sold: what is left of the first after the second is the gross profit.
    """
    trade = _headings_of_trade()
    parts: dict[tuple[str, bool], list[tuple[Account, Decimal]]] = defaultdict(list)
    for row in trial_balance(start, end):
        account, moved = row.account, row.debit - row.credit
        is_trade = account.group in trade or account.role in TRADE
        parts[account.kind, is_trade].append((account, -moved if account.kind == INCOME else moved))
    return ProfitAndLoss(
        sales=grouped(parts[INCOME, True]),
        cost_of_sales=grouped(parts[EXPENSE, True]),
        other_income=grouped(parts[INCOME, False]),
        expenses=grouped(parts[EXPENSE, False]),
    )


def balance_sheet(on: date) -> BalanceSheet:
    """Return what there is at the end of a day, and what its year up to then and the years before earned."""
    start = year_start(on)
    rows = trial_balance(start, on)
    results = [row for row in rows if row.account.kind in (INCOME, EXPENSE)]
    return BalanceSheet(
        start,
        _standing(rows, ASSET, sign=1),
        _standing(rows, LIABILITY, sign=-1),
        _standing(rows, EQUITY, sign=-1),
        result_of_year=sum((row.credit - row.debit for row in results), ZERO),
        result_before=-sum((row.opening for row in results), ZERO),
    )


def year_start(day: date) -> date:
    """Return the first day of the fiscal year of a day; of a year that was never opened, New Year's Day."""
    year = FiscalYear.objects.filter(start__lte=day, end__gte=day).first()
    return year.start if year else date(day.year, 1, 1)


def grouped(figures: Iterable[tuple[Account, Decimal]]) -> Groups:
    """Return figures, which come by code, under their headings, without those that are nothing."""
    groups: Groups = {}
    for account, amount in figures:
        if amount:
            groups.setdefault(account.group, {})[account] = amount
    return groups


def total(groups: Groups) -> Decimal:
    return sum((amount for group in groups.values() for amount in group.values()), ZERO)


def _headings_of_trade() -> set[str]:
    return set(Account.objects.filter(role__in=TRADE).values_list("group", flat=True)) - {""}


def _standing(rows: Iterable[TrialBalanceRow], kind: str, *, sign: int) -> Groups:
    return grouped((row.account, sign * row.closing) for row in rows if row.account.kind == kind)
