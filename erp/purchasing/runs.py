"""Writes down which bills are paid together. What the money does stands in the chain."""

import secrets
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction

from accounting.money import ZERO
from accounting.refusal import Refusal

from .models import PaymentRun, PaymentRunBill, SupplierBill

LONGEST_NAME = 70


class GivenAlready(Refusal):
    """A bill is paid, or was given to the bank before."""


def write(chosen: Sequence[tuple[SupplierBill, Decimal]], *, on: date, by: Any) -> PaymentRun:
    """Write a run of bills with what is open of each. Raises GivenAlready."""
    run = PaymentRun.objects.create(
        reference=f"PAY-{on:%Y%m%d}-{secrets.token_hex(4).upper()}",
        ordered_on=on,
        total=sum((amount for _, amount in chosen), ZERO),
        user=by,
    )
    try:
        with transaction.atomic():
            PaymentRunBill.objects.bulk_create(
                PaymentRunBill(
                    run=run,
                    bill=bill,
                    amount=amount,
                    name=bill.supplier.name[:LONGEST_NAME],
                    iban=bill.supplier.iban,
                )
                for bill, amount in chosen
            )
    except IntegrityError:
        raise GivenAlready("Somebody else has just given one of these bills to the bank.") from None
    return run


def by_supplier(run: PaymentRun) -> list[list[PaymentRunBill]]:
    """Return the bills of a run, those of one supplier together, in the suppliers' order."""
    rows = PaymentRunBill.objects.filter(run=run).select_related("bill__supplier")
    found: dict[int, list[PaymentRunBill]] = {}
    for row in rows.order_by("bill__supplier", "bill__due_on", "bill"):
        found.setdefault(row.bill.supplier_id, []).append(row)
    return list(found.values())


def reference_of(run: PaymentRun, rows: Sequence[PaymentRunBill]) -> str:
    """Return by which reference the bank and the books know what one supplier of a run gets."""
    return f"{run.reference}-{rows[0].bill.supplier_id}"


def free(run: PaymentRun) -> None:
    """Let the bills of a run be chosen for another one, where they are still open."""
    PaymentRunBill.objects.filter(run=run).update(is_open=False)
