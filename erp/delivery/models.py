"""What leaves the house, and what comes back."""

from typing import ClassVar

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
        WAITING_STOCK = "waiting stock", "waiting for goods"
        READY = "ready", "ready"
        PICKING = "picking", "being picked"
        PACKED = "packed", "packed"
        SHIPPED = "shipped", "shipped"
        DELIVERED = "delivered", "delivered"
        CANCELLED = "cancelled", "cancelled"

    TRANSITIONS = {
        State.WAITING_PAYMENT: {State.READY, State.WAITING_STOCK, State.CANCELLED},
        # What is here of a note may leave before the rest comes.
        State.WAITING_STOCK: {State.READY, State.SHIPPED, State.CANCELLED},
        # A small shop ships what is ready; a larger one picks and packs it first.
        State.READY: {State.PICKING, State.WAITING_STOCK, State.SHIPPED, State.CANCELLED},
        # What somebody holds half in his hands is packed, or put back, before it leaves.
        State.PICKING: {State.PACKED, State.READY, State.WAITING_STOCK, State.CANCELLED},
        State.PACKED: {State.READY, State.WAITING_STOCK, State.SHIPPED, State.CANCELLED},
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
    picker = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="picking") | Q(picker__isnull=False), name="what_is_picked_has_its_picker"
            ),
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
    waits = models.PositiveIntegerField(default=0, help_text="Pieces of it that are not here yet.")
    picked = models.PositiveIntegerField(default=0, help_text="Pieces that were scanned or counted in.")
    cost = MoneyField(null=True, help_text="What the pieces cost us, taken when they were shipped.")
    asked = models.PositiveIntegerField(default=0, help_text="Pieces on returns that are not closed yet.")
    returned = models.PositiveIntegerField(default=0, help_text="Pieces that came back and were taken.")

    FROZEN_WHEN = ("cost IS NOT NULL", {"asked", "returned"})
    PART_OF = "note"

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0), name="a_delivery_line_delivers_something"),
            models.CheckConstraint(
                condition=Q(quantity__gte=F("waits") + F("picked")), name="never_pick_more_than_is_here"
            ),
            models.CheckConstraint(condition=Q(cost=None) | Q(waits=0), name="what_has_left_was_here"),
            models.CheckConstraint(
                condition=Q(quantity__gte=F("returned") + F("asked")), name="never_more_back_than_was_shipped"
            ),
        ]

    def __str__(self):
        return f"{self.quantity} x {self.title}"

    @property
    def can_come_back(self) -> int:
        return self.quantity - self.returned - self.asked

    @property
    def here(self) -> int:
        return self.quantity - self.waits


class Carrier(models.Model):
    """Who brings parcels, and where a parcel can be followed."""

    name = models.CharField(max_length=60, unique=True)
    tracking_url = models.CharField(
        "tracking address",
        max_length=200,
        blank=True,
        help_text="An address with {number} where the parcel's number belongs.",
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(tracking_url="")
                | Q(tracking_url__startswith="https://", tracking_url__contains="{number}")
                | Q(tracking_url__startswith="http://", tracking_url__contains="{number}"),
                name="a_tracking_address_says_where_the_number_belongs",
                violation_error_message="Begin with https:// and write {number} where the number belongs.",
            )
        ]

    def __str__(self):
        return self.name


class Return(Document):
    """Goods of one order that are to come back, or came. What becomes of them is decided line by line."""

    class State(models.TextChoices):
        REQUESTED = "requested", "requested"
        APPROVED = "approved", "approved"
        RECEIVED = "received", "received"
        CLOSED = "closed", "closed"
        REJECTED = "rejected", "rejected"
        CANCELLED = "cancelled", "cancelled"

    TRANSITIONS = {
        State.REQUESTED: {State.APPROVED, State.REJECTED, State.CANCELLED},
        State.APPROVED: {State.RECEIVED, State.CANCELLED},
        State.RECEIVED: {State.CLOSED},
    }
    FROZEN_WHEN: ClassVar[tuple[str, set[str]]] = ("state IN ('closed', 'rejected', 'cancelled')", set())

    order = models.ForeignKey(
        "order.Order", models.PROTECT, related_name="returns", null=True, help_text="Empty: sold elsewhere."
    )
    number = models.CharField(max_length=140, unique=True)
    state = models.CharField(max_length=12, choices=State)
    requested_on = models.DateField()
    received_on = models.DateField(null=True, blank=True, help_text="The day the last of it came in.")
    closed_on = models.DateField(null=True, blank=True)
    reason = models.CharField(max_length=255, blank=True)
    answer = models.CharField(max_length=255, blank=True, help_text="Why it was rejected or cancelled.")
    key = models.CharField(max_length=150, unique=True, null=True, blank=True, help_text="Asked for once.")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(state__in=("received", "closed")) | Q(received_on__isnull=False),
                name="what_was_received_has_its_day",
            ),
            models.CheckConstraint(
                condition=Q(state="closed", closed_on__isnull=False)
                | (~Q(state="closed") & Q(closed_on=None)),
                name="what_is_closed_has_its_day",
            ),
        ]

    def __str__(self):
        return self.number


class ReturnLine(models.Model):
    """A quantity of a delivered line that is to come back, what of it came, and what becomes of that.

    Restocked and damaged pieces come in at what they had cost when they left, the damaged ones set aside;
    scrapped ones are written off at that cost; refused ones stay the customer's.
    """

    returned = models.ForeignKey(Return, models.PROTECT, related_name="lines")
    delivery_line = models.ForeignKey(DeliveryLine, models.PROTECT, related_name="return_lines", null=True)
    product = models.ForeignKey("catalogue.Product", models.PROTECT, related_name="+")
    quantity = models.PositiveIntegerField()
    received = models.PositiveIntegerField(default=0)
    restocked = models.PositiveIntegerField(default=0)
    damaged = models.PositiveIntegerField(default=0)
    scrapped = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    cost = MoneyField(
        null=True, help_text="What restocked and damaged pieces had cost us. Known once it is closed."
    )
    lost = MoneyField(null=True, help_text="What the scrapped pieces had cost us.")

    DISPOSITIONS = ("restocked", "damaged", "scrapped", "refused")
    FROZEN_WHEN: ClassVar[tuple[str, set[str]]] = ("cost IS NOT NULL", set())
    PART_OF = "returned"

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0), name="a_return_line_returns_something"),
            models.CheckConstraint(
                condition=Q(received__lte=F("quantity")), name="never_receive_more_than_was_asked"
            ),
            models.CheckConstraint(
                condition=Q(received__gte=F("restocked") + F("damaged") + F("scrapped") + F("refused")),
                name="never_dispose_of_more_than_was_received",
            ),
            models.CheckConstraint(
                condition=Q(cost=None, lost=None) | Q(cost__gte=0, lost__gte=0),
                name="both_costs_of_a_return_are_known_at_once",
            ),
        ]

    def __str__(self):
        return f"{self.quantity} x {self.product}"

    @property
    def accepted(self) -> int:
        return self.restocked + self.damaged + self.scrapped

    @property
    def uninspected(self) -> int:
        return self.received - self.accepted - self.refused


class Withdrawal(WrittenOnce):
    """A consumer's declaration to withdraw from an order: what, and at which moment it came in.

    Goods that have left come back on a return; what has not left was cancelled.
    """

    order = models.ForeignKey("order.Order", models.PROTECT, related_name="withdrawals")
    returned = models.OneToOneField(Return, models.PROTECT, related_name="withdrawal", null=True)
    declared_at = models.DateTimeField()
    is_whole = models.BooleanField(help_text="From the whole order, not from pieces of it.")
    lines = models.JSONField(help_text="What was withdrawn from: titles and pieces.")
    key = models.CharField(max_length=150, unique=True, help_text="Declared once.")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True)

    def __str__(self):
        return f"Withdrawal from order {self.order.number}"
