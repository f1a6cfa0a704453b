"""Goods on their way from one warehouse to another."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from accounting.money import MoneyField
from erp.documents.models import Document

from .stock import Warehouse


class Transfer(Document):
    """Goods that one warehouse sends another. While they are on their way nobody can sell them."""

    class State(models.TextChoices):
        DRAFT = "draft", "draft"
        SENT = "sent", "on its way"
        RECEIVED = "received", "received"
        CANCELLED = "cancelled", "cancelled"

    TRANSITIONS = {
        State.DRAFT: {State.SENT, State.CANCELLED},
        # What was sent and does not arrive goes back to where it came from.
        State.SENT: {State.RECEIVED, State.CANCELLED},
    }
    FROZEN_WHEN = ("state <> 'draft'", {"state", "received_on", "recipient"})

    origin = models.ForeignKey(Warehouse, models.PROTECT, related_name="+", verbose_name="from")
    destination = models.ForeignKey(Warehouse, models.PROTECT, related_name="+", verbose_name="to")
    state = models.CharField(max_length=12, choices=State, default=State.DRAFT)
    note = models.CharField(max_length=255, blank=True)
    created_on = models.DateField()
    sent_on = models.DateField(null=True, blank=True)
    received_on = models.DateField(null=True, blank=True)
    key = models.CharField(max_length=100, unique=True, null=True, blank=True, help_text="Wished once.")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(origin=F("destination")), name="a_transfer_goes_to_another_warehouse"
            ),
            models.CheckConstraint(
                condition=Q(state__in=("draft", "cancelled")) | Q(sent_on__isnull=False),
                name="what_is_on_its_way_has_its_day",
            ),
            models.CheckConstraint(
                condition=~Q(state="received") | Q(received_on__isnull=False),
                name="what_has_arrived_has_its_day",
            ),
            models.CheckConstraint(
                condition=Q(received_on=None) | Q(received_on__gte=F("sent_on")),
                name="no_transfer_arrives_before_it_leaves",
            ),
        ]

    def __str__(self):
        return f"TR-{self.pk:05d}"


class TransferLine(models.Model):
    """Pieces of a product on a transfer, and how many of them arrived. What did not is lost, for a reason."""

    transfer = models.ForeignKey(Transfer, models.PROTECT, related_name="lines")
    product = models.ForeignKey("catalogue.Product", models.PROTECT, related_name="+")
    quantity = models.PositiveIntegerField()
    received = models.PositiveIntegerField(null=True, blank=True)
    reason = models.CharField(max_length=255, blank=True, help_text="Why pieces did not arrive.")
    lost = MoneyField(null=True, help_text="What the pieces had cost that did not arrive.")

    FROZEN_WHEN = (
        "EXISTS (SELECT 1 FROM inventory_transfer t WHERE t.id = transfer_id AND t.state <> 'draft')",
        {"received", "reason", "lost"},
    )
    PART_OF = "transfer"

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["transfer", "product"], name="a_product_stands_on_a_transfer_once"
            ),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="a_transfer_line_moves_something"),
            models.CheckConstraint(
                condition=Q(received=None) | Q(received__lte=F("quantity")),
                name="no_more_arrives_than_was_sent",
            ),
            models.CheckConstraint(
                condition=Q(received=None) | Q(received=F("quantity")) | ~Q(reason=""),
                name="what_is_missing_has_its_reason",
            ),
        ]

    def __str__(self):
        return f"{self.quantity} x {self.product}"

    @property
    def missing(self) -> int:
        return 0 if self.received is None else self.quantity - self.received
