"""What providers and carriers passed on, line by line, and what of ours each line stands for."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from accounting.money import MoneyField
from accounting.written_once import WrittenOnce
from erp.invoicing.models import PaymentOperation


class Payout(WrittenOnce):
    """Money that a provider or carrier passed on: what it had collected less refunds and fees."""

    provider = models.CharField(max_length=20)
    reference = models.CharField(max_length=100)
    paid_on = models.DateField()
    currency = models.CharField(max_length=3)
    gross = MoneyField()
    fees = MoneyField()
    net = MoneyField()
    sha256 = models.CharField(max_length=64, help_text="Of all it says, whatever file said so.")
    file_name = models.CharField(max_length=200)
    imported_at = models.DateTimeField(db_default=Now())
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["provider", "reference"], name="a_payout_is_booked_once"),
            models.CheckConstraint(
                condition=Q(gross=F("net") + F("fees")), name="a_payout_is_gross_less_fees"
            ),
        ]

    def __str__(self):
        return self.reference


class PayoutLine(WrittenOnce):
    """One movement inside a payout. A refund's gross is negative."""

    class Kind(models.TextChoices):
        CHARGE = "charge", "charge"
        REFUND = "refund", "refund"
        FEE = "fee", "fee"
        ADJUSTMENT = "adjustment", "adjustment"

    payout = models.ForeignKey(Payout, models.PROTECT, related_name="lines")
    position = models.PositiveIntegerField()
    kind = models.CharField(max_length=10, choices=Kind)
    reference = models.CharField(max_length=150, blank=True)
    gross = MoneyField()
    fee = MoneyField()
    net = MoneyField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(gross=F("net") + F("fee")), name="a_payout_line_is_gross_less_fee"
            ),
            models.UniqueConstraint(
                fields=["payout", "position"], name="payout_lines_stand_one_below_the_other"
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()} {self.reference}"


class PayoutExplanation(WrittenOnce):
    """What a line of a payout stands for: a movement of ours, or (without one) fees and losses."""

    line = models.OneToOneField(PayoutLine, models.PROTECT, related_name="explanation")
    operation = models.OneToOneField(
        PaymentOperation, models.PROTECT, null=True, blank=True, related_name="payout_explanation"
    )
    difference = MoneyField(default=0, help_text="Written off: the line's gross less our movement.")
    note = models.CharField(max_length=255, blank=True)
    at = models.DateTimeField(db_default=Now())
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True)

    def __str__(self):
        return f"{self.line}: {self.operation or self.note}"
