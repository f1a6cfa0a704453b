"""A statement as it was read, and the rules it has to pass before a row of it is written."""

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from accounting.money import ZERO

from .words import Unreadable

MOST_LINES = 20_000


class WrongSum(Unreadable):
    """Opening balance and lines do not make the closing balance."""


@dataclass(frozen=True, slots=True)
class ReadLine:
    """One movement: positive came in, negative went out."""

    booked_on: date
    amount: Decimal
    valued_on: date | None = None
    name: str = ""
    iban: str = ""
    text: str = ""
    end_to_end: str = ""
    reference: str = ""
    is_reversal: bool = False


@dataclass(frozen=True, slots=True)
class ReadStatement:
    """What a file says of one account and some days."""

    iban: str
    currency: str
    opening: Decimal
    closing: Decimal
    starts_on: date
    ends_on: date
    lines: Sequence[ReadLine]
    number: str = ""


def check(statement: ReadStatement, *, iban: str, currency: str, today: date) -> None:
    """Refuse what is not ours, not of this world or not right. Raises Unreadable and WrongSum."""
    _is_ours(statement, iban=iban, currency=currency)
    if not statement.lines:
        raise Unreadable("The statement has no lines: there is nothing to read in.")
    if len(statement.lines) > MOST_LINES:
        raise Unreadable(f"The statement has more than {MOST_LINES} lines: ask the bank for shorter periods.")
    last = max(statement.ends_on, *(line.booked_on for line in statement.lines))
    if last > today:
        raise Unreadable(f"The statement speaks of {last}: that day is still to come.")
    total = sum((line.amount for line in statement.lines), ZERO)
    if statement.opening + total != statement.closing:
        raise WrongSum(
            f"The opening balance {statement.opening} and the lines {total} make"
            f" {statement.opening + total}, but the closing balance is {statement.closing}."
        )


def fingerprints(statement: ReadStatement, *, iban: str) -> Iterator[str]:
    """Yield what names each line whatever file brings it: the nth of equal ones is always the nth.

    The bank's own reference is trusted where there is one; else all words of the line are taken.
    """
    seen: Counter[tuple[str, ...]] = Counter()
    for line in statement.lines:
        own = (line.reference,) if line.reference else (line.name, line.iban, line.text, line.end_to_end)
        said = (iban, line.booked_on.isoformat(), str(line.amount), *own)
        seen[said] += 1
        yield hashlib.sha256("\0".join((*said, str(seen[said]))).encode()).hexdigest()


def _is_ours(statement: ReadStatement, *, iban: str, currency: str) -> None:
    if not iban:
        raise Unreadable("The company has no IBAN yet: set it first, so that its statements are known.")
    if statement.iban and statement.iban != iban:
        raise Unreadable(f"The statement is of account {statement.iban}, the company's is {iban}.")
    if statement.currency != currency:
        raise Unreadable(f"The statement is in {statement.currency}, the books are in {currency}.")
