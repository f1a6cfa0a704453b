"""A journal that beancount reads."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import IO

from django.conf import settings

from accounting.periods import FIRST_YEAR

from . import plain_text


def write(stream: IO[str], start: date | None = None, end: date | None = None) -> None:
    """Write the entries between two days, after one that opens the balances."""
    stream.write(f'option "operating_currency" "{settings.CURRENCY}"\n\n')
    for name in plain_text.account_names().values():
        stream.write(f"{FIRST_YEAR}-01-01 open {name} {settings.CURRENCY}\n")
    if opening := plain_text.openings(start, end):
        stream.write(f'\n{start} * "Opening balances"\n')
        _write_legs(stream, opening)
    for head, legs in plain_text.entries(start, end):
        said = _quoted(f"{head.document_no} {head.entry_memo}")
        stream.write(f"\n{head.day} * {said}\n")
        stream.write(f"  number: {_quoted(head.entry_no)}\n  source: {_quoted(head.source_key)}\n")
        _write_legs(stream, legs)


def _write_legs(stream: IO[str], legs: Iterable[tuple[str, Decimal]]) -> None:
    for name, amount in legs:
        stream.write(f"  {name}  {amount} {settings.CURRENCY}\n")


def _quoted(text: str) -> str:
    escaped = plain_text.words(text).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
