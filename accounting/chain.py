"""The hash chain: each posted entry's hash is of the one before it in its journal and year, and of itself.

It holds what an export states, who posted it, and what gives it its meaning: the kind of each account,
category and rate of each tax code. Names of accounts and parties are left out, as those may be corrected;
so is the moment of posting, which the database sets last.
"""

import hashlib
import json
from collections.abc import Iterable
from datetime import date
from decimal import Decimal

_canonical = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode

# line number, account (code, kind), minor units, party key, tax (code, category, rate), due date, memo,
# currency, foreign minor units
LineFacts = tuple[int, tuple[str, str], int, str, tuple[str, str, str] | None, str, str, str, int | None]


def next_hash(
    previous: str,
    *,
    entry_no: str,
    day: date,
    late_for: date | None,
    words: tuple[str, str, str],
    reverses: str,
    by: int | None,
    lines: Iterable[LineFacts],
) -> str:
    """Return the hash of an entry; `words` are its document number, memo and source key.

    `by` is the key of who posted it.
    """
    facts = [
        entry_no,
        day.isoformat(),
        late_for.isoformat() if late_for else "",
        *words,
        reverses,
        by,
        *lines,
    ]
    return hashlib.sha256((previous + _canonical(facts)).encode()).hexdigest()


def tax_facts(code: str, category: str, rate: Decimal) -> tuple[str, str, str]:
    return code, category, f"{rate:.2f}"
