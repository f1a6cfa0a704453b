"""Writes statements and their lines: a file whole or not at all, and no line twice.

What a line stands for is decided in `matching`.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from accounting.money import ZERO
from accounting.refusal import Refusal
from erp.documents.services import company

from .models import BankLine, BankStatement
from .reading import camt, mapped
from .reading.mapped import Balances
from .reading.statement import ReadStatement, check, fingerprints

LONGEST_NAME = 200


class FileKnown(Refusal):
    """The very same file was read in before."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What a file brought: its statements, the lines that are new, how many were known, and warnings."""

    statements: Sequence[BankStatement]
    lines: Sequence[BankLine]
    known: int
    warnings: Sequence[str]


def read(content: bytes, *, mapping: Any = None, balances: Balances | None = None) -> list[ReadStatement]:
    """Read a file as CAMT.053, or by the mapping of a CSV. Raises Unreadable."""
    if mapping is None:
        return camt.read(content)
    return mapped.read(
        content, mapping, balances or Balances(), iban=company_iban(), currency=settings.CURRENCY
    )


def load(
    content: bytes,
    *,
    name: str,
    today: date,
    mapping: Any = None,
    balances: Balances | None = None,
    by: Any = None,
) -> Imported:
    """Read a file and write its statements, or nothing. Raises FileKnown, Unreadable and WrongSum.

    Lines that an earlier file brought already are not written again.
    """
    digest = hashlib.sha256(content).hexdigest()
    refuse_known(digest)
    found = read(content, mapping=mapping, balances=balances)
    for statement in found:
        check(statement, iban=company_iban(), currency=settings.CURRENCY, today=today)
    with transaction.atomic():
        _one_at_a_time()
        refuse_known(digest)
        warnings = [warning for statement in found for warning in _gaps(statement)]
        known = _known(found)
        rows = [
            _write(statement, known, digest=digest, place=place, name=name, by=by)
            for place, statement in enumerate(found)
        ]
    lines = [line for _, written in rows for line in written]
    count = sum(len(statement.lines) for statement in found) - len(lines)
    return Imported([row for row, _ in rows], lines, count, warnings)


def refuse_known(digest: str) -> None:
    """Raise FileKnown if a file of this digest was read in before."""
    before = BankStatement.objects.filter(sha256=digest).order_by("place").first()
    if before:
        raise FileKnown(
            f"This file was read in on {before.imported_at:%Y-%m-%d} already, as '{before.file_name}':"
            " nothing has changed."
        )


def company_iban() -> str:
    """Return the company's IBAN as statements write it."""
    return company().iban.replace(" ", "").upper()


def _one_at_a_time() -> None:
    """Let a second file wait here for the first: of equal lines only one is written."""
    type(company()).objects.select_for_update().get(pk=1)


def _known(found: Iterable[ReadStatement]) -> set[str]:
    """Return which fingerprints are there already."""
    names = [name for statement in found for name in fingerprints(statement, iban=company_iban())]
    known: set[str] = set()
    for start in range(0, len(names), 5000):
        rows = BankLine.objects.filter(fingerprint__in=names[start : start + 5000])
        known.update(rows.values_list("fingerprint", flat=True))
    return known


def _write(
    statement: ReadStatement, known: set[str], *, digest: str, place: int, name: str, by: Any
) -> tuple[BankStatement, list[BankLine]]:
    named = list(zip(fingerprints(statement, iban=company_iban()), statement.lines, strict=True))
    row = BankStatement(
        iban=company_iban(),
        currency=statement.currency,
        number=statement.number,
        starts_on=statement.starts_on,
        ends_on=statement.ends_on,
        opening=statement.opening,
        closing=statement.closing,
        known=sum((line.amount for print_, line in named if print_ in known), ZERO),
        sha256=digest,
        place=place,
        file_name=name[-LONGEST_NAME:],
        user=by,
    )
    BankStatement.objects.bulk_create([row])
    lines = [
        BankLine(
            statement=row,
            position=position,
            booked_on=line.booked_on,
            valued_on=line.valued_on or line.booked_on,
            amount=line.amount,
            name=line.name,
            iban=line.iban,
            text=line.text,
            end_to_end=line.end_to_end,
            reference=line.reference,
            is_reversal=line.is_reversal,
            fingerprint=print_,
        )
        for position, (print_, line) in enumerate(named, start=1)
        if print_ not in known
    ]
    known.update(line.fingerprint for line in lines)
    return row, BankLine.objects.bulk_create(lines)


def _gaps(statement: ReadStatement) -> Iterable[str]:
    """Yield a warning where this statement does not go on from the one before, or to the one after it."""
    rows = BankStatement.objects.filter(iban=company_iban())
    before = rows.filter(ends_on__lt=statement.starts_on).order_by("-ends_on", "-pk").first()
    if before and before.closing != statement.opening:
        yield (
            f"The statement to {before.ends_on} closed at {before.closing}, this one opens at"
            f" {statement.opening}: between the two something is missing."
        )
    after = rows.filter(Q(starts_on__gt=statement.ends_on)).order_by("starts_on", "pk").first()
    if after and after.opening != statement.closing:
        yield (
            f"This statement closes at {statement.closing}, the one from {after.starts_on} opens at"
            f" {after.opening}: between the two something is missing."
        )
