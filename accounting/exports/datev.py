"""DATEV's posting batch (EXTF 700, Buchungsstapel 13): a file a month, as its programs read it in.

DATEV knows an amount between two accounts only: entries of more lines are divided into such pairs. VAT has
lines of its own in our books, so that accounts which DATEV would tax by itself are told not to.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import IO

from django.conf import settings
from django.db.models import Exists, Max, OuterRef
from django.utils.timezone import localtime

from accounting.models import Period
from accounting.reports import LedgerRow

from .asked import Asked, NotForThisFormat, NothingPosted
from .cells import decimal, plain
from .datev_columns import COLUMNS, EMPTY
from .entries import entries, posted, within
from .pairs import Pair, pairs
from .part import Part

PLACE = {name: place for place, name in enumerate(COLUMNS)}
LARGEST_NUMBERS = {"consultant": (1001, 9999999), "client": (1, 99999)}
NO_AUTOMATIC_TAX = "40"  # DATEV's key that keeps an account from taxing by itself
NOT_IN_A_NUMBER = re.compile(r"[^A-Za-z0-9$&%*+\-/]")


@dataclass(frozen=True, slots=True)
class Batch:
    """The days of one month, and under which numbers DATEV files them."""

    start: date
    end: date
    period: Period
    consultant: str
    client: str


def parts(asked: Asked) -> Iterator[Part]:
    """Yield a file for each month with entries. Raises NotForThisFormat, NothingPosted."""
    consultant = _number(asked.datev_consultant, "consultant")
    client = _number(asked.datev_client, "client")
    entries_of_it = posted(asked.start, asked.end).filter(period=OuterRef("pk"))
    months = Period.objects.filter(Exists(entries_of_it)).select_related("fiscal_year").order_by("start")
    if not months:
        raise NothingPosted("Nothing was posted in these days: DATEV would get an empty file.")
    for month in months:
        days = within(month.start, month.end, asked.start, asked.end)
        batch = Batch(*days, month, consultant, client)
        name = f"EXTF_Buchungsstapel_{days[0]:%Y%m%d}_{days[1]:%Y%m%d}.csv"
        yield Part(name, partial(write, batch=batch), "utf-8-sig" if asked.utf8 else "cp1252")


def write(stream: IO[str], *, batch: Batch) -> int:
    """Write a month's file; return how many lines of postings it has. Raises NotForThisFormat."""
    stream.write(";".join(_header(batch)) + "\r\n")
    stream.write(";".join(COLUMNS) + "\r\n")
    count = 0
    for lines in entries(batch.start, batch.end):
        for pair in pairs(lines):
            stream.write(";".join(_cells(pair)) + "\r\n")
            count += 1
    return count


def _header(batch: Batch) -> list[str]:
    created = posted(batch.start, batch.end).aggregate(last=Max("posted_at"))["last"]
    return [
        *('"EXTF"', "700", "21", '"Buchungsstapel"', "13", _moment(created), "", '"RE"', '""', '""'),
        *(batch.consultant, batch.client, _day(batch.period.fiscal_year.start)),
        *(str(settings.DATEV_ACCOUNT_LENGTH), _day(batch.start), _day(batch.end)),
        *(f'"Buchungen {batch.start:%m/%Y}"', '""', "1", "0", str(int(batch.period.locked))),
        *(f'"{settings.CURRENCY}"', "", '""', "", "", '""', "", "", '""', '""'),
    ]


def _cells(pair: Pair) -> list[str]:
    head = pair.debit
    said = pair.debit.memo or pair.credit.memo or head.entry_memo or head.entry_no
    who = pair.debit.party_name or pair.credit.party_name
    cells = EMPTY.copy()
    for name, value in (
        ("Umsatz (ohne Soll/Haben-Kz)", decimal(pair.amount, comma=True)),
        ("Soll/Haben-Kennzeichen", '"S"'),
        ("WKZ Umsatz", f'"{settings.CURRENCY}"'),
        ("Konto", _account(pair.debit)),
        ("Gegenkonto (ohne BU-Schlüssel)", _account(pair.credit)),
        ("BU-Schlüssel", _tax_key(pair)),
        ("Belegdatum", f"{head.day:%d%m}"),
        ("Belegfeld 1", _quoted(NOT_IN_A_NUMBER.sub("", plain(head.document_no or head.entry_no)), 36)),
        ("Buchungstext", _quoted(said, 60)),
        ("Beleginfo - Art 1", '"Buchung"'),
        ("Beleginfo - Inhalt 1", _quoted(head.entry_no, 210)),
        *((("Beleginfo - Art 2", '"Partner"'), ("Beleginfo - Inhalt 2", _quoted(who, 210))) if who else ()),
    ):
        cells[PLACE[name]] = value
    return cells


def _account(line: LedgerRow) -> str:
    if not re.fullmatch(f"[0-9]{{1,{settings.DATEV_ACCOUNT_LENGTH}}}", line.account_code):
        raise NotForThisFormat(
            f"DATEV takes accounts of at most {settings.DATEV_ACCOUNT_LENGTH} digits: "
            f"'{line.account_code}' of entry {line.entry_no} is none."
        )
    return line.account_code


def _tax_key(pair: Pair) -> str:
    codes = {pair.debit.account_code, pair.credit.account_code}
    return f'"{NO_AUTOMATIC_TAX}"' if codes & set(settings.DATEV_AUTOMATIC_ACCOUNTS) else '""'


def _quoted(text: str | None, length: int) -> str:
    words = plain(text, length).replace('"', '""')
    return f'"{words}"'


def _number(text: str, whose: str) -> str:
    least, most = LARGEST_NUMBERS[whose]
    if not (text.isascii() and text.isdecimal() and least <= int(text) <= most):
        raise NotForThisFormat(
            f"DATEV needs its number of the {whose}, from {least} to {most}: "
            "enter it in the company's settings."
        )
    return str(int(text))


def _day(day: date) -> str:
    return f"{day:%Y%m%d}"


def _moment(moment: datetime) -> str:
    """Return when the last entry was posted: the file of the same entries stays the same."""
    local = localtime(moment)
    return f"{local:%Y%m%d%H%M%S}{local.microsecond // 1000:03d}"
