"""Posted entries as exports read them: whole, one after the other, and where each is dated."""

from collections.abc import Iterator
from datetime import date
from itertools import groupby

from accounting.models import JournalEntry
from accounting.reports import LedgerRow, general_ledger


def entries(start: date | None, end: date | None) -> Iterator[list[LedgerRow]]:
    """Yield the lines of each posted entry between two days, by date."""
    for _, lines in groupby(general_ledger(start, end), key=lambda line: line.entry_id):
        yield list(lines)


def posted(start: date | None, end: date | None):
    """Return the posted entries between two days, as a query."""
    found = JournalEntry.objects.filter(number__isnull=False)
    found = found if start is None else found.filter(date__gte=start)
    return found if end is None else found.filter(date__lte=end)


def within(first: date, last: date, start: date | None, end: date | None) -> tuple[date, date]:
    """Return the part of some days that lies between two others, of which None is no limit."""
    return max(first, start or first), min(last, end or last)
