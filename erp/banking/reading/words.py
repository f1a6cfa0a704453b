"""Bytes to text, text to amounts and days. What is doubtful is refused with a sentence, never guessed."""

import codecs
import re
from datetime import date, datetime
from decimal import Decimal

from accounting.money import MAX_DIGITS, money
from accounting.refusal import Refusal

LARGEST = 8 * 1024 * 1024
BOMS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
PLAIN = re.compile(r"[+-]?\d+(\.\d+)?")
MINUS = ("-", "\u2212")


class Unreadable(Refusal):
    """The file is not what it is said to be."""


def not_too_large(content: bytes) -> None:
    """Refuse a file that nobody's bank writes for a few weeks. Raises Unreadable."""
    if len(content) > LARGEST:
        raise Unreadable("The file has more than 8 MB: ask for shorter periods.")
    if not content.strip():
        raise Unreadable("The file is empty.")


def decode(content: bytes, encoding: str = "auto") -> str:
    """Return the text of a file. Raises Unreadable where its bytes are not of that encoding."""
    marked = next((name for mark, name in BOMS.items() if content.startswith(mark)), "")
    if encoding != "auto" and marked and not marked.startswith(encoding):
        raise Unreadable(f"The file is marked as {marked.removesuffix('-sig').upper()}, not {encoding}.")
    wanted = marked or encoding
    if wanted == "auto":
        wanted = "utf-8" if _is_utf8(content) else "cp1252"
    elif wanted == "cp1252" and not content.isascii() and _is_utf8(content):
        raise Unreadable("The file is written in UTF-8, not in cp1252: its letters would come out wrong.")
    try:
        text = content.decode(wanted)
    except UnicodeError:
        raise Unreadable(f"The file is not written in {wanted}: choose another encoding.") from None
    if "\0" in text:
        raise Unreadable("The file is no text, or it is UTF-16 without its mark: choose another encoding.")
    return text


def amount(text: str, decimal_mark: str = ".") -> Decimal:
    """Return an amount with two places. Raises Unreadable for anything else, such as three decimals."""
    mark = "." if decimal_mark == "," else ","
    digits = re.sub(r"[\s'\u2019]", "", text)
    sign, digits = _sign(digits)
    grouped = digits.partition(decimal_mark)[0].split(mark)
    if mark in digits and (len(grouped) < 2 or not all(len(group) == 3 for group in grouped[1:])):
        raise Unreadable(f"'{plain(text, longest=40)}' is no amount with '{decimal_mark}' before the cents.")
    digits = digits.replace(mark, "").replace(decimal_mark, ".")
    if not digits.isascii() or not PLAIN.fullmatch(digits) or len(digits) > MAX_DIGITS:
        raise Unreadable(f"'{plain(text, longest=40)}' is no amount with '{decimal_mark}' before the cents.")
    if len(digits.partition(".")[2]) > 2:
        raise Unreadable(f"'{plain(text, longest=40)}' has more than two decimals.")
    return exact(f"{sign}{digits}")


def exact(digits: str) -> Decimal:
    """Return plain digits as money. Raises Unreadable for part of a cent, or more than anybody has."""
    if not digits.isascii() or not PLAIN.fullmatch(digits):
        raise Unreadable(f"'{plain(digits, longest=40)}' is no amount.")
    if len(digits) > MAX_DIGITS:
        raise Unreadable(f"'{plain(digits, longest=40)}' is more money than there is.")
    value = Decimal(digits)
    if value != money(value):
        raise Unreadable(f"'{digits}' has more than two decimals.")
    return money(value)


def day(text: str, date_format: str) -> date:
    """Return a day. Raises Unreadable."""
    try:
        return datetime.strptime(text.strip(), date_format).date()  # noqa: DTZ007 a day has no zone
    except ValueError:
        shown = date(2026, 12, 31).strftime(date_format)
        raise Unreadable(f"'{plain(text, longest=40)}' is no date such as {shown}.") from None


def plain(text: str | None, *, longest: int) -> str:
    """Return words as a row keeps them: no control characters, single spaces, not too long."""
    return " ".join(CONTROL.sub(" ", text or "").split())[:longest]


def _is_utf8(content: bytes) -> bool:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _sign(digits: str) -> tuple[str, str]:
    """Take the sign off an amount: before it or, as some banks write, behind it."""
    if digits.startswith(MINUS):
        return "-", digits[1:]
    if digits.endswith(MINUS):
        return "-", digits[:-1]
    return "", digits.removeprefix("+").removesuffix("+")
