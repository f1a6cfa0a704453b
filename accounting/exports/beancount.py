"""A journal that beancount reads."""

from collections.abc import Iterable
from datetime import date
from typing import IO

from django.conf import settings

from accounting.periods import FIRST_YEAR

from . import plain_text
from .entries import entries


def write(stream: IO[str], start: date | None = None, end: date | None = None) -> int:
    """Write the entries between two days, after one that opens the balances; return how many."""
    names, count = plain_text.declared(end), 0
    stream.write(f'option "operating_currency" "{settings.CURRENCY}"\n\n')
    for name in names.values():
        stream.write(f"{FIRST_YEAR}-01-01 open {name} {settings.CURRENCY}\n")
    if opening := plain_text.openings(start, end, names):
        stream.write(f'\n{start} * "Opening balances"\n')
        _write_legs(stream, opening)
    for lines in entries(start, end):
        count += 1
        head = lines[0]
        said = _quoted(f"{head.document_no} {head.entry_memo}")
        stream.write(f"\n{head.day} * {said}\n")
        stream.write(f"  number: {_quoted(head.entry_no)}\n  source: {_quoted(head.source_key)}\n")
        _write_legs(stream, plain_text.legs(lines, names))
    return count


def _write_legs(stream: IO[str], legs: Iterable[plain_text.Leg]) -> None:
    for name, amount in legs:
        stream.write(f"  {name}  {amount} {settings.CURRENCY}\n")


def _quoted(text: str) -> str:
    escaped = plain_text.words(text).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
