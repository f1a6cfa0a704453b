"""What the back office itself has to remember. Everything else it shows belongs to other parts."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from accounting.money import MoneyField
from accounting.written_once import WrittenOnce
from erp.documents.models import Document


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


class DataImport(Document):
    """A list that somebody brought in: what it was read as, what became of it, and whether it was undone."""

    class State(models.TextChoices):
        PREVIEWED = "previewed", "to be looked at"
        RUNNING = "running", "running"
        DONE = "done", "done"
        STOPPED = "stopped", "stopped: nothing was imported"
        DISCARDED = "discarded", "discarded"
        UNDOING = "undoing", "being undone"
        UNDONE = "undone", "undone"

    class Mode(models.TextChoices):
        ALL = "all", "all or nothing"
        GOOD = "good", "good rows only"

    TRANSITIONS = {
        State.PREVIEWED: {State.RUNNING, State.DISCARDED},
        State.RUNNING: {State.DONE, State.STOPPED},
        State.DONE: {State.UNDOING},
        State.UNDOING: {State.UNDONE, State.DONE},
    }

    kind = models.CharField(max_length=20)
    state = models.CharField(max_length=20, choices=State, default=State.PREVIEWED)
    mode = models.CharField(max_length=4, choices=Mode, blank=True)
    name = models.CharField("file", max_length=255)
    sha256 = models.CharField(max_length=64, db_index=True)
    how = models.CharField("read", max_length=100)
    header = models.JSONField()
    wrong = models.JSONField(default=list, help_text="What is wrong with the file as a whole.")
    why = models.CharField(max_length=500, blank=True, help_text="Why it stopped.")
    created_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True, blank=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True)

    class Meta:
        verbose_name = "import"

    def __str__(self):
        return f"{self.pk}: {self.kind} of {self.name}"

    @property
    def source_key(self) -> str:
        return f"import:{self.pk}"


class DataRow(models.Model):
    """A row of a list: what it says, what it would change or did change, or what is wrong with it."""

    class Fate(models.TextChoices):
        NEW = "new", "new"
        CHANGED = "changed", "changed"
        SAME = "same", "as it is"
        REFUSED = "refused", "refused"

    data_import = models.ForeignKey(DataImport, models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField(help_text="As a spreadsheet counts.")
    rank = models.PositiveSmallIntegerField(default=0, help_text="Lower ones are written first.")
    fate = models.CharField(max_length=8, choices=Fate)
    cells = models.JSONField(help_text="As they were written.")
    values = models.JSONField(help_text="As they were understood.")
    changes = models.JSONField(help_text="Column, from, to.")
    wrong = models.JSONField(default=list, help_text="Column, value, reason.")
    is_taken = models.BooleanField(default=False)
    is_undone = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["data_import", "number"], name="a_row_has_its_number"),
            models.CheckConstraint(
                condition=Q(is_taken=False) | Q(fate__in=["new", "changed"]),
                name="what_is_refused_is_not_taken",
            ),
            models.CheckConstraint(
                condition=Q(is_undone=False) | Q(is_taken=True), name="only_what_was_taken_is_undone"
            ),
        ]
        indexes = [models.Index(fields=["data_import", "fate", "rank", "number"], name="rows_of_an_import")]

    def __str__(self):
        return f"Row {self.number}"
