"""Journal entries as QuickBooks Online imports them: accounts by name, parties where it asks for them."""

from datetime import date
from typing import IO

from accounting.chart import PAYABLE, RECEIVABLE
from accounting.models import Account
from accounting.money import ZERO
from accounting.reports import LedgerRow

from .cells import decimal, plain, rows
from .entries import entries

COLUMNS = ("Journal No.", "Journal Date", "Account Name", "Description", "Debits", "Credits", "Name")


def write(stream: IO[str], start: date | None = None, end: date | None = None) -> int:
    """Write the lines between two days; return how many."""
    out = rows(stream)
    out.writerow(COLUMNS)
    names = account_names()
    named = set(Account.objects.filter(role__in=(RECEIVABLE, PAYABLE)).values_list("code", flat=True))
    count = 0
    for lines in entries(start, end):
        out.writerows(_cells(line, names, line.account_code in named) for line in lines)
        count += len(lines)
    return count


def account_names() -> dict[str, str]:
    """Return each account's name by its code. A second one of the same name bears its code too.

    A colon would make it part of another account.
    """
    names: dict[str, str] = {}
    for code, name in Account.objects.order_by("pk").values_list("code", "name"):
        said = plain(name).replace(":", "-") or plain(code) or code
        names[code] = f"{said} ({code})" if said in names.values() else said
    return names


def _cells(line: LedgerRow, names: dict[str, str], is_named: bool) -> list[str]:
    return [
        line.entry_no,
        f"{line.day:%m/%d/}{line.day.year}",
        names[line.account_code],
        plain(" ".join(filter(None, (line.document_no, line.description)))),
        decimal(line.amount) if line.amount > 0 else "",
        decimal(max(-line.amount, ZERO)) if line.amount < 0 else "",
        plain(line.party_name) if is_named else "",
    ]
