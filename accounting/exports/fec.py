"""The French file of entries (FEC, article A47 A-1 of the Livre des procédures fiscales): one for each year.

It begins with what the year before leaves, profit and loss of earlier years in retained earnings. What was
settled by what (EcritureLet) stays empty: that may change after a year is locked, and the file may not.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from typing import IO

from django.db.models import Exists, OuterRef
from django.utils.timezone import localtime

from accounting.chart import RETAINED_EARNINGS, account
from accounting.models import Account, FiscalYear, Journal
from accounting.money import ZERO
from accounting.reports import LedgerRow, Totals, totals

from .asked import Asked, NotForThisFormat, NothingPosted
from .cells import decimal, plain
from .entries import entries, posted, within
from .part import Part

COLUMNS = (
    *("JournalCode", "JournalLib", "EcritureNum", "EcritureDate", "CompteNum", "CompteLib", "CompAuxNum"),
    *("CompAuxLib", "PieceRef", "PieceDate", "EcritureLib", "Debit", "Credit", "EcritureLet", "DateLet"),
    *("ValidDate", "Montantdevise", "Idevise"),
)
OPENING, OPENING_NAME = "AN", "A nouveaux"
OF_A_YEAR = (Account.Kind.INCOME, Account.Kind.EXPENSE)


def parts(asked: Asked) -> Iterator[Part]:
    """Yield a file for each year with entries. Raises NotForThisFormat, NothingPosted."""
    siren = asked.siren
    if not (len(siren) == 9 and siren.isascii() and siren.isdecimal()):
        raise NotForThisFormat(
            "A FEC is named by the SIREN, nine digits: enter it in the company's settings."
        )
    entries_of_it = posted(asked.start, asked.end).filter(fiscal_year=OuterRef("pk"))
    years = FiscalYear.objects.filter(Exists(entries_of_it)).order_by("start")
    if not years:
        raise NothingPosted("Nothing was posted in these days: the FEC would be empty.")
    for year in years:
        start, end = within(year.start, year.end, asked.start, asked.end)
        name = f"{siren}FEC{end:%Y%m%d}.txt"
        encoding = "utf-8" if asked.utf8 else "iso8859-15"
        yield Part(name, partial(write, year=year, start=start, end=end), encoding)


def write(stream: IO[str], *, year: FiscalYear, start: date, end: date) -> int:
    """Write the file of some days of a year; return how many lines it has."""
    stream.write("\t".join(COLUMNS) + "\r\n")
    count = 0
    for cells in _lines(year, start, end):
        stream.write("\t".join(cells) + "\r\n")
        count += 1
    return count


def openings(year: FiscalYear, start: date) -> list[tuple[Account, Decimal]]:
    """Return what accounts stand at before a day. Profit and loss of earlier years are retained earnings."""
    before, last_year = _balances(totals(start - timedelta(days=1))), {}
    if before:
        last_year = _balances(totals(year.start - timedelta(days=1)))
    accounts = Account.objects.in_bulk(before)
    kept = account(RETAINED_EARNINGS)
    for key, balance in last_year.items():
        if accounts[key].kind in OF_A_YEAR and balance:
            accounts[kept.pk] = kept
            before[key] -= balance
            before[kept.pk] = before.get(kept.pk, ZERO) + balance
    found = sorted(accounts.values(), key=lambda one: one.code)
    return [(one, before[one.pk]) for one in found if before[one.pk]]


def _balances(found: Totals) -> dict[int, Decimal]:
    return {key: debit - credit for key, (debit, credit) in found.items()}


def _lines(year: FiscalYear, start: date, end: date) -> Iterator[list[str]]:
    number = f"{OPENING}-{year.end.year}-000001"
    for one, balance in openings(year, start):
        journal = [OPENING, OPENING_NAME, number, _day(start), *_account(one.code, one.name), "", ""]
        yield [*journal, number, _day(start), OPENING_NAME, *_sides(balance), "", "", _day(start), "", ""]
    for lines in entries(start, end):
        yield from map(_cells, lines)


def _cells(line: LedgerRow) -> list[str]:
    day = _day(line.day)
    return [
        line.journal,
        Journal(line.journal).label,
        line.entry_no,
        day,
        *_account(line.account_code, line.account_name),
        plain(line.party_key),
        plain(line.party_name),
        plain(line.document_no) or line.entry_no,
        day,
        plain(line.description) or line.entry_no,
        *_sides(line.amount),
        *("", "", _day(localtime(line.posted_at).date()), "", ""),
    ]


def _account(code: str, name: str) -> list[str]:
    return [plain(code), plain(name) or plain(code)]


def _sides(amount: Decimal) -> list[str]:
    return [decimal(max(amount, ZERO), comma=True), decimal(max(-amount, ZERO), comma=True)]


def _day(day: date) -> str:
    return f"{day:%Y%m%d}"
