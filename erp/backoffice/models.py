"""What the back office itself has to remember. Everything else it shows belongs to other parts."""

from django.db import models
from django.db.models.functions import Now

from accounting.money import MoneyField
from accounting.written_once import WrittenOnce


class ImportedDocument(WrittenOnce):
    """A document of another shop that went through the chain here, written in the same transaction.

    Its key is how an import that runs again knows what is done.
    """

    key = models.CharField(max_length=150, unique=True)
    rows = models.PositiveIntegerField(help_text="Rows of the file that were taken.")
    amount = MoneyField(help_text="Quantity times price of those rows: negative for a credit.")
    imported_at = models.DateTimeField(db_default=Now())

    def __str__(self):
        return self.key
