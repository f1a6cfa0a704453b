"""A journal that hledger and ledger both read."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import IO

from django.conf import settings

from . import plain_text


def write(stream: IO[str], start: date | None = None, end: date | None = None) -> None:
    """Write the entries between two days, after one that opens the balances."""
    stream.write(f"commodity {settings.CURRENCY}\n  format 1000.00 {settings.CURRENCY}\n\n")
    for name in plain_text.account_names().values():
        stream.write(f"account {name}\n")
    if opening := plain_text.openings(start, end):
        stream.write(f"\n{start} Opening balances\n")
        _write_legs(stream, opening)
    for head, legs in plain_text.entries(start, end):
        said = plain_text.words(f"{head.document_no} {head.entry_memo}")
        stream.write(f"\n{head.day} ({head.entry_no}) {said}\n")
        _write_legs(stream, legs)


def _write_legs(stream: IO[str], legs: Iterable[tuple[str, Decimal]]) -> None:
    for name, amount in legs:
        stream.write(f"    {name}  {amount} {settings.CURRENCY}\n")
