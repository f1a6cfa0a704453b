"""What a cell means: each function makes of its words the one way of writing a value, or says why not.

Values are compared as text: `12`, `12.00` and `12,00 €` all become `12.00`.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from stdnum import iban as ibans
from stdnum.exceptions import ValidationError as NotANumber

from accounting.refusal import Refusal

Read = Callable[[str], str]
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")
LINES = re.compile(r"[\r\n\t]")
SPACES = re.compile(r"[\s\u00a0\u202f]+")
CURRENCY = re.compile(r"^(?:€|eur)|(?:€|eur)$", re.IGNORECASE)
NUMBER = re.compile(r"[+-]?([0-9]{1,15}(\.[0-9]{0,9})?|\.[0-9]{1,9})")
GROUPED = {
    group: re.compile(
        rf"[+-]?[1-9][0-9]{{0,2}}({re.escape(group)}[0-9]{{3}})+({re.escape(mark)}[0-9]{{1,9}})?"
    )
    for group, mark in (",.", ".,")
}
# What exports put before words that a spreadsheet would take for a formula.
QUOTED = re.compile(r"'(?=[=+\-@\t\r\n])")
LARGEST_AMOUNT = Decimal("999999999.99")
LARGEST_NUMBER = 10_000_000
MOST_DAYS = 3650
LONGEST_EMAIL = 254
YES, NO = {"yes", "y", "true", "1", "ja", "x"}, {"no", "n", "false", "0", "nein"}
DAYS = ("%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y")


class BadCell(Refusal):
    """Words that cannot be what their column holds. The message is the reason."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column that a kind knows.

    One that is not `compared` is no fact that could be so now; one that is `told` only goes out.
    """

    name: str
    read: Read
    is_required: bool = False
    may_be_empty: bool = False
    compared: bool = True
    told: bool = False


def meaning(column: Column, words: str) -> str:
    """Return what a cell says. Raises BadCell."""
    if words.startswith("="):
        raise BadCell("a formula: put its value there, or ' before it if these are words")
    value = column.read(QUOTED.sub("", words, count=1))
    if column.is_required and not column.may_be_empty and not value:
        raise BadCell("must not be empty")
    return value


def text(longest: int, *, lines: bool = False) -> Read:
    """Return a reader of words, at most so many characters. Only some may have several lines."""

    def read(words: str) -> str:
        if len(words) > longest:
            raise BadCell(f"has {len(words)} characters: at most {longest}")
        if CONTROL.search(words) or (not lines and LINES.search(words)):
            raise BadCell("has a character that cannot be seen, or more than one line")
        return tidy(words)

    return read


def tidy(words: str) -> str:
    """Return words whose lines end in one way only; browsers send another."""
    return words.replace("\r\n", "\n").strip()


def amount(words: str) -> str:
    """Return an amount of money, with a point and two places."""
    found = _number(CURRENCY.sub("", SPACES.sub("", words)))
    if found is None:
        return ""
    if found * 100 % 1:
        raise BadCell("has parts of a cent")
    if abs(found) > LARGEST_AMOUNT:
        raise BadCell(f"is more than {LARGEST_AMOUNT}")
    return f"{found:.2f}"


def positive(words: str) -> str:
    """Return an amount of money that is not below zero."""
    found = amount(words)
    if found.startswith("-") and found != "-0.00":
        raise BadCell("is less than nothing")
    return found.removeprefix("-")


def whole(words: str) -> str:
    """Return a whole number that is not below zero."""
    found = _number(SPACES.sub("", words))
    if found is None:
        return ""
    if found % 1:
        raise BadCell("is no whole number")
    if not 0 <= found <= LARGEST_NUMBER:
        raise BadCell(f"is not between 0 and {LARGEST_NUMBER:,}")
    return str(int(found))


def yes_no(words: str) -> str:
    """Return yes or no."""
    word = words.strip().lower()
    if word and word not in YES | NO:
        raise BadCell("is neither yes nor no")
    return "" if not word else "yes" if word in YES else "no"


def country(words: str) -> str:
    """Return the two letters of a country."""
    code = words.strip().upper()
    if code and not re.fullmatch(r"[A-Z]{2}", code):
        raise BadCell("is not the two letters of a country, such as DE")
    return code


def days(words: str) -> str:
    """Return a number of days, at most ten years: no calendar knows what comes millions of days from now."""
    found = whole(words)
    if found and int(found) > MOST_DAYS:
        raise BadCell(f"is more than {MOST_DAYS:,} days")
    return found


def email(words: str) -> str:
    """Return an e-mail address."""
    if len(words) > LONGEST_EMAIL:
        raise BadCell(f"has {len(words)} characters: at most {LONGEST_EMAIL}")
    if words:
        try:
            validate_email(words)
        except ValidationError:
            raise BadCell("is no e-mail address") from None
    return words


def iban(words: str) -> str:
    """Return an IBAN without its spaces."""
    if not words:
        return ""
    try:
        return ibans.validate(words)
    except NotANumber:
        raise BadCell("is no IBAN: a digit is wrong") from None


def day(words: str) -> str:
    """Return a day, written as 2026-12-31, 31.12.2026 or 31/12/2026."""
    for form in DAYS:
        try:
            found = datetime.strptime(words.removesuffix(" 00:00:00"), form).date()  # noqa: DTZ007 a day has no zone
        except ValueError:
            continue
        if date(1990, 1, 1) <= found <= date(2100, 1, 1):
            return found.isoformat()
    if words:
        raise BadCell("is no day such as 2026-12-31")
    return ""


def one_of(*names: str) -> Read:
    """Return a reader of one of some words."""

    def read(words: str) -> str:
        word = words.strip().lower()
        if word and word not in names:
            raise BadCell(f"is not one of {', '.join(names)}")
        return word

    return read


def number(words: str) -> Decimal:
    """Return a number. Raises BadCell."""
    found = _number(SPACES.sub("", words))
    if found is None:
        raise BadCell("is no number")
    return found


def _number(words: str) -> Decimal | None:
    """Return a number, whether it has a decimal point or a decimal comma. None for no words."""
    if not words:
        return None
    plain = _with_point(words)
    if not NUMBER.fullmatch(plain):
        raise BadCell("is no number")
    return Decimal(plain)


def _with_point(words: str) -> str:
    """Return a number with a point before its decimals, and no other mark."""
    for group, mark in ((",", "."), (".", ",")):
        if not GROUPED[group].fullmatch(words):
            continue
        if words.count(group) == 1 and mark not in words:
            plain = words.replace(group, "")
            raise BadCell(f"could be {plain} or {words.replace(group, '.')}: write it without {group}")
        return words.replace(group, "").replace(mark, ".")
    return words.replace(",", ".")
