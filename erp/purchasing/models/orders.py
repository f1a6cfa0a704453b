"""What was ordered from suppliers, what came of it, and what went back."""

from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from accounting.money import MoneyField, from_minor, minor, rhu
from accounting.written_once import WrittenOnce
from erp.documents.models import Document

from .suppliers import Supplier


class PurchaseOrder(Document):
    """Goods that one supplier is to bring to one warehouse. A draft may be changed, an order may not."""

    class State(models.TextChoices):
        DRAFT = "draft", "draft"
        ORDERED = "ordered", "ordered"
        PARTLY_RECEIVED = "partly received", "partly received"
        RECEIVED = "received", "received"
        CANCELLED = "cancelled", "cancelled"

    TRANSITIONS = {
        State.DRAFT: {State.ORDERED, State.CANCELLED},
        State.ORDERED: {State.PARTLY_RECEIVED, State.RECEIVED, State.CANCELLED},
        State.PARTLY_RECEIVED: {State.RECEIVED},
    }
    FROZEN_WHEN = ("ordered_on IS NOT NULL", {"state", "expected_on"})

    supplier = models.ForeignKey(Supplier, models.PROTECT, related_name="orders")
    warehouse = models.ForeignKey("inventory.Warehouse", models.PROTECT, related_name="+")
    number = models.CharField(max_length=40, unique=True)
    state = models.CharField(max_length=16, choices=State, default=State.DRAFT)
    created_on = models.DateField()
    ordered_on = models.DateField(null=True, blank=True)
    expected_on = models.DateField(null=True, blank=True)
    note = models.TextField(blank=True, help_text="For the supplier.")
    seller = models.JSONField(default=dict, help_text="The supplier as it was when the goods were ordered.")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=("draft", "cancelled")) | Q(ordered_on__isnull=False),
                name="what_is_ordered_has_its_day",
            ),
        ]

    def __str__(self):
        return self.number


class PurchaseLine(models.Model):
    """A quantity of a product at a price for `pack` pieces, and how much of it came, is billed, went back."""

    order = models.ForeignKey(PurchaseOrder, models.PROTECT, related_name="lines")
    product = models.ForeignKey("catalogue.Product", models.PROTECT, related_name="+")
    sku = models.CharField("their SKU", max_length=128, blank=True)
    title = models.CharField(max_length=255)
    quantity = models.PositiveIntegerField(help_text="Pieces.")
    price = MoneyField(help_text="Of a pack, without VAT.")
    pack = models.PositiveIntegerField(default=1)
    received = models.PositiveIntegerField(default=0)
    billed = models.PositiveIntegerField(default=0)
    returned = models.PositiveIntegerField(default=0)
    credited = models.PositiveIntegerField(
        default=0, help_text="Returned pieces that were billed and credited."
    )

    FROZEN_WHEN = (
        "EXISTS (SELECT 1 FROM purchasing_purchaseorder o"
        " WHERE o.id = order_id AND o.ordered_on IS NOT NULL)",
        {"received", "billed", "returned", "credited"},
    )
    PART_OF = "order"

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0), name="a_purchase_line_orders_something"),
            models.CheckConstraint(condition=Q(price__gte=0, pack__gt=0), name="a_purchase_has_its_price"),
            models.CheckConstraint(
                condition=Q(billed__lte=F("received")), name="never_be_billed_for_more_than_came"
            ),
            models.CheckConstraint(
                condition=Q(returned__lte=F("received")), name="never_send_back_more_than_came"
            ),
            models.CheckConstraint(
                condition=Q(credited__lte=F("returned")) & Q(credited__lte=F("billed")),
                name="never_be_credited_for_more_than_went_back",
            ),
        ]

    def __str__(self):
        return f"{self.quantity} x {self.title}"

    @property
    def to_come(self) -> int:
        return max(self.quantity - self.received, 0)

    @property
    def kept(self) -> int:
        """Pieces that came and did not go back."""
        return self.received - self.returned

    @property
    def owed(self) -> int:
        """Pieces that were billed and not credited."""
        return self.billed - self.credited

    def worth(self, pieces: int) -> Decimal:
        """Return what the first pieces of it cost by the order. A part is the difference of two of these."""
        return from_minor(rhu(minor(self.price) * pieces, self.pack))


class GoodsReceipt(WrittenOnce):
    """What came of an order on a day, in one delivery."""

    order = models.ForeignKey(PurchaseOrder, models.PROTECT, related_name="receipts")
    number = models.CharField(max_length=60, unique=True)
    received_on = models.DateField()
    reference = models.CharField(max_length=100, blank=True, help_text="The supplier's delivery note.")
    key = models.CharField(max_length=100, unique=True, help_text="Received once.")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True)

    def __str__(self):
        return self.number


class GoodsReceiptLine(WrittenOnce):
    """Pieces of an ordered line that came, at the order's price."""

    receipt = models.ForeignKey(GoodsReceipt, models.PROTECT, related_name="lines")
    line = models.ForeignKey(PurchaseLine, models.PROTECT, related_name="receipt_lines")
    quantity = models.PositiveIntegerField()
    value = MoneyField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0), name="a_receipt_line_receives_something")
        ]

    def __str__(self):
        return f"{self.quantity} x {self.line.title}"


class SupplierReturn(WrittenOnce):
    """Goods that went back to their supplier on a day, and why."""

    order = models.ForeignKey(PurchaseOrder, models.PROTECT, related_name="returns")
    number = models.CharField(max_length=60, unique=True)
    returned_on = models.DateField()
    reason = models.CharField(max_length=255)
    key = models.CharField(max_length=100, unique=True, help_text="Sent back once.")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True)

    def __str__(self):
        return self.number


class SupplierReturnLine(WrittenOnce):
    """Pieces that went back: what we ask for them (the order's price) and what they were worth here."""

    returned = models.ForeignKey(SupplierReturn, models.PROTECT, related_name="lines")
    line = models.ForeignKey(PurchaseLine, models.PROTECT, related_name="return_lines")
    quantity = models.PositiveIntegerField()
    value = MoneyField(help_text="At the order's price.")
    cost = MoneyField(help_text="At the moving average of the day.")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0), name="a_supplier_return_returns_something")
        ]

    def __str__(self):
        return f"{self.quantity} x {self.line.title}"
