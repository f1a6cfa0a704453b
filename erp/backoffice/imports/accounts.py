"""Says what became of each row of a file, so that nothing is lost between what came in and what was taken."""

import csv
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import IO

from accounting.money import ZERO

from .documents import Document, Fate
from .reading import Raw
from .rows import CREDIT, NUMBER, written_amount
from .run import kept

REASONS_SHOWN = 12
# What a spreadsheet would take for a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


@dataclass(slots=True)
class Sums:
    """A number of documents and rows, and their quantity times price: of sales, and of credits below zero."""

    documents: int = 0
    rows: int = 0
    sales: Decimal = ZERO
    credits: Decimal = ZERO

    def add(self, number: str, amount: Decimal) -> None:
        """Count a row of a document."""
        self.rows += 1
        if number.startswith(CREDIT):
            self.credits += amount
        else:
            self.sales += amount


@dataclass(slots=True)
class Seen:
    """What stands in the file, counted while it is read and before anything is decided about it."""

    sums: Sums = field(default_factory=Sums)
    numbers: set[str] = field(default_factory=set)

    def count(self, raws: Iterable[Raw]) -> Iterator[Raw]:
        """Count rows as they pass by."""
        for raw in raws:
            number = raw.order.strip()
            self.sums.add(number, written_amount(raw))
            self.numbers.add(number)
            yield raw
        self.sums.documents = len(self.numbers)


def tally(documents: Sequence[Document]) -> dict[Fate, Sums]:
    """Return what became of documents and rows. A row left out is one, whatever became of its document."""
    found = {fate: Sums() for fate in Fate}
    for document in documents:
        found[document.fate].documents += 1
        for row in document.rows:
            found[document.fate].add(document.number, row.amount)
        for left_out in document.left_out:
            found[Fate.LEFT_OUT].add(document.number, written_amount(left_out.raw))
    return found


def disagreements(seen: Sums, found: dict[Fate, Sums], documents: Sequence[Document]) -> Iterator[str]:
    """Yield a sentence for each sum that does not come out: of the file, or of what the database keeps."""
    for name in ("documents", "rows", "sales", "credits"):
        there = sum((getattr(sums, name) for sums in found.values()), ZERO)
        if there != getattr(seen, name):
            yield f"{name}: {getattr(seen, name)} came in, {there} are accounted for."
    here = [document for document in documents if document.fate in (Fate.TAKEN, Fate.HERE)]
    for name, in_database in zip(("sales", "credits"), kept(here), strict=True):
        taken = getattr(found[Fate.TAKEN], name) + getattr(found[Fate.HERE], name)
        if in_database != taken:
            yield f"{name}: {taken} were taken, the database has {in_database}."


def table(seen: Sums, found: dict[Fate, Sums], labels: dict[Fate, str]) -> Iterator[str]:
    """Yield the lines of a table of what came in and what became of it."""
    yield f"{'':16}{'documents':>12}{'rows':>12}{'sales':>18}{'credits':>18}"
    yield _line("in the file", seen)
    for fate, sums in found.items():
        if fate in (Fate.TAKEN, Fate.LEFT_OUT) or sums.documents:
            yield _line(labels.get(fate, fate), sums)


def report(stream: IO[str], documents: Iterable[Document], columns: Iterable[str]) -> None:
    """Write the rows left out with their reasons, in the order of the file, as CSV."""
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(["row", "document", "reason", *columns])
    rows = [(left_out, document.number) for document in documents for left_out in document.left_out]
    for left_out, number in sorted(rows, key=lambda item: item[0].raw.row):
        words = (number, left_out.reason, *left_out.raw.cells)
        writer.writerow([left_out.raw.row, *(_harmless(word) for word in words)])


def reasons(documents: Iterable[Document]) -> list[tuple[str, int]]:
    """Return the most frequent reasons for which rows were left out."""
    found = Counter(left_out.reason for document in documents for left_out in document.left_out)
    return found.most_common(REASONS_SHOWN)


def _line(label: str, sums: Sums) -> str:
    return (
        f"{label:16}{sums.documents:>12,}{sums.rows:>12,}{_shown(sums.sales):>18}{_shown(sums.credits):>18}"
    )


def _shown(amount: Decimal) -> str:
    return f"{amount:,.2f}" if amount == amount.quantize(ZERO) else f"{amount:,f}"


def _harmless(word: str) -> str:
    """Return a cell as it is, but no formula."""
    return f"'{word}" if word.startswith(FORMULA) and not NUMBER.fullmatch(word) else word
