"""Stock that somebody found to be different, and who agreed to that."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from accounting.money import MoneyField
from erp.documents.models import Document

from .stock import Warehouse


class Adjustment(Document):
    """Pieces found, lost or scrapped, and why. Above the company's limit it waits for a second person."""

    class State(models.TextChoices):
        REQUESTED = "requested", "to be approved"
        DONE = "done", "done"
        REJECTED = "rejected", "rejected"

    class Code(models.TextChoices):
        COUNTED = "counted", "counted differently"
        FOUND = "found", "found"
        LOST = "lost", "lost or stolen"
        DAMAGED = "damaged", "broken or spoiled"
        SCRAPPED = "scrapped", "scrapped"
        OWN_USE = "own use", "taken for own use"
        OTHER = "other", "other"

    TRANSITIONS = {State.REQUESTED: {State.DONE, State.REJECTED}}
    FROZEN_WHEN: ClassVar[tuple[str, set[str]]] = ("state <> 'requested'", set())

    product = models.ForeignKey("catalogue.Product", models.PROTECT, related_name="adjustments")
    warehouse = models.ForeignKey(Warehouse, models.PROTECT, related_name="+")
    state = models.CharField(max_length=12, choices=State, default=State.REQUESTED)
    quantity = models.IntegerField(help_text="Pieces found; negative where they are gone.")
    condition = models.CharField(max_length=12, blank=True, help_text="Of pieces that are set aside.")
    code = models.CharField("reason", max_length=12, choices=Code)
    note = models.CharField(max_length=255)
    cost = MoneyField(null=True, help_text="Of all pieces found. Empty: the average.")
    estimate = MoneyField(help_text="What the pieces were worth when it was asked for.")
    value = MoneyField(null=True, help_text="What it changed the value of the stock by.")
    requested_on = models.DateField()
    decided_on = models.DateField(null=True, blank=True)
    answer = models.CharField(max_length=255, blank=True, help_text="Why it was rejected.")
    key = models.CharField(max_length=100, unique=True, help_text="Asked for once.")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    approver = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(quantity=0), name="an_adjustment_adjusts_something"),
            models.CheckConstraint(condition=~Q(note=""), name="an_adjustment_says_why"),
            models.CheckConstraint(
                condition=Q(condition="") | Q(quantity__lt=0), name="nothing_is_found_that_was_set_aside"
            ),
            models.CheckConstraint(
                condition=Q(state="done", value__isnull=False) | (~Q(state="done") & Q(value=None)),
                name="what_is_adjusted_has_its_value",
            ),
            models.CheckConstraint(
                condition=Q(state="requested", decided_on=None)
                | (~Q(state="requested") & Q(decided_on__isnull=False)),
                name="what_is_decided_has_its_day",
            ),
            models.CheckConstraint(
                condition=Q(approver=None) | Q(user=None) | ~Q(approver=F("user")) | Q(state="rejected"),
                name="nobody_approves_their_own_adjustment",
            ),
        ]

    def __str__(self):
        return f"{self.quantity:+d} {self.product}"

    @property
    def source_key(self) -> str:
        return f"adjustment:{self.key}"

    @property
    def why(self) -> str:
        return f"{self.Code(self.code).label.capitalize()}: {self.note}"
