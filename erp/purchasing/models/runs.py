"""Which bills of suppliers are paid together, and whether the bank has done it."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from accounting.money import MoneyField
from erp.documents.models import Document

from .bills import SupplierBill


class PaymentRun(Document):
    """Bills that somebody gave to the bank together, to be paid on a day. Paid is what it has done."""

    class State(models.TextChoices):
        ORDERED = "ordered", "given to the bank"
        PAID = "paid", "paid"
        CANCELLED = "cancelled", "cancelled"

    TRANSITIONS = {State.ORDERED: {State.PAID, State.CANCELLED}}
    FROZEN_WHEN = ("1 = 1", {"state", "paid_on"})

    reference = models.CharField(max_length=30, unique=True, help_text="The message id of the file.")
    state = models.CharField(max_length=10, choices=State, default=State.ORDERED)
    ordered_on = models.DateField(help_text="The day on which the bank is to pay.")
    paid_on = models.DateField(null=True, blank=True)
    total = MoneyField()
    at = models.DateTimeField(db_default=Now())
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(total__gt=0), name="a_payment_run_pays_something"),
            models.CheckConstraint(
                condition=~Q(state="paid") | Q(paid_on__isnull=False), name="a_paid_run_has_its_day"
            ),
        ]

    def __str__(self):
        return self.reference


class PaymentRunBill(models.Model):
    """A bill in a run with what was open of it (of a credit note: below zero), and whose account gets it."""

    run = models.ForeignKey(PaymentRun, models.PROTECT, related_name="bills")
    bill = models.ForeignKey(SupplierBill, models.PROTECT, related_name="runs")
    amount = MoneyField()
    name = models.CharField(max_length=70)
    iban = models.CharField("IBAN", max_length=34, blank=True)
    is_open = models.BooleanField(default=True, help_text="The bank may still pay it.")

    FROZEN_WHEN = ("1 = 1", {"is_open"})

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["bill"], condition=Q(is_open=True), name="a_bill_is_in_one_payment_run_at_a_time"
            ),
            models.CheckConstraint(condition=~Q(amount=0), name="a_bill_in_a_run_is_about_money"),
        ]

    def __str__(self):
        return f"{self.amount} for {self.bill}"
