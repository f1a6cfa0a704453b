"""What is owed and what settled it, and the balances kept of locked periods and of days."""

from django.db import models
from django.db.models import F, Q

from accounting.money import MoneyField
from accounting.written_once import WrittenOnce

from .accounts import Account
from .journal import JournalLine


class OpenItem(models.Model):
    """What is left of a line on an account that is settled item by item. Debit positive."""

    line = models.OneToOneField(JournalLine, models.PROTECT, related_name="open_item")
    original = MoneyField()
    residual = MoneyField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="no_more_is_settled_than_is_open",
                condition=Q(original__gt=0, residual__gte=0, residual__lte=F("original"))
                | Q(original__lt=0, residual__lte=0, residual__gte=F("original")),
            )
        ]
        indexes = [models.Index(fields=["line"], name="item_still_open", condition=~Q(residual=0))]

    def __str__(self):
        return f"{self.residual} of {self.original}"


class Allocation(WrittenOnce):
    """An amount by which a debit and a credit settle each other."""

    debit_item = models.ForeignKey(OpenItem, models.PROTECT, related_name="allocations_as_debit")
    credit_item = models.ForeignKey(OpenItem, models.PROTECT, related_name="allocations_as_credit")
    amount = MoneyField()
    date = models.DateField()
    key = models.CharField(max_length=200, unique=True)

    class Meta:
        constraints = [models.CheckConstraint(name="an_allocation_is_positive", condition=Q(amount__gt=0))]

    def __str__(self):
        return self.key


class BalanceSnapshot(WrittenOnce):
    """An account's debits and credits from the first day to the end of a locked period."""

    account = models.ForeignKey(Account, models.PROTECT, related_name="+")
    period_end = models.DateField(db_index=True)
    debit = MoneyField()
    credit = MoneyField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "period_end"], name="one_snapshot_an_account_and_period"
            )
        ]

    def __str__(self):
        return f"{self.account_id} at {self.period_end}"


class DayTurnover(WrittenOnce):
    """An account's debits and credits of one day, as far as entries were reckoned up in one go.

    Later entries of that day are further rows, each up to the last entry it counts: none is ever changed.
    """

    account = models.ForeignKey(Account, models.PROTECT, related_name="+", db_index=False)
    date = models.DateField()
    debit = MoneyField()
    credit = MoneyField()
    lines = models.PositiveIntegerField()
    upto = models.BigIntegerField(db_index=True, help_text="The key of the last entry that was counted.")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "date", "upto"], name="one_turnover_an_account_and_day"
            )
        ]
        indexes = [models.Index(fields=["date", "account"], name="turnover_by_date")]

    def __str__(self):
        return f"{self.account_id} on {self.date}"


class MonthTurnover(WrittenOnce):
    """The sum of an account's days of a month that is over. Days reckoned up later are further rows."""

    account = models.ForeignKey(Account, models.PROTECT, related_name="+", db_index=False)
    date = models.DateField(db_index=True, help_text="The first day of the month.")
    debit = MoneyField()
    credit = MoneyField()
    upto = models.BigIntegerField(help_text="The key of the last entry that was counted.")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "date", "upto"], name="one_turnover_an_account_and_month"
            )
        ]

    def __str__(self):
        return f"{self.account_id} in {self.date:%Y-%m}"
