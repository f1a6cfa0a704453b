"""Counters that had to be brought back to what the moves say."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from accounting.written_once import WrittenOnce

from .stock import Warehouse


class CounterCorrection(WrittenOnce):
    """A counter that said something else than what it counts: what it said, and what it says since."""

    class Counter(models.TextChoices):
        ON_HAND = "on hand", "on hand"
        SET_ASIDE = "set aside", "set aside"
        RESERVED = "reserved", "reserved"
        FOR_SALE = "for sale", "in stock for the shop"
        PROMISED = "promised", "promised by the shop"
        PIECES = "pieces", "pieces valued"
        VALUE = "value", "value, in cents"
        WAITING = "waiting", "waited for"

    product = models.ForeignKey("catalogue.Product", models.PROTECT, related_name="counter_corrections")
    warehouse = models.ForeignKey(
        Warehouse, models.PROTECT, null=True, blank=True, related_name="+", help_text="Empty: all together."
    )
    counter = models.CharField(max_length=10, choices=Counter)
    was = models.BigIntegerField()
    became = models.BigIntegerField()
    corrected_at = models.DateTimeField(db_default=Now())
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(was=models.F("became")), name="a_correction_corrects_something"
            )
        ]

    def __str__(self):
        return f"{self.product}: {self.get_counter_display()} {self.was} to {self.became}"
