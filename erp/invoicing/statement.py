"""A customer's statement of account, read from the books: what was owed, what happened, what is owed now.

Debit and credit are ours: an invoice is a debit, a payment a credit. Nothing is written here.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db.models import Q, Sum

from accounting import chart
from accounting.models import JournalLine, OpenItem, Party
from accounting.money import ZERO
from accounting.refusal import Refusal
from erp.documents.logo import logo_uri
from erp.documents.services import company, letterhead

from .models import Invoice
from .pdf import render

Left = dict[int, tuple[Decimal, date | None]]
NAMES = {"invoice": "Invoice", "credit": "Credit note"}


class DaysTheWrongWay(Refusal):
    """The first day comes after the last one."""


@dataclass(frozen=True, slots=True)
class Movement:
    """One line of a statement, and the balance after it. `open` is what was left of an invoice at the end."""

    day: date
    what: str
    number: str
    source_key: str
    amount: Decimal
    balance: Decimal
    due: date | None = None
    open: Decimal = ZERO

    @property
    def debit(self) -> Decimal:
        return max(self.amount, ZERO)

    @property
    def credit(self) -> Decimal:
        return max(-self.amount, ZERO)


@dataclass(frozen=True, slots=True)
class Statement:
    """What a customer owed before the first day, what moved, and what was owed on the last one.

    `overdue` is what of it should have been paid before that day. `held` is the customer's money that
    nobody owed yet; it is no part of the balance.
    """

    party: Party
    start: date
    end: date
    opening: Decimal
    movements: Sequence[Movement]
    overdue: Decimal
    held: Decimal

    @property
    def closing(self) -> Decimal:
        return self.opening + sum((movement.amount for movement in self.movements), ZERO)

    @property
    def debits(self) -> Decimal:
        return sum((movement.debit for movement in self.movements), ZERO)

    @property
    def credits(self) -> Decimal:
        return sum((movement.credit for movement in self.movements), ZERO)

    @property
    def name(self) -> str:
        return f"statement-{self.party.pk}-{self.start}-{self.end}"


def statement(party: Party, *, start: date, end: date) -> Statement:
    """Return the statement of account of a customer, both days included. Raises DaysTheWrongWay."""
    if start > end:
        raise DaysTheWrongWay("The first day comes after the last one.")
    before = start - timedelta(days=1)
    opening = _balance(chart.RECEIVABLE, party, before)
    left = _left_open(party, end)
    movements = list(_movements(party, opening, left, (start, end)))
    late = sum((amount for amount, due in left.values() if due and due < end), ZERO)
    held = -_balance(chart.PREPAYMENTS, party, end)
    return Statement(party, start, end, opening, movements, late, held)


def statement_pdf(found: Statement) -> bytes:
    """Return a statement as PDF, addressed as the customer's last paper was. Raises PdfUnavailable."""
    context = {
        "statement": found,
        "seller": letterhead(company()),
        "to": _address(found.party),
        "logo": logo_uri(),
        "currency": settings.CURRENCY,
    }
    return render("documents/statement.html", context)


def _movements(party: Party, opening: Decimal, left: Left, days: tuple[date, date]) -> Iterator[Movement]:
    balance = opening
    lines = _lines(chart.RECEIVABLE, party).between(*days).select_related("entry")
    for line in lines.order_by("date", "entry_id", "line_no"):
        balance += line.amount
        entry = line.entry
        yield Movement(
            line.date,
            _what(entry.source_key, line.amount) or line.memo or entry.memo,
            entry.document_no,
            entry.source_key,
            line.amount,
            balance,
            line.due_date,
            max(left[line.pk][0], ZERO) if line.pk in left else ZERO,
        )


def _what(source_key: str, amount: Decimal) -> str:
    kind = source_key.partition(":")[0]
    if kind == "payment":
        return "Refund" if amount > 0 else "Payment"
    return NAMES.get(kind, "")


def _left_open(party: Party, end: date) -> Left:
    """Return what was left of each item at the end of a day, and when it is due, by its line."""
    items = OpenItem.objects.filter(
        line__party=party, line__account__role=chart.RECEIVABLE, line__date__lte=end
    )
    settled = {
        side: dict(
            items.filter(**{f"allocations_as_{side}__date__lte": end})
            .values_list("line_id")
            .annotate(Sum(f"allocations_as_{side}__amount"))
        )
        for side in ("debit", "credit")
    }
    return {
        key: (original - settled["debit"].get(key, ZERO) + settled["credit"].get(key, ZERO), due)
        for key, original, due in items.values_list("line_id", "original", "line__due_date")
    }


def _balance(role: str, party: Party, day: date) -> Decimal:
    return _lines(role, party).between(None, day).aggregate(sum=Sum("amount"))["sum"] or ZERO


def _lines(role: str, party: Party) -> Any:
    return JournalLine.objects.posted().filter(account__role=role, party=party)


def _address(party: Party) -> dict[str, str]:
    """Return where the customer's last invoice went, or what the books know: the name."""
    papers = Invoice.objects.filter(Q(party=party) & ~Q(number=None)).order_by("-pk")
    last = papers.values_list("buyer", flat=True).first()
    return last or {"name": party.name, "email": party.email}
