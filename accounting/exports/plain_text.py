"""What the plain-text journals share: names of accounts, opening balances, entries with their lines."""

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from itertools import groupby

from accounting.models import Account
from accounting.reports import LedgerRow, general_ledger, trial_balance

ROOTS = {
    "asset": "Assets",
    "liability": "Liabilities",
    "equity": "Equity",
    "income": "Income",
    "expense": "Expenses",
}


def account_name(kind: str, code: str, name: str) -> str:
    """Return a name such as Assets:1200-Accounts-receivable, which each of the programs takes."""
    words = re.sub(r"[\W_]+", "-", f"{code} {name}").strip("-") or code.encode().hex()
    return f"{ROOTS[kind]}:{words[:1].upper()}{words[1:]}"


def account_names() -> dict[str, str]:
    """Return the name under which each account is written, by code: no two have the same.

    Where cleaning leaves two alike, the one that was there first keeps it, and the other gets its code
    in hexadecimal on top.
    """
    names: dict[str, str] = {}
    taken: set[str] = set()
    for account in Account.objects.order_by("pk"):
        name = account_name(account.kind, account.code, account.name)
        while name in taken:
            name = f"{name}-{account.code.encode().hex()}"
        taken.add(name)
        names[account.code] = name
    return dict(sorted(names.items()))


def openings(start: date | None, end: date | None) -> list[tuple[str, Decimal]]:
    """Return what accounts stood at before the first day, where that is not nothing."""
    if start is None:
        return []
    names = account_names()
    return [(names[row.account.code], row.opening) for row in trial_balance(start, end) if row.opening]


def entries(start: date | None, end: date | None) -> Iterator[tuple[LedgerRow, list[tuple[str, Decimal]]]]:
    """Yield each entry's first line, which knows its head, and (account name, amount) of all its lines."""
    names = account_names()
    for _, lines in groupby(general_ledger(start, end), key=lambda line: line.entry_id):
        rows = list(lines)
        yield rows[0], [(names[row.account_code], row.amount) for row in rows]


def words(text: str) -> str:
    """Return a text on one line, without the signs that end a description."""
    return " ".join(re.sub(r"[;|\x00-\x1f\x7f\u2028\u2029]", " ", text).split())
