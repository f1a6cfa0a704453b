"""How much of a product is where, what it is worth, and every move that made it so.

What the shop may still sell stands on Oscar's StockRecord; the levels here sum to it.
"""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from accounting.money import MoneyField
from accounting.written_once import WrittenOnce


class Warehouse(models.Model):
    """A place where goods lie. Orders are served from the lowest priority number first."""

    code = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=100)
    priority = models.PositiveIntegerField(default=10)

    def __str__(self):
        return self.name


class StockLevel(models.Model):
    """How many of a product lie in a warehouse, and how many of those are promised to orders."""

    product = models.ForeignKey("catalogue.Product", models.PROTECT, related_name="stock_levels")
    warehouse = models.ForeignKey(Warehouse, models.PROTECT, related_name="levels")
    on_hand = models.PositiveIntegerField(default=0)
    reserved = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["product", "warehouse"], name="a_product_has_one_level_in_a_warehouse"
            ),
            models.CheckConstraint(
                condition=Q(reserved__lte=F("on_hand")), name="never_promise_more_than_is_here"
            ),
        ]

    def __str__(self):
        return f"{self.product}: {self.on_hand} on hand, {self.reserved} reserved"

    @property
    def available(self) -> int:
        return self.on_hand - self.reserved


class StockValue(models.Model):
    """What all pieces of a product together have cost: the moving average is value / quantity."""

    product = models.OneToOneField("catalogue.Product", models.PROTECT, related_name="stock_value")
    quantity = models.PositiveIntegerField(default=0)
    value = MoneyField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(value__gte=0), name="stock_is_never_worth_less_than_nothing"),
            models.CheckConstraint(condition=Q(quantity__gt=0) | Q(value=0), name="no_pieces_have_no_value"),
        ]

    def __str__(self):
        return f"{self.product}: {self.quantity} worth {self.value}"


class StockMove(WrittenOnce):
    """A quantity in (positive) or out (negative) with its value, and what caused it."""

    class Kind(models.TextChoices):
        OPENING = "opening", "opening stock"
        RECEIPT = "receipt", "receipt"
        SHIPMENT = "shipment", "shipment"
        RETURN = "return", "return"
        ADJUSTMENT = "adjustment", "adjustment"

    product = models.ForeignKey("catalogue.Product", models.PROTECT, related_name="stock_moves")
    warehouse = models.ForeignKey(Warehouse, models.PROTECT, related_name="moves")
    kind = models.CharField(max_length=12, choices=Kind)
    quantity = models.IntegerField()
    value = MoneyField(help_text="Cost of the pieces moved, signed like the quantity.")
    source_key = models.CharField(max_length=100, db_index=True)
    reason = models.CharField(max_length=255, blank=True)
    moved_on = models.DateField()
    created_at = models.DateTimeField(db_default=Now())
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(quantity=0), name="a_move_moves_something")]
        indexes = [models.Index(fields=["product", "id"], name="moves_of_a_product")]

    def __str__(self):
        return f"{self.product} {self.quantity:+d} ({self.source_key})"


class PriceChange(WrittenOnce):
    """A price that was changed: who, when, from what to what."""

    product = models.ForeignKey("catalogue.Product", models.PROTECT, related_name="price_changes")
    old = MoneyField(null=True)
    new = MoneyField(null=True)
    changed_at = models.DateTimeField(db_default=Now())
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True)

    def __str__(self):
        return f"{self.product}: {self.old} to {self.new}"
