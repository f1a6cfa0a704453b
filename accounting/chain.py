"""The hash chain: each posted entry's hash is of the one before it in its journal and year, and of itself.

It holds what an export states, names of accounts and parties apart: those may be corrected.
"""

import hashlib
import json
from collections.abc import Iterable
from datetime import date

# line number, account code, minor units, party key, tax code, due date, memo, currency, foreign minor units
LineFacts = tuple[int, str, int, str, str, str, str, str, int | None]


def next_hash(
    previous: str,
    *,
    entry_no: str,
    day: date,
    late_for: date | None,
    words: tuple[str, str, str],
    reverses: str,
    lines: Iterable[LineFacts],
) -> str:
    """Return the hash of an entry; `words` are its document number, memo and source key."""
    facts = [entry_no, day.isoformat(), late_for.isoformat() if late_for else "", *words, reverses, *lines]
    text = json.dumps(facts, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256((previous + text).encode()).hexdigest()
