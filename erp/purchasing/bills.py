"""Suppliers' bills and credit notes: compared with what was ordered and came, and written down."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from accounting.money import ZERO
from accounting.refusal import Refusal
from erp.documents.bulk import update_rows
from erp.documents.models import Company
from erp.inventory import revaluing
from erp.inventory.models import StockMove
from erp.inventory.revaluing import Difference
from erp.inventory.services import Cause

from . import matching
from .matching import DiffersFromOrder, Expense, Goods, Matching, NoAmount, NotTheirs
from .models import BillLine, PurchaseLine, PurchaseOrder, Supplier, SupplierBill

Kind = SupplierBill.Kind
LINES = "purchasing_purchaseline"


class AlreadyBooked(Refusal):
    """A supplier's bill with this number is booked, and it was another one."""


class NotDatedSo(Refusal):
    """A bill cannot be from tomorrow, or due before it was written."""


@dataclass(frozen=True, slots=True)
class Paper:
    """What stands at the head of a bill or credit note. `file` is its name and its bytes."""

    number: str
    issued_on: date
    kind: str = Kind.BILL
    due_on: date | None = None
    accepted_because: str = ""
    file: tuple[str, bytes] | None = None


def known(supplier: Supplier, paper: Paper, items: Sequence[Goods | Expense]) -> SupplierBill | None:
    """Return the bill of a held supplier that was booked already. Raises AlreadyBooked if it differs."""
    rows = SupplierBill.objects.filter(supplier=supplier, kind=paper.kind)
    found = rows.filter(number__iexact=paper.number.strip()).first()
    if found and (found.issued_on, found.gross) != (paper.issued_on, _gross(items)):
        raise AlreadyBooked(
            f"{found} of {found.issued_on} over {found.gross} is booked already: look at the number."
        )
    return found


def write(
    supplier: Supplier, paper: Paper, items: Sequence[Goods | Expense], *, firm: Company, on: date, by: Any
) -> tuple[SupplierBill, list[BillLine]]:
    """Write a bill of a held supplier, count its pieces, and change the value of goods that cost otherwise.

    Raises the refusals of `matching`, NotDatedSo.
    """
    due_on = paper.due_on or paper.issued_on + timedelta(days=supplier.payment_days)
    _require_dates(paper, due_on, on)
    held = _hold_lines(supplier, items)
    rows = _compare(paper, items, held, firm)
    bill = SupplierBill.objects.create(
        supplier=supplier,
        kind=paper.kind,
        number=paper.number.strip(),
        issued_on=paper.issued_on,
        booked_on=on,
        due_on=due_on,
        net=sum((row.net for row in rows), ZERO),
        tax=sum((row.tax for row in rows), ZERO),
        gross=_gross(items),
        accepted_because=paper.accepted_because.strip()[:255],
        file_name=paper.file[0][:200] if paper.file else "",
        file=paper.file[1] if paper.file else None,
        user=by,
    )
    _count(held)
    if paper.kind == Kind.BILL:
        _revalue(bill, [row for row in rows if row.line_id], on=on, by=by)
    for position, row in enumerate(rows, start=1):
        row.bill, row.position = bill, position
    BillLine.objects.bulk_create(rows)
    return bill, rows


def _gross(items: Sequence[Goods | Expense]) -> Decimal:
    return sum((item.net + item.tax for item in items), ZERO)


def _require_dates(paper: Paper, due_on: date, on: date) -> None:
    if paper.issued_on > on:
        raise NotDatedSo(f"A bill of {paper.issued_on} cannot be booked on {on}: look at the date.")
    if due_on < paper.issued_on:
        raise NotDatedSo(f"A bill of {paper.issued_on} cannot be due on {due_on}.")


def _hold_lines(supplier: Supplier, items: Sequence[Goods | Expense]) -> dict[int, PurchaseLine]:
    """Lock the orders whose goods are billed, and return the lines as they are now. Raises NotTheirs."""
    keys = {item.line.pk for item in items if isinstance(item, Goods)}
    if not keys:
        return {}
    orders = PurchaseOrder.objects.filter(pk__in=PurchaseLine.objects.filter(pk__in=keys).values("order"))
    locked = {order.pk: order for order in orders.select_for_update(no_key=True).order_by("pk")}
    for order in locked.values():
        if order.supplier_id != supplier.pk:
            raise NotTheirs(f"{order} was not ordered from {supplier}.")
    lines = PurchaseLine.objects.filter(pk__in=keys).order_by("pk")
    for line in lines:
        line.order = locked[line.order_id]
    return {line.pk: line for line in lines}


def _compare(
    paper: Paper, items: Sequence[Goods | Expense], held: dict[int, PurchaseLine], firm: Company
) -> list[BillLine]:
    """Return the lines of a bill, not yet written. Pieces are counted on the held lines."""
    if not items or not paper.number.strip():
        raise NoAmount("A bill has a number and at least one line.")
    if paper.kind not in Kind.values:
        raise ValueError(f"{paper.kind!r} is no kind of bill")
    terms = _terms(paper, firm)
    rows = [
        matching.goods(item, held[item.line.pk], terms)
        if isinstance(item, Goods)
        else matching.expense(item, terms)
        for item in items
    ]
    if _gross(items) < 0:
        raise NoAmount("All in all it is below zero: book it as the other kind, bill or credit note.")
    if terms.differs and not paper.accepted_because.strip():
        raise DiffersFromOrder(f"{' '.join(terms.differs)} Say why it is taken nevertheless.")
    return rows


def _terms(paper: Paper, firm: Company) -> Matching:
    return Matching(paper.kind, firm.bill_tolerance, firm.country, firm.vat_scheme == "standard")


def _count(held: dict[int, PurchaseLine]) -> None:
    rows = [(line.pk, line.billed, line.credited) for line in held.values()]
    update_rows(LINES, "billed = v.column2, credited = v.column3", "id = v.column1", rows)


def _revalue(bill: SupplierBill, rows: list[BillLine], *, on: date, by: Any) -> None:
    """Let goods on hand carry their share of what they cost more, or less, than was ordered."""
    differences = [difference for row in rows for difference in _differences(row)]
    cause = Cause(StockMove.Kind.REVALUATION, f"bill:{bill.pk}", on, reason=f"Bill {bill.number}", by=by)
    for row, share in zip(rows, revaluing.revalue(differences, cause=cause), strict=True):
        row.difference_kept = share


def _differences(row: BillLine) -> Iterator[Difference]:
    if row.line and row.quantity and row.expected is not None:
        more = row.net + row.lost_tax - row.expected
        yield Difference(row.line.product_id, row.line.order.warehouse_id, row.quantity, more)
