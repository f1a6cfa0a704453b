"""What the company has of its own checks: when they ran and what they found, and what a closed month said."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from accounting.models import Period
from accounting.written_once import WrittenOnce

from . import guards


class Verification(WrittenOnce):
    """A run of all checks: what it looked at, and each finding with the check, its sentence and its place."""

    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(db_index=True)
    checks = models.PositiveIntegerField()
    findings = models.JSONField(default=list, help_text="Of each: check, text, and about where it is known.")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    GUARDS = guards.HISTORY

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(finished_at__gte=F("started_at")), name="a_run_ends_after_it_began"
            )
        ]

    def __str__(self):
        return f"{self.started_at:%Y-%m-%d %H:%M}: {len(self.findings)} findings"


class Certificate(WrittenOnce):
    """What the books were when a period was locked for good. Its PDF is a stored file of `period:<pk>`."""

    period = models.OneToOneField(Period, models.PROTECT, related_name="certificate")
    reason = models.CharField(max_length=255)
    checks = models.PositiveIntegerField(help_text="How many checks were green.")
    hashes = models.JSONField(help_text="The last hash of each chain.")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(db_default=Now())

    def __str__(self):
        return f"Certificate of {self.period}"
