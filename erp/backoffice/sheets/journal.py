"""The journal: all entries of some days with their lines, as they were posted."""

from collections.abc import Sequence
from functools import partial

from django import forms

from accounting.lines import every_of, journal, part_of
from accounting.models import Journal, JournalLine

from . import lines
from .asking import DaysForm, Span
from .sheet import BEGINS, Link, Read, Report, Row, Sheet

COLUMNS = (
    "Date",
    "Late for",
    "Entry",
    "Document",
    "Order",
    "Account",
    "Customer or supplier",
    "VAT code",
    "Memo",
    "Debit",
    "Credit",
)


class JournalForm(DaysForm):
    """Of which days, and of which journal."""

    journal = forms.ChoiceField(label="journal", choices=[("", "all"), *Journal.choices], required=False)

    def describe(self) -> str:
        """Return what is asked, in words."""
        name = dict(Journal.choices).get(self.cleaned_data["journal"])
        return f"{self.span}, {name}" if name else str(self.span)


def sheets(asked: JournalForm) -> Sequence[Sheet]:
    found = journal(asked.span.start, asked.span.end, asked.cleaned_data["journal"])
    rows_of = partial(_rows, span=asked.span)
    rows = Read(
        found.count,
        lambda start, stop: rows_of(part_of(found, start, stop)),
        lambda: lines.in_batches(every_of(found), rows_of),
    )
    note = "Late for: the day a document belongs to, where its period was closed already."
    return [Sheet("Journal", COLUMNS, rows, note)]


def _rows(found: Sequence[JournalLine], span: Span) -> list[Row]:
    return [_row(line, cells, span) for line, cells in zip(found, lines.told(found), strict=True)]


def _row(line: JournalLine, cells: lines.Cells, span: Span) -> Row:
    return Row(
        [
            line.date,
            line.entry.late_for,
            cells.entry,
            cells.document,
            cells.order,
            Link(str(line.account), lines.ledger_url(line.account, span)),
            cells.party,
            line.tax_code.code if line.tax_code else "",
            cells.memo,
            line.debit or None,
            line.credit or None,
        ],
        BEGINS if line.line_no == 1 else "",
    )


JOURNAL = Report(
    "journal",
    "Journal",
    "Every entry with its lines, in the order of days; what was posted late is marked.",
    JournalForm,
    sheets,
)
