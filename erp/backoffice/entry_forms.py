"""What somebody types who posts by hand. Nothing is written here."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.utils import timezone

from accounting import attachments
from accounting.by_hand import BY_DOCUMENT, MOST_LINES, DraftedLine
from accounting.models import Account, Party, TaxCode
from accounting.money import ZERO

from .bill_forms import RateField, offered
from .forms import DAY

BLANK_ROWS = 6
MOST_FILES = 10
AMOUNT = f"Type an amount in {settings.CURRENCY}, such as 1234.50."


class EntryForm(forms.Form):
    """The head of an entry."""

    day = forms.DateField(label="Date", widget=DAY, initial=timezone.localdate)
    memo = forms.CharField(label="What for", max_length=500)
    document_no = forms.CharField(
        label="Document", max_length=40, required=False, help_text="The number of the paper behind it."
    )
    reverse_on = forms.DateField(
        label="Undo on",
        widget=DAY,
        required=False,
        help_text="An accrual is undone by its mirror on this day.",
    )


class LineForm(forms.Form):
    """A line: an amount on one side of an account."""

    account = forms.ModelChoiceField(Account.objects.all())
    debit = forms.DecimalField(required=False, max_digits=14, decimal_places=2)
    credit = forms.DecimalField(required=False, max_digits=14, decimal_places=2)
    party = forms.CharField(label="Customer or supplier", required=False, max_length=255)
    tax_code = RateField(TaxCode.objects.all(), label="VAT", required=False)
    memo = forms.CharField(required=False, max_length=500)

    def __init__(self, *args: Any, choices: dict[str, Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():  # a row of a table shows no labels
            field.widget.attrs["aria-label"] = field.label or name.capitalize()
            if name in choices:
                field.choices = choices[name]  # type: ignore[attr-defined]
        for name in ("debit", "credit"):
            self.fields[name].error_messages["invalid"] = AMOUNT
            # A browser's own field for numbers would swallow what is no number, and nobody learned why.
            self.fields[name].widget = forms.TextInput(
                attrs={"inputmode": "decimal", "data-side": name, "aria-label": name.capitalize(), "size": 10}
            )
        self.fields["party"].widget.attrs["list"] = "parties"

    def clean_party(self) -> Party | None:
        """Return who is called so: by key, or by a name that only one has."""
        name = self.cleaned_data["party"].strip()
        if not name:
            return None
        found = Party.objects.filter(key=name)[:1] or Party.objects.filter(name=name)[:2]
        if len(found) != 1:
            raise forms.ValidationError(
                f"{'Nobody' if not found else 'More than one'} is called '{name}': type the key."
            )
        return found[0]

    def clean(self) -> dict[str, Any]:
        """Refuse both sides at once, none of them, and less than nothing."""
        said = super().clean() or self.cleaned_data
        debit, credit = said.get("debit"), said.get("credit")
        if {"debit", "credit"} & self.errors.keys():
            return said
        if bool(debit) == bool(credit):
            self.add_error("debit", "A debit or a credit, and only one of them, other than zero.")
        elif (debit or credit or ZERO) < 0:
            self.add_error("debit" if debit else "credit", "Type it on the other side, without a sign.")
        return said

    def line(self) -> DraftedLine:
        """Return the line as the books take it."""
        said = self.cleaned_data
        amount = (said["debit"] or ZERO) - (said["credit"] or ZERO)
        return DraftedLine(said["account"], amount, said["party"], said["tax_code"], said["memo"])


class Lines(forms.BaseFormSet):
    """The lines of an entry. What they must be together, the books say."""

    def get_form_kwargs(self, index: int | None) -> dict[str, Any]:
        """Give every line the same choices, looked up once."""
        if not hasattr(self, "_choices"):
            self._choices = {"account": accounts(), "tax_code": rates()}
        return {**super().get_form_kwargs(index), "choices": self._choices}

    def lines(self) -> list[DraftedLine]:
        """Return the lines that are filled in and not taken out. One that stays as it was is one of them."""
        filled = [form for form in self.forms if form.cleaned_data.get("account")]
        return [form.line() for form in filled if form not in self.deleted_forms]


LinesFormSet = forms.formset_factory(
    LineForm, formset=Lines, extra=BLANK_ROWS, can_delete=True, max_num=MOST_LINES, absolute_max=MOST_LINES
)


class Several(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files at once."""

    widget = Several

    def clean(self, data: Any, initial: Any = None) -> Any:
        """Return the files, none of them too large to be read."""
        chosen = data if isinstance(data, list | tuple) else [data]
        found = [super(FilesField, self).clean(one, initial) for one in chosen]
        if len(found) > MOST_FILES:
            raise forms.ValidationError(f"At most {MOST_FILES} files at once.")
        if large := [one.name for one in found if one.size > attachments.LARGEST]:
            raise forms.ValidationError(f"'{large[0]}' is larger than 10 MB.")
        return found


class FilesForm(forms.Form):
    """The papers that prove an entry."""

    papers = FilesField(help_text=f"{', '.join(attachments.KINDS)}; at most 10 MB each.")


class UndoForm(forms.Form):
    """On which day an entry is undone."""

    day = forms.DateField(label="Undo on", widget=DAY, initial=timezone.localdate)


def accounts() -> Sequence[tuple[Any, str]]:
    """Return the accounts that take lines by hand."""
    rows = Account.objects.filter(active=True).exclude(role__in=BY_DOCUMENT).order_by("code")
    return [("", ""), *((row.pk, str(row)) for row in rows)]


def rates() -> Sequence[tuple[Any, str]]:
    """Return the VAT rates at which something is bought here."""
    codes = offered().codes.exclude(category__in=TaxCode.OWED_BY_US)
    return [("", ""), *((row.pk, row.name) for row in codes)]


def known(line: DraftedLine) -> dict[str, Any]:
    """Return a line as the form shows it."""
    side = "debit" if line.amount > 0 else "credit"
    words = {"account": line.account.pk, "party": line.party.key if line.party else "", "memo": line.memo}
    return {**words, "tax_code": line.tax_code and line.tax_code.pk, side: abs(line.amount)}
