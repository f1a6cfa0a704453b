"""What a report asks: some days or one day, and what to compare them with. All stands in the address."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.urls import reverse
from django.utils import formats
from django.utils.http import urlencode

from accounting.periods import FIRST_YEAR, LAST_YEAR

# What a browser's own calendar reads and sends.
DAY = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
COMPARE = [("", "nothing"), ("before", "the time before"), ("year", "a year earlier")]
KNOWN = f"The books know the years {FIRST_YEAR} to {LAST_YEAR}: look at the year."
# Far from the ends of the calendar, where there is no day before or after.
OF_THE_BOOKS = [
    MinValueValidator(date(FIRST_YEAR, 1, 1), KNOWN),
    MaxValueValidator(date(LAST_YEAR, 12, 31), KNOWN),
]


@dataclass(frozen=True, slots=True)
class Span:
    """Days from one to another, both included."""

    start: date
    end: date

    def __str__(self) -> str:
        return f"{said(self.start)} to {said(self.end)}"

    @property
    def is_whole_months(self) -> bool:
        return self.start.day == 1 and (self.end + timedelta(days=1)).day == 1

    def months(self) -> int:
        return 12 * (self.end.year - self.start.year) + self.end.month - self.start.month + 1

    def before(self) -> "Span":
        """Return as many days, or whole months, before the first day."""
        end = self.start - timedelta(days=1)
        if self.is_whole_months:
            return Span(months_later(self.start, -self.months()), end)
        return Span(end - (self.end - self.start), end)

    def a_year_earlier(self) -> "Span":
        """Return the same days of the year before; the end of a month stays its end."""
        start, end = months_later(self.start, -12), months_later(self.end, -12)
        if (self.end + timedelta(days=1)).day == 1:
            end = last_of_month(end)
        return Span(start, end)


class DaysForm(forms.Form):
    """From which day to which.

    What an address leaves out is taken from `first`. It names no boxes to tick: one not ticked is left out.
    """

    start = forms.DateField(label="from", widget=DAY, validators=OF_THE_BOOKS)
    end = forms.DateField(label="to", widget=DAY, validators=OF_THE_BOOKS)

    def clean(self) -> dict[str, Any]:
        """Refuse days in the wrong order."""
        days = super().clean() or {}
        if not self.errors and days["start"] > days["end"]:
            raise forms.ValidationError("The first day comes after the last one.")
        return days

    @property
    def span(self) -> Span:
        return Span(self.cleaned_data["start"], self.cleaned_data["end"])

    def describe(self) -> str:
        """Return what is asked, in words."""
        return str(self.span)

    @classmethod
    def first(cls, today: date) -> dict[str, Any]:
        """Return what is asked when nobody has chosen yet: this month."""
        month = today.replace(day=1)
        return {"start": month, "end": last_of_month(month)}

    @classmethod
    def shortcuts(cls, today: date) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield usual choices: their name and their days."""
        month, quarter = today.replace(day=1), date(today.year, (today.month - 1) // 3 * 3 + 1, 1)
        for name, start, months in (
            ("This month", month, 1),
            ("Last month", months_later(month, -1), 1),
            ("This quarter", quarter, 3),
            ("Last quarter", months_later(quarter, -3), 3),
            ("This year", date(today.year, 1, 1), 12),
            ("Last year", date(today.year - 1, 1, 1), 12),
        ):
            yield name, {"start": start, "end": months_later(start, months) - timedelta(days=1)}
        yield "This year up to today", {"start": date(today.year, 1, 1), "end": today}


class SpanForm(DaysForm):
    """From which day to which, and beside which other days."""

    compare = forms.ChoiceField(label="beside", choices=COMPARE, required=False)

    @property
    def beside(self) -> Span | None:
        """Return the days to compare with, if any are."""
        chosen = self.cleaned_data["compare"]
        if not chosen:
            return None
        return self.span.before() if chosen == "before" else self.span.a_year_earlier()

    def describe(self) -> str:
        """Return what is asked, in words."""
        return str(self.span) + (f", beside {self.beside}" if self.beside else "")

    @classmethod
    def first(cls, today: date) -> dict[str, Any]:
        """Return what is asked when nobody has chosen yet: this year up to now."""
        return {"start": date(today.year, 1, 1), "end": today}


class DayForm(forms.Form):
    """The day at whose end to look, and beside which other day."""

    on = forms.DateField(label="at the end of", widget=DAY, validators=OF_THE_BOOKS)
    compare = forms.ChoiceField(label="beside", choices=COMPARE, required=False)

    @property
    def day(self) -> date:
        return self.cleaned_data["on"]

    @property
    def beside(self) -> date | None:
        """Return the day to compare with, if any is: a month or a year earlier."""
        chosen = self.cleaned_data["compare"]
        if not chosen:
            return None
        earlier = months_later(self.day, -1 if chosen == "before" else -12)
        return last_of_month(earlier) if (self.day + timedelta(days=1)).day == 1 else earlier

    def describe(self) -> str:
        """Return what is asked, in words."""
        return said(self.day) + (f", beside {said(self.beside)}" if self.beside else "")

    @classmethod
    def first(cls, today: date) -> dict[str, Any]:
        """Return what is asked when nobody has chosen yet."""
        return {"on": today}

    @classmethod
    def shortcuts(cls, today: date) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield usual choices: their name and their day."""
        month = today.replace(day=1)
        yield "Today", {"on": today}
        yield "End of last month", {"on": month - timedelta(days=1)}
        yield "End of last year", {"on": date(today.year - 1, 12, 31)}


def query(asked: forms.Form, **changes: Any) -> str:
    """Return what was asked as the end of an address, with some of it changed."""
    known = {
        name: asked.fields[name].prepare_value(value) if name in asked.fields else value
        for name, value in (asked.cleaned_data | changes).items()
        if value not in (None, "", False)
    }
    return urlencode(known, doseq=True)


def url_of(slug: str, **asked: Any) -> str:
    """Return the address of a report, as asked for: `url_of("profit-and-loss", start=..., end=...)`."""
    known = {name: value for name, value in asked.items() if value not in (None, "")}
    url = reverse("admin:report", args=[slug])
    return f"{url}?{urlencode(known)}" if known else url


def months_later(day: date, months: int) -> date:
    """Return the same day some months later, or the last one of a shorter month."""
    count = 12 * day.year + day.month - 1 + months
    first = date(count // 12, count % 12 + 1, 1)
    return min(first + timedelta(days=day.day - 1), last_of_month(first))


def this_year(today: date) -> dict[str, date]:
    """Return the days of the year that is running."""
    return {"start": date(today.year, 1, 1), "end": date(today.year, 12, 31)}


def last_of_month(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def said(day: date) -> str:
    return formats.date_format(day, "j M Y")
