"""How much of a product is where, what it is worth, and every move that made it so.

What the shop may sell stands on Oscar's StockRecord; the levels here sum to it. The database holds the
three together, and to their moves: `guards` says how.
"""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from accounting.money import MoneyField
from accounting.written_once import WrittenOnce

from .. import guards


class Warehouse(models.Model):
    """A place where goods lie. Orders are served from the lowest priority number first.

    Goods on their way between two warehouses lie in the one that is called transit: they are ours, and
    nobody can sell them.
    """

    code = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=100)
    priority = models.PositiveIntegerField(default=10)
    address = models.TextField(blank=True, help_text="Street, postcode and city, one a line.")
    country = models.CharField(max_length=2, blank=True, help_text="Empty: the company's.")
    count_days = models.PositiveIntegerField(
        "days between counts", default=365, help_text="Until goods are to be counted again. 0: never."
    )
    is_transit = models.BooleanField(default=False, editable=False)

    def __str__(self):
        return self.name


class StockLevel(models.Model):
    """How many of a product lie in a warehouse, how many of those are promised, and how many set aside.

    Pieces that are damaged, in quarantine or in transit are unavailable: counted and valued, but not sold.
    """

    product = models.ForeignKey("catalogue.Product", models.PROTECT, related_name="stock_levels")
    warehouse = models.ForeignKey(Warehouse, models.PROTECT, related_name="levels")
    on_hand = models.PositiveIntegerField(default=0)
    reserved = models.PositiveIntegerField(default=0)
    unavailable = models.PositiveIntegerField(default=0)
    bin = models.CharField(max_length=30, blank=True, db_index=True, help_text="Where in the warehouse.")

    GUARDS = [*guards.LEVEL, *guards.RECORD]

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["product", "warehouse"], name="a_product_has_one_level_in_a_warehouse"
            ),
            models.CheckConstraint(
                condition=Q(on_hand__gte=F("reserved") + F("unavailable")),
                name="never_promise_more_than_is_here",
            ),
        ]

    def __str__(self):
        return f"{self.product}: {self.on_hand} on hand, {self.reserved} reserved"

    @property
    def available(self) -> int:
        return self.on_hand - self.reserved - self.unavailable


class Backorder(models.Model):
    """How many pieces of a product may be ordered that are not here, and how many are at present.

    A product without a row cannot be ordered beyond what is here.
    """

    product = models.OneToOneField("catalogue.Product", models.PROTECT, related_name="backorder")
    allowed = models.PositiveIntegerField(default=0, help_text="Most pieces at a time. 0: none.")
    waiting = models.PositiveIntegerField(
        default=0, editable=False, help_text="Pieces that open delivery notes wait for."
    )

    def __str__(self):
        return f"{self.product}: {self.waiting} of {self.allowed} on backorder"


class Hold(models.Model):
    """Pieces kept for a shopper who is about to pay. It ends by itself: who reads it looks at the time."""

    key = models.CharField(max_length=100, help_text="The key of the sale to come.")
    product = models.ForeignKey("catalogue.Product", models.CASCADE, related_name="holds")
    quantity = models.PositiveIntegerField()
    until = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key", "product"], name="a_sale_holds_a_product_once"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="a_hold_holds_something"),
        ]

    def __str__(self):
        return f"{self.quantity} of {self.product} for {self.key}"


class StockValue(models.Model):
    """What all pieces of a product together have cost: the moving average is value / quantity."""

    product = models.OneToOneField("catalogue.Product", models.PROTECT, related_name="stock_value")
    quantity = models.PositiveIntegerField(default=0)
    value = MoneyField(default=0)
    last_hash = models.CharField(max_length=64, blank=True, default="", db_default="")

    GUARDS = guards.VALUE

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(value__gte=0), name="stock_is_never_worth_less_than_nothing"),
            models.CheckConstraint(condition=Q(quantity__gt=0) | Q(value=0), name="no_pieces_have_no_value"),
        ]

    def __str__(self):
        return f"{self.product}: {self.quantity} worth {self.value}"


class StockMove(WrittenOnce):
    """A quantity in (positive) or out (negative) with its value, what caused it, and what was there then.

    Pieces that are set aside stay on hand: their move has `unavailable` and a condition. What changes the
    value alone (a supplier's bill that differs from the order) is a move without a quantity.
    """

    class Kind(models.TextChoices):
        OPENING = "opening", "opening stock"
        RECEIPT = "receipt", "receipt"
        SHIPMENT = "shipment", "shipment"
        RETURN = "return", "return"
        ADJUSTMENT = "adjustment", "adjustment"
        COUNT = "count", "stocktake"
        TRANSFER = "transfer", "transfer"
        SUPPLIER = "supplier", "back to the supplier"
        SET_ASIDE = "set aside", "set aside or freed"
        REVALUATION = "revaluation", "value corrected"

    class Condition(models.TextChoices):
        DAMAGED = "damaged", "damaged"
        QUARANTINE = "quarantine", "quarantine"
        TRANSIT = "transit", "in transit"

    product = models.ForeignKey("catalogue.Product", models.PROTECT, related_name="stock_moves")
    warehouse = models.ForeignKey(Warehouse, models.PROTECT, related_name="moves")
    kind = models.CharField(max_length=12, choices=Kind)
    quantity = models.IntegerField()
    unavailable = models.IntegerField(default=0, help_text="Of pieces on hand: set aside, or freed (minus).")
    condition = models.CharField(max_length=12, choices=Condition, blank=True)
    value = MoneyField(help_text="Cost of the pieces moved, signed like the quantity.")
    on_hand_after = models.IntegerField(help_text="In this warehouse.")
    unavailable_after = models.IntegerField(help_text="In this warehouse.")
    value_after = MoneyField(help_text="Of the product in all warehouses.")
    source_key = models.CharField(max_length=100, db_index=True)
    reason = models.CharField(max_length=255, blank=True)
    moved_on = models.DateField(db_index=True)
    created_at = models.DateTimeField(db_default=Now())
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True)
    hash = models.CharField(
        max_length=64,
        blank=True,
        default="",
        db_default="",
        help_text="Of the product's move before it and of this one.",
    )

    GUARDS = guards.MOVE

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(quantity=0) | ~Q(unavailable=0) | ~Q(value=0), name="a_move_moves_something"
            ),
            models.CheckConstraint(
                condition=Q(unavailable=0, condition="") | (~Q(unavailable=0) & ~Q(condition="")),
                name="what_is_set_aside_has_its_condition",
            ),
        ]
        indexes = [
            models.Index(fields=["product", "id"], name="moves_of_a_product"),
            models.Index(fields=["product", "warehouse", "id"], name="moves_of_a_level"),
        ]

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
