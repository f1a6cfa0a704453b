"""An entry before it is in the books: plain values, no database."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from .models import Journal, JournalEntry, Party, PeriodChange, TaxCode
from .money import from_minor, minor
from .refusal import Refusal

Area = PeriodChange.Area
Day = date  # an entry has a field of this name
AREA_OF: dict[str, str] = {
    Journal.SALES: Area.SALES,
    Journal.PURCHASES: Area.PURCHASES,
    Journal.STOCK: Area.STOCK,
}


class Unbalanced(Refusal):
    """The debits of an entry differ from its credits."""


@dataclass(frozen=True, slots=True)
class Line:
    """An amount on an account, named by its role or its code: debit positive, credit negative."""

    account: str
    amount: Decimal
    party: Party | None = None
    tax_code: TaxCode | None = None
    due: date | None = None
    memo: str = ""

    @property
    def kind(self) -> tuple:
        """Lines alike in this are summed. A debit and a credit never are: both are turnover."""
        party, tax_code = self.party and self.party.pk, self.tax_code and self.tax_code.pk
        return self.account, party, tax_code, self.due, self.amount > 0


def debit(
    role: str,
    amount: Decimal,
    *,
    party: Party | None = None,
    tax_code: TaxCode | None = None,
    due: date | None = None,
    memo: str = "",
) -> Line:
    return Line(role, amount, party, tax_code, due, memo)


def credit(
    role: str,
    amount: Decimal,
    *,
    party: Party | None = None,
    tax_code: TaxCode | None = None,
    due: date | None = None,
    memo: str = "",
) -> Line:
    return Line(role, -amount, party, tax_code, due, memo)


@dataclass(frozen=True)
class Entry:
    """One event, not yet in the books. One that does not balance cannot be made.

    The source key names what caused it, such as invoice:12. Lines of zero are left out, and lines alike
    but for their amount and memo become one. `document_no` is the paper's number where it is known already.
    `late_for` is the day it belongs to, where that day's period is closed and `date` is a later one.
    """

    date: date
    source_key: str
    memo: str
    lines: tuple[Line, ...]
    journal: str = Journal.GENERAL
    document_no: str = ""
    reverses: JournalEntry | None = None
    late_for: Day | None = None

    def __post_init__(self):
        if self.journal not in Journal.values or not self.source_key:
            raise ValueError(f"{self.source_key!r} in {self.journal!r} is no entry")
        object.__setattr__(self, "lines", summed(self.lines))
        if difference := sum(minor(line.amount) for line in self.lines):
            raise Unbalanced(
                f"{self.source_key}: debits and credits differ by {from_minor(abs(difference))}."
            )

    @property
    def is_empty(self) -> bool:
        """Nothing is to be posted, as of goods given away."""
        return not self.lines

    @property
    def is_taxed(self) -> bool:
        """A line stands in the VAT return."""
        return any(line.tax_code for line in self.lines)

    @property
    def own_day(self) -> Day:
        """The day of the event, whenever it came into the books."""
        return self.late_for or self.date

    @property
    def areas(self) -> list[str]:
        """What must be open in its period for it: the area of its journal, and VAT where it is taxed."""
        area = AREA_OF.get(self.journal)
        return ([area] if area else []) + ([Area.VAT] if self.is_taxed else [])

    def late_on(self, day: Day) -> "Entry":
        """Return the same event dated on a later day."""
        return replace(self, date=day, late_for=self.own_day)

    @property
    def digest(self) -> str:
        """What the event says, apart from its words and the number that its document takes last.

        It has its own day: a period that is closed meanwhile makes no other event of it.
        """
        lines = sorted(
            [
                line.account,
                minor(line.amount),
                line.party.key if line.party else "",
                line.tax_code.code if line.tax_code else "",
                line.due.isoformat() if line.due else "",
            ]
            for line in self.lines
        )
        said = json.dumps([self.own_day.isoformat(), str(self.journal), lines], separators=(",", ":"))
        return hashlib.sha256(said.encode()).hexdigest()


def summed(lines: Iterable[Line]) -> tuple[Line, ...]:
    """Drop what is zero and add up what is alike, in order of first appearance."""
    found: dict[tuple, Line] = {}
    for line in lines:
        if not line.amount:
            continue
        before = found.get(line.kind)
        if before is None:
            found[line.kind] = line
        else:
            memo = before.memo if before.memo == line.memo else ""
            found[line.kind] = replace(before, amount=before.amount + line.amount, memo=memo)
    return tuple(found.values())
