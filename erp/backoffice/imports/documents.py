"""Documents: rows gathered by their number, in the order of their dates, and what becomes of each."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from django.utils import timezone

from accounting.money import ZERO

from .reading import Raw
from .rows import CREDIT, Clock, NotTaken, Row, parse

PREFIX = "import:"  # of the keys that documents, orders, parties and payments have here


class Fate(StrEnum):
    """What became of a document."""

    TAKEN = "taken"
    HERE = "here before"
    WAITING = "still to come"
    BEYOND = "beyond --limit"
    LEFT_OUT = "left out"


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A row that was not taken, and why."""

    raw: Raw
    reason: str


@dataclass(slots=True)
class Document:
    """All rows with one number: those that can be taken, and those that cannot."""

    number: str
    rows: list[Row] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    fate: Fate = Fate.WAITING

    @property
    def key(self) -> str:
        return f"{PREFIX}{self.number}"

    @property
    def is_credit(self) -> bool:
        return self.number.startswith(CREDIT)

    @property
    def moment(self) -> datetime:
        return self.rows[0].moment

    @property
    def on(self) -> date:
        return timezone.localdate(self.moment)

    @property
    def customer(self) -> str:
        return self.rows[0].customer

    @property
    def country(self) -> str:
        return self.rows[0].country

    @property
    def party_key(self) -> str:
        return f"{PREFIX}{self.customer}" if self.customer else f"{PREFIX}order:{self.number}"

    @property
    def amount(self) -> Decimal:
        """Quantity times price of what can be taken: negative for a credit."""
        return sum((row.amount for row in self.rows), ZERO)

    def add(self, row: Row) -> None:
        """Add a row that agrees with the first one about whose document it is. Raises NotTaken."""
        if self.rows and (row.customer, row.country) != (self.customer, self.country):
            raise NotTaken("another customer or country than the document's first row")
        self.rows.append(row)

    def refuse(self, reason: str) -> None:
        """Leave out all that is left of it."""
        self.left_out += [LeftOut(row.raw, reason) for row in self.rows]
        self.rows.clear()
        self.fate = Fate.LEFT_OUT


def gather(raws: Iterable[Raw], clock: Clock) -> list[Document]:
    """Return the documents of a file: the oldest first, those of one moment as they stand in the file."""
    documents: dict[str, Document] = {}
    for raw in raws:
        number = raw.order.strip()
        document = documents.setdefault(number, Document(number))
        try:
            document.add(parse(raw, clock))
        except NotTaken as reason:
            document.left_out.append(LeftOut(raw, str(reason)))
    nothing = [document for document in documents.values() if not document.rows]
    for document in nothing:
        document.fate = Fate.LEFT_OUT
    some = [document for document in documents.values() if document.rows]
    return sorted(some, key=lambda document: document.moment) + nothing


def keep_oldest(documents: Iterable[Document], limit: int | None) -> None:
    """Let only so many documents wait to be taken; all where there is no limit."""
    waiting = [document for document in documents if document.fate == Fate.WAITING]
    for document in waiting[limit:] if limit else ():
        document.fate = Fate.BEYOND
