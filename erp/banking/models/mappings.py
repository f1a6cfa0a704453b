"""How a bank writes its statements as CSV: one row a bank."""

from django.db import models
from django.db.models import Q


class CsvMapping(models.Model):
    """How a bank writes its statements as CSV. A column is named by its heading, or by its number from 1."""

    name = models.CharField(max_length=60, unique=True, help_text="Such as the name of the bank.")
    delimiter = models.CharField(
        max_length=3,
        choices=[(",", "comma"), (";", "semicolon"), ("\t", "tab"), ("|", "|")],
        default=";",
    )
    encoding = models.CharField(
        max_length=10,
        choices=[
            ("auto", "recognise it"),
            ("utf-8", "UTF-8"),
            ("cp1252", "Windows (cp1252)"),
            ("utf-16", "UTF-16"),
        ],
        default="auto",
    )
    decimal_mark = models.CharField(
        max_length=1, choices=[(",", "comma: 1.234,56"), (".", "point: 1,234.56")], default=","
    )
    date_format = models.CharField(
        max_length=10,
        choices=[
            ("%d.%m.%Y", "31.12.2026"),
            ("%d.%m.%y", "31.12.26"),
            ("%Y-%m-%d", "2026-12-31"),
            ("%d/%m/%Y", "31/12/2026"),
            ("%m/%d/%Y", "12/31/2026"),
            ("%d-%m-%Y", "31-12-2026"),
            ("%Y%m%d", "20261231"),
        ],
        default="%d.%m.%Y",
    )
    skip_lines = models.PositiveSmallIntegerField(
        "lines above the headings", default=0, help_text="Lines of the file that come before the headings."
    )
    booked_on = models.CharField("column of the booking date", max_length=60)
    valued_on = models.CharField("column of the value date", max_length=60, blank=True)
    amount = models.CharField(
        "column of the amount", max_length=60, blank=True, help_text="Leave empty where there are two."
    )
    debit = models.CharField("column of money going out", max_length=60, blank=True)
    credit = models.CharField("column of money coming in", max_length=60, blank=True)
    sign = models.CharField(
        "column of the sign",
        max_length=60,
        blank=True,
        help_text="Where amounts carry no minus of their own.",
    )
    going_out = models.CharField(
        "words for money going out", max_length=60, default="D,DBIT,S,-", help_text="With commas between."
    )
    party = models.CharField("column of the other's name", max_length=60, blank=True)
    iban = models.CharField("column of the other's IBAN", max_length=60, blank=True)
    text = models.CharField(
        "column(s) of the text", max_length=120, blank=True, help_text="Several with + between."
    )
    end_to_end = models.CharField("column of the end-to-end id", max_length=60, blank=True)
    reference = models.CharField("column of the bank's reference", max_length=60, blank=True)
    balance = models.CharField(
        "column of the balance after a line",
        max_length=60,
        blank=True,
        help_text="Where there is one, nobody types the balances.",
    )
    currency = models.CharField("column of the currency", max_length=60, blank=True)
    own_iban = models.CharField("column of our own IBAN", max_length=60, blank=True)

    class Meta:
        verbose_name = "CSV format of a bank"
        verbose_name_plural = "CSV formats of banks"
        constraints = [
            models.CheckConstraint(
                condition=~Q(amount="") | (~Q(debit="") & ~Q(credit="")),
                name="a_mapping_finds_the_amount",
                violation_error_message="Name the column of the amount, or those of money going out and in.",
            )
        ]

    def __str__(self):
        return self.name
