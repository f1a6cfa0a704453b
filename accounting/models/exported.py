"""Which files of the books were handed out."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from accounting.written_once import WrittenOnce


class ExportRecord(WrittenOnce):
    """A file of the books that somebody took: of which days, and by which hash it is known again."""

    format = models.CharField(max_length=20)
    name = models.CharField(max_length=100)
    start = models.DateField(null=True, help_text="Empty: from the first day.")
    end = models.DateField(null=True, help_text="Empty: up to the last.")
    rows = models.PositiveIntegerField()
    size = models.PositiveBigIntegerField(help_text="Bytes.")
    sha256 = models.CharField(max_length=64)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = "export"

    def __str__(self):
        return self.name
