"""Number gaps: every journal and every series of documents by year, with each number that is missing."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from django import forms

from accounting.models import Journal, JournalEntry
from accounting.models.journal import entry_no
from erp.reporting import gaps
from erp.reporting.gaps import DOCUMENTS, Series

from .. import links
from .sheet import Link, Report, Row, Sheet

COLUMNS = ("Series", "What", "Year", "First", "Last", "Counter", "Count", "Missing", "Which", "Drafts")
NAMED = 20  # gaps that are written out


class YearForm(forms.Form):
    """Of which year; of all where none is named."""

    year = forms.IntegerField(label="year", min_value=1990, max_value=2100, required=False)

    def describe(self) -> str:
        """Return what is asked, in words."""
        return str(self.cleaned_data["year"] or "all years")

    @classmethod
    def first(cls, today: date) -> dict[str, Any]:
        """Return what is asked when nobody has chosen yet: everything."""
        return {}

    @classmethod
    def shortcuts(cls, today: date) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield usual choices: their name and their year."""
        yield "All years", {"year": ""}
        yield "This year", {"year": today.year}
        yield "Last year", {"year": today.year - 1}


def sheets(asked: YearForm) -> Sequence[Sheet]:
    year = asked.cleaned_data["year"]
    found = [one for one in gaps.series() if year in (None, one.year)]
    broken = [f"{one.name}-{one.year}" for one in found if not one.is_whole]
    wrong = f"Not every number from one to the counter was given once: {', '.join(broken)}." if broken else ""
    return [Sheet("Numbers", COLUMNS, [_row(one) for one in found], wrong=wrong)]


def _row(one: Series) -> Row:
    name, url = _named(one)
    figures = [str(one.year), one.first, one.last, one.counter, one.count, one.missing]
    return Row([Link(one.name, url), name, *figures, _which(one), one.drafts])


def _named(one: Series) -> tuple[str, str]:
    """Return what a series numbers, and the address of the list of those."""
    if one.name in DOCUMENTS:
        model = DOCUMENTS[one.name]
        return str(model._meta.verbose_name_plural).capitalize(), links.list_of(
            model, q=f"{one.name}-{one.year}-"
        )
    return Journal(one.name).label, links.list_of(JournalEntry, journal__exact=one.name)


def _which(one: Series) -> str:
    named = ", ".join(_said(one, gap) for gap in one.gaps[:NAMED])
    return f"{named} and others" if len(one.gaps) > NAMED else named


def _said(one: Series, gap: range) -> str:
    first, last = (entry_no(one.name, one.year, number) for number in (gap[0], gap[-1]))
    return first if len(gap) == 1 else f"{first} to {last}"


NUMBER_GAPS = Report(
    "number-gaps",
    "Number gaps",
    "Whether every entry, invoice and credit note has its number, and which are missing.",
    YearForm,
    sheets,
)
