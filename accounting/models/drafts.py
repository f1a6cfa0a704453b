"""Entries that somebody writes by hand, before they are in the books. `drafts` alone writes them."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from accounting.money import MoneyField
from accounting.written_once import WrittenOnce

from .accounts import Account, Party, TaxCode
from .journal import JournalEntry


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
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    entry = models.OneToOneField(JournalEntry, models.PROTECT, null=True, related_name="draft")

    FROZEN_WHEN: ClassVar[tuple[str, set[str]]] = ("state IN ('posted', 'discarded')", set())

    class Meta:
        verbose_name = "manual entry"
        verbose_name_plural = "manual entries"
        constraints = [
            models.CheckConstraint(
                condition=Q(state="posted", entry__isnull=False) | (~Q(state="posted") & Q(entry=None)),
                name="a_manual_entry_is_posted_once",
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
