"""Statements and lines as the bank wrote them: the database lets nobody change them."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from accounting.money import MoneyField
from accounting.written_once import WrittenOnce
from erp.documents.models import Document


class BankStatement(WrittenOnce):
    """What a bank says happened between two days: opening balance, lines, closing balance."""

    iban = models.CharField("IBAN", max_length=34)
    currency = models.CharField(max_length=3)
    number = models.CharField(max_length=60, blank=True, help_text="As the bank counts its statements.")
    starts_on = models.DateField()
    ends_on = models.DateField()
    opening = MoneyField()
    closing = MoneyField()
    known = MoneyField(default=0, help_text="The part of it that earlier files had brought already.")
    sha256 = models.CharField(max_length=64)
    place = models.PositiveIntegerField(default=0, help_text="A file may hold several statements.")
    file_name = models.CharField(max_length=200)
    imported_at = models.DateTimeField(db_default=Now())
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sha256", "place"], name="a_statement_is_read_once"),
            models.CheckConstraint(condition=Q(starts_on__lte=F("ends_on")), name="a_statement_runs_forward"),
        ]

    def __str__(self):
        return f"{self.number or self.file_name} to {self.ends_on}"


class BankLine(Document):
    """One movement on the bank's account: positive came in, negative went out."""

    class State(models.TextChoices):
        OPEN = "open", "open"
        MATCHED = "matched", "matched"
        LEFT = "left", "left"

    TRANSITIONS = {
        State.OPEN: {State.MATCHED, State.LEFT},
        State.LEFT: {State.OPEN},
        State.MATCHED: {State.OPEN},
    }
    FROZEN_WHEN: ClassVar[tuple[str, set[str]]] = ("1 = 1", {"state", "reason"})

    statement = models.ForeignKey(BankStatement, models.PROTECT, related_name="lines")
    position = models.PositiveIntegerField()
    booked_on = models.DateField()
    valued_on = models.DateField()
    amount = MoneyField()
    name = models.CharField(max_length=140, blank=True)
    iban = models.CharField("IBAN", max_length=34, blank=True)
    text = models.TextField(blank=True)
    end_to_end = models.CharField("end-to-end id", max_length=64, blank=True)
    reference = models.CharField("bank's reference", max_length=64, blank=True)
    is_reversal = models.BooleanField(default=False, help_text="The bank undoes an earlier movement.")
    fingerprint = models.CharField(max_length=64, unique=True)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    reason = models.CharField(max_length=255, blank=True, help_text="Why it is left as it is.")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(amount=0), name="a_bank_line_moves_money"),
            models.UniqueConstraint(fields=["statement", "position"], name="lines_stand_one_below_the_other"),
            models.CheckConstraint(
                condition=~Q(state="left") | ~Q(reason=""), name="a_line_is_left_for_a_reason"
            ),
        ]
        indexes = [
            models.Index(fields=["booked_on"], condition=Q(state="open"), name="bank_lines_to_match"),
        ]

    def __str__(self):
        return f"{self.amount} of {self.booked_on}"
