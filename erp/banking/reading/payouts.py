"""Reads what a provider or carrier says it paid out: CSV with a row for each movement, by named columns.

A provider's own report is one more `Columns` in `REPORTS`. The sandbox card's report, and the one we ask
carriers for, has the columns payout, paid_on, currency, kind, reference, gross, fee, net, with commas
between them, points before the cents and days such as 2026-12-31. A refund's gross is below zero; kind is
charge, refund, fee or adjustment; gross less fee is net, and all that a fee row takes is fee. The reference
is the provider's for the movement; for cash on delivery the number of the order or of the delivery note
will do.
"""

import csv
import hashlib
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from accounting.money import ZERO

from .statement import MOST_LINES
from .words import Unreadable, amount, day, decode, not_too_large, plain

KINDS = ("charge", "refund", "fee", "adjustment")


@dataclass(frozen=True, slots=True)
class Columns:
    """How a report is written. `kinds` turns the provider's words into ours; unknown ones are adjustments.

    A row whose kind is in `left_out` is none of the payout's, such as the payout itself. Where a column in
    `ours` is there and filled, it names the movement as we do, and counts before the provider's reference.
    """

    payout: str = "payout"
    paid_on: str = "paid_on"
    currency: str = "currency"
    kind: str = "kind"
    reference: str = "reference"
    gross: str = "gross"
    fee: str = "fee"
    net: str = "net"
    delimiter: str = ","
    decimal_mark: str = "."
    date_format: str = "%Y-%m-%d"
    kinds: Mapping[str, str] = field(default_factory=dict)
    left_out: Sequence[str] = ()
    ours: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class ReadPayoutLine:
    """One movement inside a payout."""

    kind: str
    reference: str
    gross: Decimal
    fee: Decimal
    net: Decimal


@dataclass(frozen=True, slots=True)
class ReadPayout:
    """One payout with its movements."""

    reference: str
    paid_on: date
    currency: str
    lines: Sequence[ReadPayoutLine]

    @property
    def gross(self) -> Decimal:
        return sum((line.gross for line in self.lines), ZERO)

    @property
    def fees(self) -> Decimal:
        return sum((line.fee for line in self.lines), ZERO)

    @property
    def net(self) -> Decimal:
        return sum((line.net for line in self.lines), ZERO)

    @property
    def digest(self) -> str:
        """Return what names all it says, in whatever order and file."""
        said = sorted(f"{line.kind} {line.reference} {line.gross} {line.fee}" for line in self.lines)
        head = f"{self.reference} {self.paid_on} {self.currency}"
        return hashlib.sha256("\n".join([head, *said]).encode()).hexdigest()


# Stripe's itemised payout reconciliation. A charge is named as our capture is; our name of a refund is in
# its metadata, a column to be chosen at the download.
STRIPE = Columns(
    payout="automatic_payout_id",
    paid_on="automatic_payout_effective_at",
    kind="reporting_category",
    reference="source_id",
    left_out=("payout",),
    ours=("refund_metadata[reference]",),
)
# By the code of the way to pay. One that is not here is read by the plain columns.
REPORTS: dict[str, Columns] = {"card": Columns(), "cod": Columns(), "stripe": STRIPE}


def read(content: bytes, columns: Columns) -> list[ReadPayout]:
    """Return the payouts of a file. Raises Unreadable, naming the row."""
    not_too_large(content)
    found: dict[str, list[tuple[date, str, ReadPayoutLine]]] = {}
    for number, row in _rows(decode(content), columns):
        try:
            reference, *facts = _row(row, columns)
        except Unreadable as refusal:
            raise Unreadable(f"Row {number}: {refusal}") from None
        found.setdefault(reference, []).append(tuple(facts))  # type: ignore[arg-type]
    if not found:
        raise Unreadable("The report has no payouts: there is nothing to book.")
    if sum(len(rows) for rows in found.values()) > MOST_LINES:
        raise Unreadable(f"The report has more than {MOST_LINES} rows: ask for shorter periods.")
    return [_payout(reference, rows) for reference, rows in found.items()]


def _rows(text: str, columns: Columns) -> Iterator[tuple[int, dict[str, str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=columns.delimiter, strict=True)
    try:
        rows = list(reader)
    except csv.Error:
        raise Unreadable("A row of the report is cut off, or a quotation mark is missing.") from None
    headings = [cell.strip() for cell in rows[0]]
    wanted = [columns.payout, columns.paid_on, columns.kind, columns.reference, columns.gross, columns.fee]
    if missing := [name for name in (*wanted, columns.net) if name not in headings]:
        raise Unreadable(f"The report has no column '{missing[0]}'. Its headings are {', '.join(headings)}.")
    for number, row in enumerate(rows[1:], start=2):
        cells = dict(zip(headings, row, strict=False))
        if any(cell.strip() for cell in row) and cells[columns.kind].strip() not in columns.left_out:
            yield number, cells


def _row(row: Mapping[str, str], columns: Columns) -> tuple[str, date, str, ReadPayoutLine]:
    reference = plain(row.get(columns.payout), longest=100)
    if not reference:
        raise Unreadable("No payout is named.")
    gross, fee, net = (
        amount(row.get(name, ""), columns.decimal_mark) for name in (columns.gross, columns.fee, columns.net)
    )
    if gross - fee != net:
        raise Unreadable(f"{gross} less {fee} is not {net}.")
    word = row[columns.kind].strip()
    kind = columns.kinds.get(word, word if word in KINDS else "adjustment")
    if kind == "fee":
        gross, fee = ZERO, fee - gross
    names = (plain(row.get(name), longest=150) for name in (*columns.ours, columns.reference))
    line = ReadPayoutLine(kind, next(filter(None, names), ""), gross, fee, net)
    currency = row.get(columns.currency, "").strip().upper()
    return reference, day(row.get(columns.paid_on, "")[:10], columns.date_format), currency, line


def _payout(reference: str, rows: Sequence[tuple[date, str, ReadPayoutLine]]) -> ReadPayout:
    days, currencies = {row[0] for row in rows}, {row[1] for row in rows}
    if len(days) > 1 or len(currencies) > 1:
        raise Unreadable(f"Payout {reference} is of several days or in several currencies.")
    return ReadPayout(reference, days.pop(), currencies.pop(), [row[2] for row in rows])
