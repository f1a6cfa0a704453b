"""Entries that somebody writes by hand, before they are in the books. `drafts` alone writes them."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from accounting.guards.rule import Rule
from accounting.money import MoneyField
from accounting.written_once import WrittenOnce

from .accounts import Account, Party, TaxCode
from .journal import JournalEntry

TABLE = "accounting_draftline"
OF_A_FROZEN_ONE = (
    "EXISTS (SELECT 1 FROM accounting_entrydraft d WHERE d.id = OLD.draft_id"
    " AND d.state IN ('posted', 'discarded'))"
)


class EntryDraft(models.Model):
    """A manual entry: drafted, where it is large agreed to by a second person, and posted."""

    class State(models.TextChoices):
        DRAFT = "draft", "draft"
        WAITING = "waiting", "waiting for a second person"
        POSTED = "posted", "posted"
        DISCARDED = "discarded", "discarded"

    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    date = models.DateField()
    memo = models.CharField(max_length=500)
    document_no = models.CharField("document", max_length=40, blank=True)
    reverse_on = models.DateField(null=True, blank=True, help_text="The day on which it is undone, if it is.")
    drafted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    drafted_at = models.DateTimeField(db_default=Now())
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        help_text="Who changed it last.",
    )
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    entry = models.OneToOneField(JournalEntry, models.PROTECT, null=True, related_name="draft")

    # The day on which a posted one is to be undone may still be decided.
    FROZEN_WHEN = ("state IN ('posted', 'discarded')", {"reverse_on"})

    class Meta:
        verbose_name = "manual entry"
        verbose_name_plural = "manual entries"
        constraints = [
            models.CheckConstraint(
                condition=Q(state="posted", entry__isnull=False) | (~Q(state="posted") & Q(entry=None)),
                name="a_manual_entry_is_posted_once",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "waiting", "posted", "discarded"]),
                name="state_of_a_manual_entry_is_known",
            ),
            models.CheckConstraint(
                condition=Q(reverse_on=None) | Q(reverse_on__gt=F("date")),
                name="an_entry_is_undone_after_its_day",
            ),
            models.CheckConstraint(
                condition=Q(approved_by=None)
                | (
                    Q(state="posted")
                    & (Q(drafted_by=None) | ~Q(approved_by=F("drafted_by")))
                    & (Q(changed_by=None) | ~Q(approved_by=F("changed_by")))
                ),
                name="nobody_approves_their_own_entry",
            ),
        ]

    def __str__(self):
        return f"{self.pk}: {self.memo}"


class DraftLine(models.Model):
    """A line of a manual entry: debit positive, credit negative."""

    draft = models.ForeignKey(EntryDraft, models.CASCADE, related_name="lines")
    account = models.ForeignKey(Account, models.PROTECT, related_name="+")
    amount = MoneyField()
    party = models.ForeignKey(Party, models.PROTECT, null=True, blank=True, related_name="+")
    tax_code = models.ForeignKey(TaxCode, models.PROTECT, null=True, blank=True, related_name="+")
    memo = models.CharField(max_length=500, blank=True)

    PART_OF = "draft"
    GUARDS = (
        Rule(TABLE, "UPDATE", "TRUE", "A line of a manual entry is not changed, but written anew."),
        Rule(TABLE, "DELETE", OF_A_FROZEN_ONE, "This manual entry can no longer be changed."),
    )

    class Meta:
        constraints = [models.CheckConstraint(name="a_drafted_line_is_not_zero", condition=~Q(amount=0))]

    def __str__(self):
        return f"{self.account} {self.amount}"


class Attachment(WrittenOnce):
    """A file that proves a manual entry."""

    draft = models.ForeignKey(EntryDraft, models.PROTECT, related_name="attachments")
    name = models.CharField(max_length=255)
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(db_default=Now())

    def __str__(self):
        return self.name
