"""Payment runs as transfers: one a supplier, that says which bills it pays."""

from django.conf import settings

from accounting.money import ZERO
from erp.purchasing import runs
from erp.purchasing.models import PaymentRun, PaymentRunBill

from .sepa import CreditTransfer, Remittance, latin


def remittance(run: PaymentRun) -> Remittance:
    """Return what the bank is to transfer for a run."""
    transfers = [_transfer(run, rows) for rows in runs.by_supplier(run)]
    return Remittance(run.reference, run.at, run.ordered_on, transfers)


def _transfer(run: PaymentRun, rows: list[PaymentRunBill]) -> CreditTransfer:
    supplier = rows[0].bill.supplier
    ours = f"{supplier.customer_number}: " if supplier.customer_number else ""
    text = latin(ours + ", ".join(row.bill.number for row in rows), longest=140)
    return CreditTransfer(
        name=rows[0].name,
        iban=rows[0].iban,
        amount=sum((row.amount for row in rows), ZERO),
        currency=settings.CURRENCY,
        text=text,
        end_to_end=runs.reference_of(run, rows),
        about=rows[0].name,
    )
