"""What leaves the house, and what comes back."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from accounting.money import MoneyField
from accounting.written_once import WrittenOnce
from erp.documents.models import Document


class DeliveryNote(Document):
    """Goods of one order that leave one warehouse together. Its number needs no counter."""

    class State(models.TextChoices):
        WAITING_PAYMENT = "waiting payment", "waiting for payment"
        READY = "ready", "ready"
        SHIPPED = "shipped", "shipped"
        DELIVERED = "delivered", "delivered"
        CANCELLED = "cancelled", "cancelled"

    TRANSITIONS = {
        State.WAITING_PAYMENT: {State.READY, State.CANCELLED},
        State.READY: {State.SHIPPED, State.CANCELLED},
        State.SHIPPED: {State.DELIVERED},
    }
    FROZEN_WHEN = ("shipped_on IS NOT NULL", {"state", "delivered_on", "carrier", "tracking_number"})

    order = models.ForeignKey("order.Order", models.PROTECT, related_name="delivery_notes")
    warehouse = models.ForeignKey("inventory.Warehouse", models.PROTECT, related_name="+")
    number = models.CharField(max_length=140, unique=True)
    state = models.CharField(max_length=20, choices=State)
    ship_to = models.JSONField(help_text="The address as it was when the order was placed.")
    created_on = models.DateField()
    shipped_on = models.DateField(null=True, blank=True)
    delivered_on = models.DateField(null=True, blank=True)
    carrier = models.CharField(max_length=60, blank=True)
    tracking_number = models.CharField(max_length=100, blank=True, db_index=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(delivered_on=None) | Q(delivered_on__gte=F("shipped_on")),
                name="nothing_arrives_before_it_leaves",
            ),
            models.CheckConstraint(
                condition=Q(state="delivered", delivered_on__isnull=False)
                | (~Q(state="delivered") & Q(delivered_on=None)),
                name="what_is_delivered_has_its_day",
            ),
        ]

    def __str__(self):
        return self.number


class DeliveryLine(models.Model):
    """A quantity of an order line. Its cost is known once it has left the house."""

    note = models.ForeignKey(DeliveryNote, models.PROTECT, related_name="lines")
    order_line = models.ForeignKey("order.Line", models.PROTECT, related_name="delivery_lines")
    product = models.ForeignKey("catalogue.Product", models.PROTECT, related_name="+")
    sku = models.CharField(max_length=128)
    title = models.CharField(max_length=255)
    quantity = models.PositiveIntegerField()
    cost = MoneyField(null=True, help_text="What the pieces cost us, taken when they were shipped.")
    returned = models.PositiveIntegerField(default=0)

    FROZEN_WHEN = ("cost IS NOT NULL", {"returned"})
    PART_OF = "note"

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0), name="a_delivery_line_delivers_something"),
            models.CheckConstraint(
                condition=Q(returned__lte=F("quantity")), name="never_more_back_than_was_shipped"
            ),
        ]

    def __str__(self):
        return f"{self.quantity} x {self.title}"


class Return(Document):
    """Goods of one order that came back."""

    class State(models.TextChoices):
        RECEIVED = "received", "received"
        CLOSED = "closed", "closed"

    TRANSITIONS = {State.RECEIVED: {State.CLOSED}}
    FROZEN_WHEN = ("1 = 1", {"state"})

    order = models.ForeignKey(
        "order.Order", models.PROTECT, related_name="returns", null=True, help_text="Empty: sold elsewhere."
    )
    number = models.CharField(max_length=140, unique=True)
    state = models.CharField(max_length=12, choices=State)
    received_on = models.DateField()
    reason = models.CharField(max_length=255, blank=True)
    key = models.CharField(max_length=100, unique=True, null=True, blank=True, help_text="Asked for once.")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True)

    def __str__(self):
        return self.number


class ReturnLine(WrittenOnce):
    """A quantity of a delivered line, back on the shelf at what it had cost when it left."""

    returned = models.ForeignKey(Return, models.PROTECT, related_name="lines")
    delivery_line = models.ForeignKey(DeliveryLine, models.PROTECT, related_name="return_lines", null=True)
    product = models.ForeignKey("catalogue.Product", models.PROTECT, related_name="+")
    quantity = models.PositiveIntegerField()
    cost = MoneyField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0), name="a_return_line_returns_something")
        ]

    def __str__(self):
        return f"{self.quantity} x {self.product}"
