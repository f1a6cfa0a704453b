"""Years and periods, and the counters of documents by year."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from accounting.written_once import WrittenOnce


class FiscalYear(models.Model):
    start = models.DateField(unique=True)
    end = models.DateField(unique=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="a_year_ends_after_it_starts", condition=Q(end__gt=F("start")))
        ]

    def __str__(self):
        return str(self.end.year)


class Period(models.Model):
    """A month. Once locked it takes no entry, and it stays locked."""

    fiscal_year = models.ForeignKey(FiscalYear, models.PROTECT, related_name="periods")
    start = models.DateField(unique=True)
    end = models.DateField(unique=True)
    locked = models.BooleanField(default=False)
    locked_at = models.DateTimeField(null=True, blank=True)
    locked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    sales_locked = models.BooleanField(default=False, help_text="Takes no entry of the journal of sales.")
    purchases_locked = models.BooleanField(default=False, help_text="Takes no entry of that of purchases.")
    stock_locked = models.BooleanField(default=False, help_text="Takes no entry of the journal of stock.")
    vat_locked = models.BooleanField(default=False, help_text="Takes no entry with a tax code.")

    class Meta:
        constraints = [
            models.CheckConstraint(name="a_period_ends_after_it_starts", condition=Q(end__gt=F("start")))
        ]

    def __str__(self):
        return f"{self.start:%Y-%m}"


class PeriodChange(WrittenOnce):
    """That a period, or an area of it, was locked or opened again: by whom, when and why."""

    class Area(models.TextChoices):
        SALES = "sales", "Sales"
        PURCHASES = "purchases", "Purchases"
        STOCK = "stock", "Stock"
        VAT = "vat", "VAT"
        ALL = "all", "Everything, for good"

        @property
        def words(self) -> str:
            """What it is called within a sentence."""
            return self.label if self == "vat" else self.label.lower()

    period = models.ForeignKey(Period, models.PROTECT, related_name="changes")
    area = models.CharField(max_length=10, choices=Area)
    locked = models.BooleanField()
    reason = models.CharField(max_length=255)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(name="a_lock_has_its_reason", condition=~Q(reason="")),
            models.CheckConstraint(
                name="a_period_locked_for_good_stays_so", condition=~Q(area="all") | Q(locked=True)
            ),
        ]

    def __str__(self):
        return f"{self.period}: {self.get_area_display()} {'locked' if self.locked else 'opened'}"


class NumberSeries(models.Model):
    """The counter of one kind of document in one year. It moves up by one, never back."""

    series = models.CharField(max_length=10)
    year = models.PositiveSmallIntegerField()
    last_no = models.PositiveIntegerField(default=0)
    last_on = models.DateField(null=True, help_text="Of the last document: dates ascend with numbers.")
    last_hash = models.CharField(max_length=64, blank=True, default="", db_default="")

    class Meta:
        verbose_name_plural = "number series"
        constraints = [
            models.UniqueConstraint(fields=["series", "year"], name="one_counter_a_series_and_year")
        ]

    def __str__(self):
        return f"{self.series}-{self.year}"
