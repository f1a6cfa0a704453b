"""A journal that hledger and ledger both read."""

from collections.abc import Iterable
from datetime import date
from typing import IO

from django.conf import settings

from . import plain_text
from .entries import entries


def write(stream: IO[str], start: date | None = None, end: date | None = None) -> int:
    """Write the entries between two days, after one that opens the balances; return how many."""
    names, count = plain_text.declared(end), 0
    stream.write(f"commodity {settings.CURRENCY}\n  format 1000.00 {settings.CURRENCY}\n\n")
    for name in names.values():
        stream.write(f"account {name}\n")
    if opening := plain_text.openings(start, end, names):
        stream.write(f"\n{start} Opening balances\n")
        _write_legs(stream, opening)
    for lines in entries(start, end):
        count += 1
        head = lines[0]
        said = plain_text.words(f"{head.document_no} {head.entry_memo}")
        stream.write(f"\n{head.day} ({head.entry_no}) {said}\n")
        _write_legs(stream, plain_text.legs(lines, names))
    return count


def _write_legs(stream: IO[str], legs: Iterable[plain_text.Leg]) -> None:
    for name, amount in legs:
        stream.write(f"    {name}  {amount} {settings.CURRENCY}\n")
