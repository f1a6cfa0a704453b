"""What the reports of VAT ask: mostly a month or quarter, and which part of it to show the documents of."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django import forms

from .asking import DaysForm, SpanForm, last_of_month, months_later

NOTHING = "nothing"  # what most lines of the OSS return correct
SIDES = [("output", "owed"), ("input", "reclaimed")]


class MonthForm(SpanForm):
    """Last month, unless somebody chooses otherwise."""

    @classmethod
    def first(cls, today: date) -> dict[str, Any]:
        return _last(today, months=1)


class QuarterForm(DaysForm):
    """Last quarter, unless somebody chooses otherwise."""

    @classmethod
    def first(cls, today: date) -> dict[str, Any]:
        return _last(today, months=3)


class MonthsForm(DaysForm):
    """Last month, unless somebody chooses otherwise. Beside nothing."""

    @classmethod
    def first(cls, today: date) -> dict[str, Any]:
        return _last(today, months=1)


class BoxForm(MonthsForm):
    """One box of the VAT return, or all of a side of it."""

    side = forms.ChoiceField(label="VAT", choices=SIDES)
    box = forms.CharField(max_length=20, required=False)

    def describe(self) -> str:
        side, box = self.cleaned_data["side"], self.cleaned_data["box"]
        return f"VAT {dict(SIDES)[side]}, {f'box {box}' if box else 'all boxes'}, {super().describe()}"

    @classmethod
    def first(cls, today: date) -> dict[str, Any]:
        return super().first(today) | {"side": "output"}


class OssForm(QuarterForm):
    """Lines of the OSS return: all, those of a tax code, or those that correct a quarter (or nothing)."""

    code = forms.CharField(label="tax code", max_length=20, required=False)
    corrects = forms.CharField(label="corrects", max_length=20, required=False)

    def describe(self) -> str:
        code, corrects = self.cleaned_data["code"], self.cleaned_data["corrects"]
        return ", ".join(filter(None, [code, corrects and f"corrects {corrects}", super().describe()]))


class BuyerForm(MonthsForm):
    """One line of the EC sales list."""

    vat_id = forms.CharField(label="VAT id", max_length=20, required=False)
    kind = forms.ChoiceField(choices=[("goods", "goods"), ("services", "services")])

    def describe(self) -> str:
        buyer = self.cleaned_data["vat_id"] or "nobody known"
        return f"{self.cleaned_data['kind']} of {buyer}, {super().describe()}"

    @classmethod
    def first(cls, today: date) -> dict[str, Any]:
        return super().first(today) | {"kind": "goods"}


class YearForm(forms.Form):
    """A calendar year."""

    year = forms.IntegerField(min_value=2000, max_value=2100)

    def describe(self) -> str:
        return str(self.cleaned_data["year"])

    @classmethod
    def first(cls, today: date) -> dict[str, Any]:
        return {"year": today.year}

    @classmethod
    def shortcuts(cls, today: date) -> Iterator[tuple[str, dict[str, Any]]]:
        yield "This year", {"year": today.year}
        yield "Last year", {"year": today.year - 1}


def _last(today: date, *, months: int) -> dict[str, Any]:
    """Return the days of the last month or quarter that is over."""
    running = date(today.year, (today.month - 1) // months * months + 1, 1)
    start = months_later(running, -months)
    return {"start": start, "end": last_of_month(months_later(start, months - 1))}
