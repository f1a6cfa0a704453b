"""Money in and out: payments, their movements, and what providers told us of them. Part of `models`."""

from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from accounting.models import Party
from accounting.money import MoneyField
from accounting.written_once import WrittenOnce
from erp.documents.models import Document


class Payment(Document):
    """Money a customer means to pay or has paid. The row is there before any money moves."""

    class State(models.TextChoices):
        STARTED = "started", "started"
        AUTHORISED = "authorised", "authorised"
        CAPTURED = "captured", "captured"
        FAILED = "failed", "failed"
        VOIDED = "voided", "voided"

    class Kind(models.TextChoices):
        ORDER = "order", "for an order"
        SURPLUS = "surplus", "owed by nobody"
        ELSEWHERE = "elsewhere", "taken elsewhere"

    # Money that comes in all the same, late or after a refusal, is money: it is never turned away.
    TRANSITIONS = {
        State.STARTED: {State.AUTHORISED, State.CAPTURED, State.FAILED, State.VOIDED},
        State.AUTHORISED: {State.CAPTURED, State.VOIDED},
        State.FAILED: {State.AUTHORISED, State.CAPTURED, State.VOIDED},
        State.VOIDED: {State.CAPTURED},
    }

    order = models.ForeignKey("order.Order", models.PROTECT, related_name="payments", null=True, blank=True)
    party = models.ForeignKey(Party, models.PROTECT, related_name="+", null=True, blank=True)
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.ORDER)
    provider = models.CharField(max_length=20)
    reference = models.CharField(max_length=170, unique=True, help_text="Our name for it at the provider.")
    provider_reference = models.CharField(
        max_length=255, blank=True, db_index=True, help_text="The provider's name for it."
    )
    redirect_url = models.TextField(blank=True, help_text="The provider's page on which the customer pays.")
    state = models.CharField(max_length=12, choices=State, default=State.STARTED)
    amount = MoneyField()
    captured = MoneyField(default=0)
    refunded = MoneyField(default=0)
    used = MoneyField(default=0, help_text="Of money that nobody owed: what settled another invoice.")
    currency = models.CharField(max_length=3)
    created_at = models.DateTimeField(db_default=Now())
    looked_at = models.DateTimeField(null=True, blank=True, help_text="When its provider was last asked.")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(captured__lte=F("amount")), name="never_capture_more_than_agreed"
            ),
            models.CheckConstraint(
                condition=Q(refunded__lte=F("captured") - F("used")), name="never_refund_more_than_captured"
            ),
            models.CheckConstraint(condition=Q(used=0) | Q(kind="surplus"), name="only_a_surplus_is_used"),
            models.CheckConstraint(
                condition=~Q(kind="surplus") | Q(party__isnull=False, state="captured", captured=F("amount")),
                name="a_surplus_is_somebodys_money",
            ),
        ]
        indexes = [
            models.Index(fields=["party"], condition=Q(kind="surplus"), name="money_nobody_owes"),
            models.Index(fields=["created_at"], condition=Q(state="started"), name="payments_undecided"),
        ]

    def __str__(self):
        return f"P-{self.pk}"

    @property
    def left(self) -> Decimal:
        """Return what of it is still here: neither given back nor used."""
        return self.captured - self.refunded - self.used

    @property
    def is_on_its_way(self) -> bool:
        """Return whether the customer is to pay on a page of the provider's."""
        return self.state == self.State.STARTED and bool(self.redirect_url)


class PaymentOperation(WrittenOnce):
    """One movement of a payment: authorised, captured, refunded, voided."""

    class Kind(models.TextChoices):
        AUTHORISE = "authorise", "authorised"
        CAPTURE = "capture", "captured"
        REFUND = "refund", "refunded"
        VOID = "void", "voided"

    payment = models.ForeignKey(Payment, models.PROTECT, related_name="operations")
    kind = models.CharField(max_length=10, choices=Kind)
    amount = MoneyField()
    reference = models.CharField(max_length=200, unique=True)
    taken_from = models.ForeignKey(
        Payment,
        models.PROTECT,
        related_name="uses",
        null=True,
        blank=True,
        help_text="The money that nobody owed which it was taken from; empty: it came from outside.",
    )
    on = models.DateField()
    at = models.DateTimeField(db_default=Now())
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True)

    def __str__(self):
        return f"{self.payment} {self.get_kind_display()} {self.amount}"


class ProviderEvent(models.Model):
    """What a provider told us, word for word, and what came of it. Each notice is heard once."""

    class Outcome(models.TextChoices):
        APPLIED = "applied", "taken in"
        NOTHING = "nothing", "nothing new"
        UNKNOWN = "unknown", "no such payment here"
        WRONG = "wrong", "amount or currency differ"
        UNASKED = "unasked", "a refund that nobody here asked for"
        FOR_SOMEBODY = "somebody", "for somebody to look into"

    STRANGE = (Outcome.UNKNOWN, Outcome.WRONG, Outcome.UNASKED, Outcome.FOR_SOMEBODY)
    FROZEN_WHEN = ("1 = 1", {"seen_at", "seen_by"})

    provider = models.CharField(max_length=20)
    event = models.CharField(max_length=255, help_text="The provider's name for the notice.")
    kind = models.CharField(max_length=12)
    payment = models.ForeignKey(
        Payment, models.PROTECT, related_name="provider_events", null=True, blank=True
    )
    payment_reference = models.CharField(max_length=255, blank=True)
    reference = models.CharField(max_length=255, blank=True)
    amount = models.CharField(max_length=40)
    currency = models.CharField(max_length=10)
    outcome = models.CharField(max_length=10, choices=Outcome)
    heard_at = models.DateTimeField()
    seen_at = models.DateTimeField(null=True, blank=True, help_text="When somebody looked into it.")
    seen_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True
    )

    class Meta:
        verbose_name = "notice of a provider"
        verbose_name_plural = "notices of providers"
        constraints = [models.UniqueConstraint(fields=["provider", "event"], name="a_notice_is_heard_once")]
        indexes = [
            models.Index(
                fields=["heard_at"],
                condition=Q(outcome__in=("unknown", "wrong", "unasked", "somebody"), seen_at__isnull=True),
                name="notices_to_look_into",
            )
        ]

    def __str__(self):
        return f"{self.provider}: {self.event}"
