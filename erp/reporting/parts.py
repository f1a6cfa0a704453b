"""The parts of accounts in between: what they are today by their papers, and whose an entry is.

A part is a model and a key: an order, a purchase order, a movement of money, a line of a payout. Amounts are
debits less credits. Part of `explained`.
"""

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.db.models import F
from oscar.core.loading import get_model

from accounting.money import ZERO
from erp.banking import clearing, moves
from erp.banking.models import BankMatch, PayoutLine
from erp.delivery.models import DeliveryNote
from erp.inventory.valuation import slice_of
from erp.invoicing.models import CreditNote, Invoice, InvoiceLine, PaymentOperation
from erp.purchasing.models import (
    BillLine,
    GoodsReceipt,
    PurchaseLine,
    PurchaseOrder,
    SupplierBill,
    SupplierReturn,
)

Order = get_model("order", "Order")

REVERSAL = ":reversal"
Part = tuple[Any, int]
Parts = dict[Part, Decimal]
Entries = dict[str, Decimal]  # what entries brought to an account, by source key
Belonging = Iterator[tuple[Part, Decimal]]
ORDERS: dict[str, Any] = {"invoice": Invoice, "delivery": DeliveryNote, "credit": CreditNote}
PURCHASES: dict[str, Any] = {"receipt": GoodsReceipt, "supplier-return": SupplierReturn}


def deferred(role: str) -> Parts:
    """Return by order what is billed and not yet shipped."""
    found: Parts = defaultdict(lambda: ZERO)
    waiting = InvoiceLine.objects.filter(deferred=True, released__lt=F("quantity"))
    rows = waiting.values_list("invoice__order", "net", "quantity", "released")
    for order, net, pieces, released in rows.iterator():
        found[Order, order] -= slice_of(net, pieces, released, pieces - released)
    return found


def of_orders(entries: Entries) -> Belonging:
    yield from _of_papers(entries, ORDERS, Order)


def not_invoiced(role: str) -> Parts:
    """Return by purchase order what came, stayed and is not yet billed."""
    found: Parts = defaultdict(lambda: ZERO)
    rows = PurchaseLine.objects.exclude(received=F("returned") + F("billed") - F("credited"))
    for line in rows.iterator():
        found[PurchaseOrder, line.order_id] -= line.worth(line.kept) - line.worth(line.owed)
    return found


def of_purchases(entries: Entries) -> Belonging:
    """Yield what receipts and returns brought by their orders, and bills by the orders of their lines."""
    yield from _of_papers(entries, PURCHASES, PurchaseOrder)
    bills = _keys(entries, "bill")
    rows = BillLine.objects.filter(bill__in=_between(SupplierBill, bills), line__isnull=False)
    facts: Any = ("bill", "bill__kind", "line__order", "expected")
    for bill, kind, order, expected in rows.values_list(*facts):
        for source_key in bills.get(bill, ()):
            is_bill = (kind == SupplierBill.Kind.BILL) != source_key.endswith(REVERSAL)
            yield (PurchaseOrder, order), (expected or ZERO) if is_bill else -(expected or ZERO)


def in_clearing(role: str) -> Parts:
    """Return movements that are not paid out, and lines of payouts that stand for nothing we know."""
    rows = moves.in_clearing(role)
    found: Parts = {(PaymentOperation, row.pk): clearing.signed(row) for row in rows.iterator()}
    lines = clearing.unexplained(role).values_list("pk", "gross")
    return found | {(PayoutLine, key): -gross for key, gross in lines}


def of_clearing(entries: Entries) -> Belonging:
    """Yield what entries brought by the movement of money that they are about, or the line of a payout."""
    yield from _of_movements(entries)
    yield from _of_payouts(_keys(entries, "payout"))
    lines = PayoutLine.objects.filter(pk__in=_between(PayoutLine, found := _keys(entries, "payoutline")))
    for line in lines.select_related("explanation"):
        for source_key in found.get(line.pk, ()):
            yield _explained(line), entries[source_key]
    matches = BankMatch.objects.filter(pk__in=_between(BankMatch, found := _keys(entries, "bankmatch")))
    for key, operation in matches.exclude(operation=None).values_list("pk", "operation"):
        for source_key in found.get(key, ()):
            yield (PaymentOperation, operation), entries[source_key]


def _of_movements(entries: Entries) -> Belonging:
    wanted = {key.removeprefix("payment:"): key for key in entries if key.startswith("payment:")}
    found = PaymentOperation.objects.in_bulk(list(wanted), field_name="reference")
    for reference, operation in found.items():
        yield (PaymentOperation, operation.pk), entries[wanted[reference]]


def _of_payouts(payouts: dict[int, list[str]]) -> Belonging:
    """Yield what payouts took off: their lines' gross amounts. A payout is never reversed."""
    lines = PayoutLine.objects.filter(payout__gte=min(payouts, default=0)).exclude(gross=0)
    for line in lines.select_related("explanation").iterator():
        if line.payout_id in payouts:
            yield _explained(line), -line.gross


def _explained(line: PayoutLine) -> Part:
    """Return what a line of a payout stands for: a movement of ours, or nothing but itself."""
    explanation = getattr(line, "explanation", None)
    if explanation and explanation.operation_id:
        return PaymentOperation, explanation.operation_id
    return PayoutLine, line.pk


def _of_papers(entries: Entries, models: dict[str, Any], part: Any) -> Belonging:
    for kind, model in models.items():
        found = _keys(entries, kind)
        rows = _between(model, found)
        for key, order in rows.values_list("pk", "order").iterator():
            for source_key in found.get(key, ()):
                yield (part, order), entries[source_key]


def _keys(entries: Entries, kind: str) -> dict[int, list[str]]:
    """Return the source keys of one kind by the key of their paper: its entry, and maybe a reversal."""
    found: dict[int, list[str]] = defaultdict(list)
    for source_key in entries:
        name, _, key = source_key.removesuffix(REVERSAL).partition(":")
        if name == kind and key.isdecimal():
            found[int(key)].append(source_key)
    return found


def _between(model: Any, keys: dict[int, Any]) -> Any:
    """Return rows that are wide enough for some keys, however many: who reads them leaves the others out."""
    rows = model.objects.order_by()
    return rows.filter(pk__gte=min(keys), pk__lte=max(keys)) if keys else rows.none()
