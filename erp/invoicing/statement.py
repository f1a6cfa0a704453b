"""A statement of account, read from the books: what was owed, what happened, what is owed now.

A customer's is about what we are owed, a supplier's about what we owe; both are positive when it is owed.
Debit and credit are ours: an invoice is a debit, a payment a credit; a bill is a credit, and so on.
Nothing is written here.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db.models import Q, Sum

from accounting import chart
from accounting.models import JournalLine, Party
from accounting.money import ZERO
from accounting.open_items import Item, open_at
from accounting.refusal import Refusal
from erp.documents.logo import logo_uri
from erp.documents.services import company, letterhead
from erp.purchasing.models import Supplier

from .models import Invoice
from .pdf import render

Left = dict[int, Item]
NAMES = {"invoice": "Invoice", "credit": "Credit note"}
# The account that says what is owed, and whether debits or credits are owed.
OWED = {Party.Kind.CUSTOMER: (chart.RECEIVABLE, 1), Party.Kind.SUPPLIER: (chart.PAYABLE, -1)}


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
    def more(self) -> Decimal:
        """Return by how much more is owed since."""
        return max(self.amount, ZERO)

    @property
    def less(self) -> Decimal:
        """Return by how much less is owed since."""
        return max(-self.amount, ZERO)


@dataclass(frozen=True, slots=True)
class Statement:
    """What was owed before the first day, what moved, and what was owed on the last one.

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
    def more(self) -> Decimal:
        return sum((movement.more for movement in self.movements), ZERO)

    @property
    def less(self) -> Decimal:
        return sum((movement.less for movement in self.movements), ZERO)

    @property
    def is_ours(self) -> bool:
        """Return whether it is we who owe."""
        return self.party.kind == Party.Kind.SUPPLIER

    @property
    def name(self) -> str:
        return f"statement-{self.party.pk}-{self.start}-{self.end}"


def statement(party: Party, *, start: date, end: date) -> Statement:
    """Return a customer's or supplier's statement of account, both days included. Raises DaysTheWrongWay."""
    if start > end:
        raise DaysTheWrongWay("The first day comes after the last one.")
    role, sign = OWED[Party.Kind(party.kind)]
    opening = ZERO + sign * _balance(role, party, start - timedelta(days=1))
    left = {item.line_id: item for item in open_at(role, on=end, party=party)}
    movements = list(_movements(party, opening, left, (start, end)))
    late = sum((sign * item.open for item in left.values() if sign * item.open > 0 and item.due < end), ZERO)
    held = ZERO - _balance(chart.PREPAYMENTS, party, end)
    return Statement(party, start, end, opening, movements, late, held)


def statement_pdf(found: Statement) -> bytes:
    """Return a statement as PDF, addressed as the last paper was. Raises PdfUnavailable."""
    context = {
        "statement": found,
        "seller": letterhead(company()),
        "to": _address(found.party),
        "logo": logo_uri(),
        "currency": settings.CURRENCY,
    }
    return render("documents/statement.html", context)


def _movements(party: Party, opening: Decimal, left: Left, days: tuple[date, date]) -> Iterator[Movement]:
    role, sign = OWED[Party.Kind(party.kind)]
    balance = opening
    lines = _lines(role, party).between(*days).select_related("entry")
    for line in lines.order_by("date", "entry_id", "line_no"):
        amount, entry = sign * line.amount, line.entry
        balance += amount
        yield Movement(
            line.date,
            _what(entry.source_key, amount) or line.memo or entry.memo,
            entry.document_no,
            entry.source_key,
            amount,
            balance,
            line.due_date,
            max(sign * left[line.pk].open, ZERO) if line.pk in left else ZERO,
        )


def _what(source_key: str, amount: Decimal) -> str:
    """Return what a movement of a source is called, by whether more or less is owed since."""
    kind = source_key.partition(":")[0]
    if kind in ("payment", "supplier-payment"):
        return "Refund" if amount > 0 else "Payment"
    if kind == "bill":
        return "Bill" if amount > 0 else "Credit note"
    return NAMES.get(kind, "")


def _balance(role: str, party: Party, day: date) -> Decimal:
    return _lines(role, party).between(None, day).aggregate(sum=Sum("amount"))["sum"] or ZERO


def _lines(role: str, party: Party) -> Any:
    return JournalLine.objects.posted().filter(account__role=role, party=party)


def _address(party: Party) -> dict[str, str]:
    """Return where the last invoice went, where a supplier is, or what the books know: the name."""
    if party.kind == Party.Kind.SUPPLIER:
        return _suppliers_address(party)
    papers = Invoice.objects.filter(Q(party=party) & ~Q(number=None)).order_by("-pk")
    last = papers.values_list("buyer", flat=True).first()
    return last or {"name": party.name, "email": party.email}


def _suppliers_address(party: Party) -> dict[str, str]:
    supplier = Supplier.objects.filter(party=party).first()
    street, _, city = (supplier.address if supplier else "").partition("\n")
    return {"name": party.name, "line1": street.strip(), "line2": ", ".join(city.split("\n")).strip()}
