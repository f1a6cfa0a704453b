"""What the plain-text journals share: names of accounts, opening balances, lines."""

import re
from datetime import date
from decimal import Decimal

from accounting.models import Account
from accounting.reports import LedgerRow, totals, trial_balance

Leg = tuple[str, Decimal]

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


def declared(end: date | None) -> dict[str, str]:
    """Return the names of the accounts that have moved up to a day: what is added later changes no file."""
    moved = set(totals(end))
    codes = set(Account.objects.filter(pk__in=moved).values_list("code", flat=True))
    return {code: name for code, name in account_names().items() if code in codes}


def openings(start: date | None, end: date | None, names: dict[str, str]) -> list[Leg]:
    """Return what accounts stood at before the first day, where that is not nothing."""
    if start is None:
        return []
    return [(names[row.account.code], row.opening) for row in trial_balance(start, end) if row.opening]


def legs(lines: list[LedgerRow], names: dict[str, str]) -> list[Leg]:
    """Return account name and amount of an entry's lines."""
    return [(names[line.account_code], line.amount) for line in lines]


def words(text: str) -> str:
    """Return a text on one line, without the signs that end a description."""
    return " ".join(re.sub(r"[;|\x00-\x1f\x7f\u2028\u2029]", " ", text).split())
