"""What lines of the bank stand for."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from accounting.models import Account
from accounting.money import MoneyField
from erp.invoicing.models import PaymentOperation

from .payouts import Payout
from .statements import BankLine


class BankMatch(models.Model):
    """What a line of the bank, or a part of it, stands for. Nothing of it changes but that it is undone."""

    class Kind(models.TextChoices):
        PAYMENT = "payment", "payment"
        REFUND = "refund", "refund"
        PAYOUT = "payout", "payout"
        BOOKED = "booked", "booked to an account"

    FROZEN_WHEN: ClassVar[tuple[str, set[str]]] = (
        "1 = 1",
        {"undone_at", "undone_by", "undone_because"},
    )

    line = models.ForeignKey(BankLine, models.PROTECT, related_name="matches")
    kind = models.CharField(max_length=10, choices=Kind)
    amount = MoneyField(help_text="Signed as the line.")
    operation = models.ForeignKey(
        PaymentOperation, models.PROTECT, null=True, blank=True, related_name="bank_matches"
    )
    payout = models.ForeignKey(Payout, models.PROTECT, null=True, blank=True, related_name="bank_matches")
    account = models.ForeignKey(Account, models.PROTECT, null=True, blank=True, related_name="+")
    is_ours = models.BooleanField(default=False, help_text="Accepting the line made the movement.")
    why = models.CharField(max_length=255, blank=True)
    at = models.DateTimeField(db_default=Now())
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    undone_because = models.CharField(max_length=255, blank=True)

    class Meta:
        verbose_name_plural = "bank matches"
        constraints = [
            models.UniqueConstraint(
                fields=["operation"], condition=Q(undone_at=None), name="a_movement_stands_on_one_bank_line"
            ),
            models.UniqueConstraint(
                fields=["payout"], condition=Q(undone_at=None), name="a_payout_stands_on_one_bank_line"
            ),
            models.CheckConstraint(
                condition=Q(
                    kind__in=("payment", "refund"), operation__isnull=False, payout=None, account=None
                )
                | Q(kind="payout", operation=None, payout__isnull=False, account=None)
                | Q(kind="booked", operation=None, payout=None, account__isnull=False),
                name="a_match_names_what_its_kind_says",
            ),
            models.CheckConstraint(condition=~Q(amount=0), name="a_match_is_about_money"),
        ]

    def __str__(self):
        return f"{self.get_kind_display()} {self.operation or self.payout or self.account}"
