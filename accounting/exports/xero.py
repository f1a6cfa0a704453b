"""Manual journals as Xero imports them: at most 300 lines a file, and no entry in two files.

Xero makes one journal of the lines with the same narration and date: each narration begins with the number
of its entry. VAT has lines of its own, so that every line is without tax.
"""

from collections.abc import Iterable, Iterator
from functools import partial
from typing import IO

from django.conf import settings

from accounting.reports import LedgerRow

from .asked import Asked, NotForThisFormat
from .cells import decimal, plain, rows
from .entries import entries
from .part import Part

COLUMNS = ("Narration", "Date", "Description", "AccountCode", "TaxRate", "Amount")
LINES = 300


def parts(asked: Asked) -> Iterator[Part]:
    """Yield as many files as it takes, at least one. Raises NotForThisFormat."""
    for number, lines in enumerate(_files(entries(asked.start, asked.end)), start=1):
        yield Part(f"xero_{number:04d}.csv", partial(write, lines=lines))


def write(stream: IO[str], *, lines: list[LedgerRow]) -> int:
    """Write a file of some lines; return how many."""
    out = rows(stream)
    out.writerow(COLUMNS)
    out.writerows(map(_cells, lines))
    return len(lines)


def _files(found: Iterable[list[LedgerRow]]) -> Iterator[list[LedgerRow]]:
    file: list[LedgerRow] = []
    for lines in found:
        if len(lines) > LINES:
            raise NotForThisFormat(
                f"Xero takes {LINES} lines in a file, and entry {lines[0].entry_no} has {len(lines)}."
            )
        if len(file) + len(lines) > LINES:
            yield file
            file = []
        file.extend(lines)
    yield file


def _cells(line: LedgerRow) -> list[str]:
    return [
        plain(f"{line.entry_no} {line.entry_memo}"),
        f"{line.day:%d/%m/}{line.day.year}",
        plain(" ".join(filter(None, (line.document_no, line.party_name, line.memo)))),
        plain(line.account_code),
        settings.XERO_TAX_RATE,
        decimal(line.amount),
    ]
