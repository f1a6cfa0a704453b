"""What staff type at the bank's desks: files, splits, accounts, reasons. Nothing is written here."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone
from stdnum import iban
from stdnum.exceptions import ValidationError as NotANumber

from accounting import chart
from accounting.models import Account
from erp.banking.models import CsvMapping
from erp.banking.reading.mapped import Balances
from erp.banking.reading.words import LARGEST
from erp.invoicing import providers

ROWS = range(1, 7)
DAY = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


class UploadForm(forms.Form):
    """A file, in memory: it is never larger than is read."""

    file = forms.FileField(help_text="At most 8 MB.")

    def content(self) -> bytes:
        """Return the bytes of the file; of one that is too large one more than is read."""
        upload: UploadedFile = self.cleaned_data["file"]
        return upload.read(LARGEST + 1)

    def name(self) -> str:
        """Return what the file is called."""
        return str(self.cleaned_data["file"].name)


class StatementForm(UploadForm):
    """A statement of the bank."""

    mapping = forms.ModelChoiceField(
        CsvMapping.objects.order_by("name"),
        required=False,
        label="Written as",
        empty_label="CAMT.053 (XML)",
        help_text="A CSV needs the format of its bank, which is described once.",
    )
    opening = forms.DecimalField(
        max_digits=17,
        decimal_places=2,
        required=False,
        label="Opening balance",
        help_text="Only for a CSV without a column of balances.",
    )
    closing = forms.DecimalField(max_digits=17, decimal_places=2, required=False, label="Closing balance")
    accepts = forms.BooleanField(
        required=False,
        initial=True,
        label="Accept what is sure",
        help_text="Lines that name one order or invoice, over just what is owed on it.",
    )

    def balances(self) -> Balances:
        """Return the balances as they were typed."""
        return Balances(self.cleaned_data["opening"], self.cleaned_data["closing"])


class PayoutForm(UploadForm):
    """A report of a provider or carrier."""

    provider = forms.ChoiceField(label="Of")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(way.code, way.name) for way in providers.available() if way.money_account != chart.BANK]
        self.fields["provider"].choices = choices  # type: ignore[attr-defined]
        self.order_fields(["provider", "file"])


class SplitForm(forms.Form):
    """What a line of the bank stands for, number by number; the rest may go to an account."""

    def __init__(self, data: Any, *, amount: Decimal) -> None:
        super().__init__(data)
        for row in ROWS:
            self.fields[f"number_{row}"] = forms.CharField(
                max_length=100,
                required=False,
                label=f"Order or invoice {row}",
                help_text=f"{amount} is to be said what for." if row == 1 else "",
            )
            self.fields[f"amount_{row}"] = forms.DecimalField(
                max_digits=17,
                decimal_places=2,
                required=False,
                label=f"Amount {row}",
                help_text="Empty: what is owed on it." if row == 1 else "",
            )
        self.fields["account"] = _accounts(label="What is left goes to", required=False)
        self.amount = amount

    def clean(self) -> dict[str, Any]:
        """Refuse a form in which nothing is chosen."""
        answer = super().clean() or self.cleaned_data
        if not self.errors and not self.numbers() and not answer.get("account"):
            raise forms.ValidationError("Name an order, an invoice or an account.")
        return answer

    def numbers(self) -> list[tuple[str, Decimal | None]]:
        """Return the numbers that were typed, each with its amount, signed as the line."""
        rows = [
            (self.cleaned_data.get(f"number_{row}"), self.cleaned_data.get(f"amount_{row}")) for row in ROWS
        ]
        sign = 1 if self.amount > 0 else -1
        return [(number, amount and sign * abs(amount)) for number, amount in rows if number]

    def account(self) -> str:
        """Return the account for what is left."""
        chosen = self.cleaned_data.get("account")
        return chosen.code if chosen else ""


class LeaveForm(forms.Form):
    """Why a line is left, or a match undone."""

    reason = forms.CharField(max_length=255)


class ExplainForm(forms.Form):
    """What a line of a payout stands for."""

    operation = forms.CharField(
        max_length=200,
        required=False,
        label="Our movement",
        help_text="Its reference, as the clearing account shows it. Empty: fees, losses or a chargeback.",
    )
    note = forms.CharField(max_length=255, label="Why")


class OrderForm(forms.Form):
    """Which refunds are given to the bank, and when."""

    on = forms.DateField(label="On", initial=timezone.localdate, widget=DAY)
    note = forms.CharField(max_length=140, required=False)
    refunds = forms.TypedMultipleChoiceField(coerce=int, error_messages={"required": "Choose a refund."})

    def __init__(self, data: Any, *, waiting: Iterable[int]) -> None:
        super().__init__(data)
        self.fields["refunds"].choices = [(key, key) for key in waiting]  # type: ignore[attr-defined]


class AccountForm(forms.Form):
    """To which account a refund goes."""

    name = forms.CharField(max_length=70)
    iban = forms.CharField(max_length=42, label="IBAN")

    def clean_iban(self) -> str:
        """Refuse a number that no bank has."""
        try:
            return iban.validate(self.cleaned_data["iban"])
        except NotANumber:
            raise forms.ValidationError("This is no IBAN: look for a slip.") from None


def _accounts(*, label: str, required: bool) -> forms.ModelChoiceField:
    rows = Account.objects.filter(active=True, party_required=False).exclude(role=chart.BANK)
    kinds = ("expense", "income", "liability", "asset", "equity")
    ordered = rows.filter(kind__in=kinds).order_by("-kind", "code")
    return forms.ModelChoiceField(ordered, label=label, required=required, empty_label="nowhere")
