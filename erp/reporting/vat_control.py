"""Does the VAT in the books equal the VAT of the documents? Kind by kind, and the rest by name."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Case, CharField, F, Sum, Value, When

from accounting import chart, evidence
from accounting.models import JournalLine
from accounting.money import ZERO
from erp.invoicing.models import CreditNoteLine, InvoiceLine
from erp.purchasing.models import BillLine, SupplierBill

ByCode = dict[str, Decimal]
OTHER, WITHOUT_CODE = "other", "none"
SIGN = Case(When(bill__kind=SupplierBill.Kind.CREDIT, then=-1), default=1)


@dataclass(frozen=True, slots=True)
class Compared:
    """VAT of one kind of documents on one account: owed counts above zero on both. Others have none."""

    title: str
    booked: Decimal
    documents: Decimal | None = None
    differing: tuple[str, ...] = ()


def compare(role: str, start: date, end: date) -> list[Compared]:
    """Return the turnover of an account of VAT in some days, kind by kind, beside what documents say."""
    booked = _booked(role, start, end)
    rows = [
        _compared(title, booked.pop(kind, {}), said) for kind, title, said in _documents(role, start, end)
    ]
    rest = sum((sum(codes.values(), ZERO) for kind, codes in booked.items() if kind != WITHOUT_CODE), ZERO)
    without = sum(booked.get(WITHOUT_CODE, {}).values(), ZERO)
    return [*rows, Compared("Other entries with a tax code", rest), Compared("Without a tax code", without)]


def _compared(title: str, booked: ByCode, said: ByCode) -> Compared:
    keys = sorted(booked.keys() | said.keys())
    differing = tuple(key for key in keys if booked.get(key, ZERO) != said.get(key, ZERO))
    return Compared(title, sum(booked.values(), ZERO), sum(said.values(), ZERO), differing)


def _booked(role: str, start: date, end: date) -> dict[str, ByCode]:
    """Return the credits less debits of an account by kind of document and tax code."""
    kinds = [When(entry__source_key__regex=rf"^{kind}:[0-9]+$", then=Value(kind)) for kind in KINDS]
    kind = Case(
        When(tax_code=None, then=Value(WITHOUT_CODE)), *kinds, default=Value(OTHER), output_field=CharField()
    )
    lines = JournalLine.objects.posted().between(start, end).filter(account=chart.account(role)).order_by()
    rows = lines.annotate(kind=kind).values_list("kind", "tax_code__code").annotate(total=-Sum("amount"))
    found: dict[str, ByCode] = {}
    for named, code, amount in rows:
        found.setdefault(named, {})[code or ""] = amount
    return found


def _documents(role: str, start: date, end: date) -> list[tuple[str, str, ByCode]]:
    """Return for each kind of documents with VAT on an account its name and its VAT by code."""

    def of(kind: str, lines: Any, paper: str, amount: Any) -> ByCode:
        rows = lines.filter(**{f"{paper}__in": evidence.papers_booked(kind, start, end)}).order_by()
        sums = rows.values_list("tax_code__code").annotate(total=Sum(amount))
        return {code: total for code, total in sums if total}

    bills = BillLine.objects.exclude(tax_code=None)
    if role == chart.INPUT_VAT:
        reclaimed = F("tax") + F("own_tax") - F("lost_tax")
        return [("bill", "Suppliers' bills", of("bill", bills, "bill", -1 * SIGN * reclaimed))]
    return [
        ("invoice", "Invoices", of("invoice", InvoiceLine.objects, "invoice", F("tax"))),
        ("credit", "Credit notes", of("credit", CreditNoteLine.objects, "credit_note", -1 * F("tax"))),
        ("bill", "Owed in suppliers' place", of("bill", bills, "bill", SIGN * F("own_tax"))),
    ]


KINDS = ("invoice", "credit", "bill")
