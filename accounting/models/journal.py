"""Journal entries and their lines. `ledger` alone writes them; `guards` make the database insist."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Greatest

from accounting.money import MoneyField, money_value
from accounting.written_once import WrittenOnce, WrittenOnceManager, WrittenOnceQuerySet

from .accounts import Account, Party, TaxCode
from .calendar import FiscalYear, Period


class Journal(models.TextChoices):
    GENERAL = "GENERAL", "General journal"
    SALES = "SALES", "Sales"
    PURCHASES = "PURCHASES", "Purchases"
    CASH = "CASH", "Bank, cash and clearing"
    STOCK = "STOCK", "Stock and cost of goods"
    OPENING = "OPENING", "Opening balances"


class JournalSequence(models.Model):
    """The counter and the last hash of one journal in one year. Locked last when an entry is posted."""

    journal = models.CharField(max_length=10, choices=Journal)
    fiscal_year = models.ForeignKey(FiscalYear, models.PROTECT, related_name="sequences")
    last_no = models.PositiveIntegerField(default=0)
    last_hash = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["journal", "fiscal_year"], name="one_counter_a_journal_and_year")
        ]

    def __str__(self):
        return f"{self.journal}-{self.fiscal_year}"


class JournalEntry(models.Model):
    """One event in the books. A draft until its number is set; from then on nothing of it changes."""

    journal = models.CharField(max_length=10, choices=Journal)
    date = models.DateField()
    fiscal_year = models.ForeignKey(FiscalYear, models.PROTECT, related_name="+", db_index=False)
    period = models.ForeignKey(Period, models.PROTECT, related_name="entries")
    number = models.PositiveIntegerField(null=True, help_text="Without gaps in its journal and year.")
    source_key = models.CharField(max_length=200, unique=True, help_text="What caused it: invoice:12.")
    digest = models.CharField(max_length=64, help_text="Of what the source said, to know a repetition.")
    document_no = models.CharField(max_length=40, blank=True, db_index=True)
    memo = models.CharField(max_length=500, blank=True)
    late_for = models.DateField(
        null=True, blank=True, help_text="The day it belongs to, where that day's period was closed."
    )
    reverses = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="reversed_by")
    posted_at = models.DateTimeField(null=True)
    posted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    hash = models.CharField(max_length=64, blank=True)

    objects = WrittenOnceManager()
    open_items: list[int]  # Keys of the open items of an entry that was just posted.

    class Meta:
        verbose_name_plural = "journal entries"
        constraints = [
            models.UniqueConstraint(
                fields=["journal", "fiscal_year", "number"], name="an_entry_number_is_given_once"
            ),
            models.CheckConstraint(
                name="a_posted_entry_has_time_and_hash",
                condition=Q(number=None) | (Q(posted_at__isnull=False) & ~Q(hash="")),
            ),
            models.CheckConstraint(
                name="a_late_entry_belongs_to_an_earlier_day",
                condition=Q(late_for=None) | Q(late_for__lt=F("date")),
            ),
            models.CheckConstraint(name="journal_is_known", condition=Q(journal__in=Journal.values)),
        ]
        indexes = [
            models.Index(fields=["date", "id"], name="entry_by_date"),
            models.Index(fields=["id"], name="entry_draft", condition=Q(number=None)),
            models.Index(fields=["date"], name="entry_late", condition=Q(late_for__isnull=False)),
        ]

    def __str__(self):
        return self.entry_no or f"draft {self.source_key}"

    @property
    def entry_no(self) -> str:
        """Such as SALES-2026-000042; empty for a draft. A journal's year is named by its end."""
        return "" if self.number is None else entry_no(self.journal, self.fiscal_year.end.year, self.number)


def entry_no(journal: str, year: int, number: int) -> str:
    return f"{journal}-{year}-{number:06d}"


class JournalLineQuerySet(WrittenOnceQuerySet):
    def posted(self):
        """Without the lines of drafts, of which there are none but while one is being posted."""
        return self.exclude(entry__in=JournalEntry.objects.filter(number=None))

    def between(self, start, end):
        """Dated from start to end, both included; None is no limit."""
        lines = self if start is None else self.filter(date__gte=start)
        return lines if end is None else lines.filter(date__lte=end)


JournalLineManager = models.Manager.from_queryset(JournalLineQuerySet)


class JournalLine(WrittenOnce):
    """An amount on an account: debit positive, credit negative."""

    entry = models.ForeignKey(JournalEntry, models.PROTECT, related_name="lines", db_index=False)
    line_no = models.PositiveSmallIntegerField()
    account = models.ForeignKey(Account, models.PROTECT, related_name="lines", db_index=False)
    amount = MoneyField()
    date = models.DateField(help_text="Its entry's date, kept here for the indexes.")
    party = models.ForeignKey(Party, models.PROTECT, null=True, related_name="lines")
    tax_code = models.ForeignKey(TaxCode, models.PROTECT, null=True, related_name="lines")
    due_date = models.DateField(null=True)
    memo = models.CharField(max_length=500, blank=True)
    currency = models.CharField(max_length=3, blank=True, help_text="Of amount_cur; the amount is in ours.")
    amount_cur = MoneyField(null=True)
    debit = models.GeneratedField(
        expression=Greatest(F("amount"), money_value(0)), output_field=MoneyField(), db_persist=True
    )
    credit = models.GeneratedField(
        expression=Greatest(-F("amount"), money_value(0)), output_field=MoneyField(), db_persist=True
    )

    objects: ClassVar = JournalLineManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["entry", "line_no"], name="a_line_has_its_place"),
            models.CheckConstraint(name="a_line_is_not_zero", condition=~Q(amount=0)),
            models.CheckConstraint(
                name="a_foreign_amount_has_a_currency",
                condition=Q(currency="", amount_cur=None) | (~Q(currency="") & Q(amount_cur__isnull=False)),
            ),
        ]
        indexes = [
            models.Index(fields=["account", "date", "entry", "line_no", "amount"], name="line_by_account"),
            models.Index(fields=["date", "account", "amount"], name="line_by_date"),
        ]

    def __str__(self):
        return f"{self.entry_id}/{self.line_no}"
