"""Which numbers are missing: of every journal and every series of documents, by year. Pure reading."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from accounting.models import FiscalYear, JournalEntry, JournalSequence, NumberSeries
from erp.invoicing.models import CreditNote, Invoice

DOCUMENTS: dict[str, type[Any]] = {"INV": Invoice, "CN": CreditNote}


@dataclass(frozen=True, slots=True)
class Series:
    """One series of numbers in one year. `counter` is how far it has counted; a draft has no number yet."""

    name: str
    year: int
    counter: int
    first: int | None
    last: int | None
    count: int
    gaps: list[range]
    drafts: int

    @property
    def missing(self) -> int:
        return sum(map(len, self.gaps))

    @property
    def is_whole(self) -> bool:
        """Whether each number from one to the counter was given, and none beyond it."""
        return not self.gaps and self.count == self.counter == (self.last or 0)


def series() -> Iterator[Series]:
    """Yield the journals by year, then the documents by year."""
    yield from _journals()
    yield from _documents()


def _journals() -> Iterator[Series]:
    """Yield each journal that has a counter or an entry."""
    counters = {(one.fiscal_year_id, one.journal): one.last_no for one in JournalSequence.objects.all()}
    for year in FiscalYear.objects.order_by("start"):
        entries = JournalEntry.objects.filter(fiscal_year=year)
        used = {journal for key, journal in counters if key == year.pk} | set(
            entries.order_by().values_list("journal", flat=True).distinct()
        )
        for journal in sorted(used):
            found = entries.filter(journal=journal)
            numbers = found.filter(number__isnull=False).order_by("number").values_list("number", flat=True)
            drafts = found.filter(number=None).count()
            counter = counters.get((year.pk, journal), 0)
            yield _series(journal, year.end.year, counter, numbers.iterator(), drafts)


def _documents() -> Iterator[Series]:
    for one in NumberSeries.objects.filter(series__in=DOCUMENTS).order_by("year", "series"):
        papers, begins = DOCUMENTS[one.series].objects, f"{one.series}-{one.year}-"
        texts = papers.filter(number__startswith=begins).values_list("number", flat=True)
        numbers = sorted(int(text.removeprefix(begins)) for text in texts.iterator())
        drafts = papers.filter(Q(number=None), issued_on__year=one.year).count()
        yield _series(one.series, one.year, one.last_no, numbers, drafts)


def _series(name: str, year: int, counter: int, numbers: Iterable[Any], drafts: int) -> Series:
    """Go through numbers in their order, and note what is left out up to the last of them or the counter."""
    count, first, last = 0, None, 0
    left_out: list[range] = []
    for number in numbers:
        if number > last + 1:
            left_out.append(range(last + 1, number))
        count, first, last = count + 1, first or number, number
    if counter > last:
        left_out.append(range(last + 1, counter + 1))
    return Series(name, year, counter, first, last or None, count, left_out, drafts)
