"""Stocktakes: what was known of a warehouse, what was counted, and what became of the difference.

A count counts good pieces. What is set aside (damaged, in quarantine) is known already and is not counted.
"""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from accounting.money import MoneyField
from accounting.written_once import WrittenOnce
from erp.documents.models import Document

from .stock import Warehouse


class Stocktake(Document):
    """Products of one warehouse that are counted while it goes on working."""

    class State(models.TextChoices):
        COUNTING = "counting", "being counted"
        POSTED = "posted", "posted"
        CANCELLED = "cancelled", "cancelled"

    TRANSITIONS = {State.COUNTING: {State.POSTED, State.CANCELLED}}
    FROZEN_WHEN: ClassVar[tuple[str, set[str]]] = ("state <> 'counting'", set())

    warehouse = models.ForeignKey(Warehouse, models.PROTECT, related_name="stocktakes")
    state = models.CharField(max_length=12, choices=State, default=State.COUNTING)
    is_blind = models.BooleanField(
        "blind", default=True, help_text="Who counts does not see what is expected."
    )
    note = models.CharField(max_length=255, blank=True)
    started_on = models.DateField()
    posted_on = models.DateField(null=True, blank=True)
    key = models.CharField(max_length=100, unique=True, null=True, blank=True, help_text="Started once.")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    poster = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state="posted", posted_on__isnull=False)
                | (~Q(state="posted") & Q(posted_on=None)),
                name="what_is_posted_has_its_day",
            ),
        ]

    def __str__(self):
        return f"ST-{self.pk:05d}"


class StocktakeLine(models.Model):
    """One product of a stocktake. What was expected is frozen: `expected` after the move `frozen_at`.

    `known` is what would have been right at the moment of the count: what was expected, and what had
    moved since. The difference stays right whatever is sold afterwards.
    """

    stocktake = models.ForeignKey(Stocktake, models.PROTECT, related_name="lines")
    product = models.ForeignKey("catalogue.Product", models.PROTECT, related_name="+")
    warehouse = models.ForeignKey(Warehouse, models.PROTECT, related_name="+")
    is_open = models.BooleanField(default=True)
    expected = models.PositiveIntegerField()
    frozen_at = models.BigIntegerField(default=0, help_text="The last move before.")
    counted = models.PositiveIntegerField(null=True, blank=True)
    known = models.PositiveIntegerField(null=True, blank=True)
    counted_at = models.BigIntegerField(null=True, blank=True, help_text="The last move before the count.")
    rounds = models.PositiveIntegerField(default=0, help_text="How often it was counted.")
    value = MoneyField(null=True, help_text="What the difference was worth when it was posted.")

    FROZEN_WHEN = (
        "EXISTS (SELECT 1 FROM inventory_stocktake s WHERE s.id = stocktake_id AND s.state <> 'counting')",
        {"is_open", "value"},
    )
    PART_OF = "stocktake"

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["stocktake", "product"], name="a_product_stands_on_a_stocktake_once"
            ),
            models.UniqueConstraint(
                fields=["product", "warehouse"],
                condition=Q(is_open=True),
                name="a_product_is_counted_by_one_stocktake_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(counted=None, known=None, counted_at=None)
                | Q(counted__isnull=False, known__isnull=False, counted_at__isnull=False),
                name="what_is_counted_is_compared",
            ),
        ]

    def __str__(self):
        return str(self.product)

    @property
    def moved(self) -> int | None:
        return None if self.known is None else self.known - self.expected

    @property
    def difference(self) -> int | None:
        return None if self.counted is None or self.known is None else self.counted - self.known


class Count(WrittenOnce):
    """What somebody counted, once. The last one of a line counts, unless a recount is awaited."""

    line = models.ForeignKey(StocktakeLine, models.PROTECT, related_name="counts")
    counted = models.PositiveIntegerField()
    known = models.PositiveIntegerField()
    counted_on = models.DateTimeField(db_default=Now())
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    def __str__(self):
        return f"{self.counted} of {self.line}"
