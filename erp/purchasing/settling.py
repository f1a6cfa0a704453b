"""What we owe suppliers, read from the open items of the books, and the payments that settle it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from accounting import chart, ledger
from accounting.models import OpenItem
from accounting.money import ZERO, money
from accounting.refusal import Refusal

from .models import Supplier, SupplierBill, SupplierPayment

Share = tuple[OpenItem, Decimal]


class MoreThanOwed(Refusal):
    """A supplier is to get, or to give back, more than is owed, or no amount of money at all."""


class PaidAlready(Refusal):
    """A reference stands for another payment."""


@dataclass(slots=True)
class Owed:
    """Open items of a supplier, held: what we owe, and what it owes us (credit notes)."""

    bills: list[OpenItem]
    credits: list[OpenItem]

    @property
    def total(self) -> Decimal:
        """What is left to pay when both are set off."""
        return -sum((item.residual for item in [*self.bills, *self.credits]), ZERO)


def require_above_zero(amount: Decimal) -> None:
    """Raises MoreThanOwed where an amount is no money above zero, in whole cents."""
    if not amount.is_finite() or amount <= 0 or amount != money(amount):
        raise MoreThanOwed(f"{amount:f} cannot be paid: money goes in whole cents, above zero.")


def known(supplier: Supplier, amount: Decimal, *, reference: str) -> SupplierPayment | None:
    """Return the payment with a reference, if there is one. Raises PaidAlready where it was another."""
    found = SupplierPayment.objects.filter(reference=reference).select_related("supplier").first()
    if found and (found.supplier_id, found.amount) != (supplier.pk, amount):
        raise PaidAlready(f"With the reference '{reference}' {found} were paid already.")
    return found


def owed(supplier: Supplier, bills: Iterable[SupplierBill] = ()) -> Owed:
    """Lock what is open of a held supplier, due first; of some bills and credit notes, or of all."""
    rows = OpenItem.objects.filter(line__party=supplier.party_id, line__account__role=chart.PAYABLE)
    if keys := [f"bill:{bill.pk}" for bill in bills]:
        rows = rows.filter(line__entry__source_key__in=keys)
    locked = rows.exclude(residual=0).select_related("line").order_by("pk")
    items = sorted(
        locked.select_for_update(of=("self",), no_key=True),
        key=lambda item: (item.line.due_date or item.line.date, item.pk),
    )
    return Owed([item for item in items if item.residual < 0], [item for item in items if item.residual > 0])


def write(
    supplier: Supplier, amount: Decimal, found: Owed, *, on: date, reference: str, by: Any
) -> SupplierPayment:
    """Write down that a supplier gets money, or gave some back (below zero). Raises MoreThanOwed."""
    if not reference.strip():
        raise MoreThanOwed("A payment needs a reference by which it is known.")
    if amount > max(found.total, ZERO):
        raise MoreThanOwed(f"{supplier} is owed {max(found.total, ZERO)}, not {amount}.")
    if amount < min(found.total, ZERO):
        raise MoreThanOwed(f"{supplier} owes us {max(-found.total, ZERO)}, not {-amount}.")
    return SupplierPayment.objects.create(
        supplier=supplier, amount=amount, on=on, reference=reference, user=by
    )


def set_off(found: Owed, *, on: date, key: str) -> None:
    """Let what a supplier owes us settle what we owe it, due first. Held items are brought along."""
    for credit in found.credits:
        for bill in found.bills:
            amount = min(credit.residual, -bill.residual)
            if amount > 0:
                ledger.allocate(credit, bill, amount, on=on, key=f"{key}:{credit.pk}:{bill.pk}")
                credit.residual -= amount
                bill.residual += amount


def shares(found: Owed, amount: Decimal) -> list[Share]:
    """Divide money between bills, the first first; or between credit notes where it came back."""
    divided: list[Share] = []
    left = abs(amount)
    for item in found.bills if amount > 0 else found.credits:
        if part := min(left, abs(item.residual)):
            divided.append((item, part))
            left -= part
    return divided
