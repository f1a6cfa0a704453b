"""Refunds that we transfer ourselves: to which account, and when the bank was told."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from accounting.money import MoneyField
from accounting.written_once import WrittenOnce
from erp.invoicing.models import PaymentOperation


class RefundAccount(models.Model):
    """Where a refund goes, where the customer's own transfer does not say. Kept until it is ordered."""

    operation = models.OneToOneField(PaymentOperation, models.PROTECT, related_name="refund_account")
    name = models.CharField(max_length=70)
    iban = models.CharField("IBAN", max_length=34)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True)

    def __str__(self):
        return self.iban


class TransferBatch(WrittenOnce):
    """Refunds that somebody ordered at the bank together, on a day."""

    reference = models.CharField(max_length=35, unique=True, help_text="The message id of the file.")
    ordered_on = models.DateField()
    total = MoneyField()
    count = models.PositiveIntegerField()
    note = models.CharField(max_length=140, blank=True)
    at = models.DateTimeField(db_default=Now())
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True)

    class Meta:
        verbose_name = "transfer order"
        constraints = [
            models.CheckConstraint(condition=Q(total__gt=0, count__gt=0), name="a_batch_orders_something")
        ]

    def __str__(self):
        return self.reference


class Transfer(WrittenOnce):
    """One refund as it was ordered. Without an IBAN it was ordered by hand, not by file."""

    batch = models.ForeignKey(TransferBatch, models.PROTECT, related_name="transfers")
    operation = models.OneToOneField(PaymentOperation, models.PROTECT, related_name="transfer")
    amount = MoneyField()
    name = models.CharField(max_length=70, blank=True)
    iban = models.CharField("IBAN", max_length=34, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="a_transfer_is_about_money"),
        ]

    def __str__(self):
        return f"{self.amount} to {self.name}"
