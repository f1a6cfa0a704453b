"""Pays suppliers: which bills are due, which are given to the bank together, and when that has paid them.

Giving calls no bank: somebody hands it the file, or types it in. Until it has paid nothing is posted.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.db.transaction import atomic

from accounting.money import ZERO
from accounting.refusal import Refusal
from erp import procure_to_pay
from erp.invoicing import owing
from erp.purchasing import runs
from erp.purchasing.models import PaymentRun, PaymentRunBill, Supplier, SupplierBill
from erp.purchasing.runs import GivenAlready


class NothingToPay(Refusal):
    """A supplier would get no money: its credit notes are worth as much as its bills."""


def due(*, until: date | None = None) -> QuerySet[Any]:
    """Return bills and credit notes that are open and not given to the bank, the first due first.

    Each has its `open_amount` as in the books: below zero is what we owe. Credit notes are always there.
    """
    waiting = PaymentRunBill.objects.filter(is_open=True)
    rows = owing.with_open_amount(SupplierBill.objects.defer("file"), kind="bill")
    rows = rows.filter(open_amount__isnull=False).exclude(open_amount=0)
    rows = rows.exclude(pk__in=waiting.values("bill"))
    if until:
        rows = rows.exclude(kind=SupplierBill.Kind.BILL, due_on__gt=until)
    return rows.select_related("supplier").order_by("due_on", "pk")


@atomic
def order(bills: Iterable[int], *, on: date, by: Any = None) -> PaymentRun:
    """Write down that bills are given to the bank, to be paid on a day. Raises GivenAlready, NothingToPay."""
    keys = set(bills)
    owners = SupplierBill.objects.filter(pk__in=keys).values("supplier")
    list(Supplier.objects.filter(pk__in=owners).order_by("pk").select_for_update(no_key=True))
    chosen = [(bill, -bill.open_amount) for bill in due().filter(pk__in=keys)]
    if not keys or len(chosen) != len(keys):
        raise GivenAlready("One of these bills is paid or with the bank already: look at the list again.")
    owed: dict[Any, Decimal] = defaultdict(lambda: ZERO)
    for bill, amount in chosen:
        owed[bill.supplier] += amount
    for supplier, amount in owed.items():
        if amount <= 0:
            raise NothingToPay(f"{supplier} would get {amount}: choose more of its bills, or fewer credits.")
    return runs.write(chosen, on=on, by=by)


@atomic
def cancel(run: PaymentRun) -> None:
    """Note that the bank was not given a run after all, or has refused it. Raises IllegalTransition."""
    run.move_to(PaymentRun.State.CANCELLED)
    runs.free(run)


@atomic
def paid(run: PaymentRun, *, on: date, by: Any = None) -> None:
    """Note that the bank has paid a run: one payment a supplier.

    Raises IllegalTransition, and MoreThanOwed where a bill was settled otherwise meanwhile.
    """
    run.move_to(PaymentRun.State.PAID, paid_on=on)
    for rows in runs.by_supplier(run):
        procure_to_pay.pay(
            rows[0].bill.supplier,
            amount=sum((row.amount for row in rows), ZERO),
            on=on,
            reference=runs.reference_of(run, rows),
            bills=[row.bill for row in rows],
            by=by,
        )
    runs.free(run)
