"""Do purchases, stock and the books agree? Each check yields a sentence for what is wrong."""

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.db.models import Case, F, OuterRef, Q, Subquery, Sum, When
from django.db.models.functions import Coalesce

from accounting import chart, evidence, ledger
from accounting.finding import Finding
from accounting.money import ZERO
from erp.inventory.models import StockMove

from .models import (
    BillLine,
    GoodsReceipt,
    GoodsReceiptLine,
    PaymentRun,
    PaymentRunBill,
    PurchaseLine,
    PurchaseOrder,
    SupplierBill,
    SupplierPayment,
    SupplierReturn,
    SupplierReturnLine,
)

PAPERS = ("receipt:", "bill:", "supplier-return:", "supplier-payment:")
# Amounts of a credit note are positive on its lines, and count the other way in the books.
SIGN = Case(When(bill__kind=SupplierBill.Kind.CREDIT, then=-1), default=1)


def lines_count_what_papers_say() -> Iterator[str]:
    """10 What is counted on a purchase as received, billed, returned and credited stands on papers."""
    sums: dict[str, Any] = {
        "received": GoodsReceiptLine.objects.all(),
        "returned": SupplierReturnLine.objects.all(),
        "billed": BillLine.objects.filter(bill__kind=SupplierBill.Kind.BILL),
        "credited": BillLine.objects.filter(bill__kind=SupplierBill.Kind.CREDIT),
    }
    for part, rows in sums.items():
        total = rows.filter(line=OuterRef("pk")).order_by().values("line").annotate(total=Sum("quantity"))
        lines: Any = PurchaseLine.objects.annotate(said=Coalesce(Subquery(total.values("total")), 0))
        for line in lines.exclude(**{part: F("said")}).select_related("order").order_by("pk"):
            yield f"{line.order}: {getattr(line, part)} of '{line.title}' {part}, papers say {line.said}."


def orders_are_as_received_as_their_lines() -> Iterator[str]:
    """10 An order is received in part or whole when something of it came, and not before."""
    came = Q(pk__in=PurchaseLine.objects.filter(received__gt=0).values("order"))
    begun = Q(state__in=(PurchaseOrder.State.PARTLY_RECEIVED, PurchaseOrder.State.RECEIVED))
    for order in PurchaseOrder.objects.filter((came & ~begun) | (begun & ~came)).order_by("pk"):
        yield Finding(
            f"{order} is {order.get_state_display()}, which is not what its receipts say.", about=order
        )


def what_came_and_went_is_moved() -> Iterator[str]:
    """6 Receipts and supplier returns moved what they say, bills changed what goods are worth as they say."""
    said: dict[str, tuple[int, Decimal]] = {}
    for key, pieces, value in _sums(GoodsReceiptLine, "receipt", "value"):
        said[f"receipt:{key}"] = pieces, value
    for key, pieces, value in _sums(SupplierReturnLine, "returned", "cost"):
        said[f"supplier-return:{key}"] = -pieces, -value
    for key, _, value in _sums(BillLine, "bill", "difference_kept"):
        said[f"bill:{key}"] = 0, value
    wanted = Q(source_key__startswith="receipt:") | Q(source_key__startswith="supplier-return:")
    moves = StockMove.objects.filter(wanted | Q(source_key__startswith="bill:")).order_by()
    sums = moves.values_list("source_key").annotate(Sum("quantity"), Sum("value"))
    moved = {key: (pieces, value) for key, pieces, value in sums}
    for key in sorted(said.keys() | moved.keys()):
        paper, stock = said.get(key, (0, ZERO)), moved.get(key, (0, ZERO))
        if paper != stock:
            yield Finding(
                f"{key} is about {paper[0]} pieces for {paper[1]}, moved were {stock[0]} for {stock[1]}.",
                about=key,
            )


def bills_add_up() -> Iterator[str]:
    """8 A supplier's bill is the sum of its lines."""
    lines = BillLine.objects.filter(bill=OuterRef("pk")).order_by().values("bill")
    rows: Any = SupplierBill.objects.annotate(
        lines_net=Subquery(lines.annotate(total=Sum("net")).values("total")),
        lines_tax=Subquery(lines.annotate(total=Sum("tax")).values("total")),
    )
    for bill in rows.exclude(net=F("lines_net"), tax=F("lines_tax")).order_by("pk"):
        lines_say = f"{bill.lines_net} and {bill.lines_tax}"
        yield Finding(f"{bill} comes to {bill.net} and {bill.tax} VAT, its lines to {lines_say}.", about=bill)


def goods_not_invoiced_are_what_came_unbilled() -> Iterator[str]:
    """7 Goods received not invoiced are, at the order's prices, what came and stayed less what is billed."""
    waiting = sum(
        (line.worth(line.kept) - line.worth(line.owed) for line in PurchaseLine.objects.iterator()), ZERO
    )
    role = chart.GOODS_RECEIVED_NOT_INVOICED
    booked = evidence.opened_with(role) - ledger.balance(role)
    if waiting != booked:
        yield f"Goods for {waiting} came that are not billed, the account says {booked}."


def papers_clear_what_their_entries_say() -> Iterator[str]:
    """7 Each receipt, return and bill moves goods received not invoiced by what stands on it."""
    said: dict[str, Decimal] = {}
    for lines, paper, kind, value in (
        (GoodsReceiptLine, "receipt", "receipt", -F("value")),
        (SupplierReturnLine, "returned", "supplier-return", F("value")),
        (BillLine, "bill", "bill", SIGN * F("expected")),
    ):
        rows: Any = lines.objects.order_by().values_list(f"{paper}_id")
        said |= {f"{kind}:{key}": total for key, total in rows.annotate(total=Sum(value)) if total}
    booked = evidence.by_source(chart.GOODS_RECEIVED_NOT_INVOICED, PAPERS)
    for key in sorted(said.keys() | booked.keys()):
        stated, entry = said.get(key, ZERO), booked.get(key, ZERO)
        if stated != entry:
            words = f"{key} clears {stated} of goods not invoiced, its entry {entry}."
            yield Finding(words, about=key)


def runs_are_their_bills_and_payments() -> Iterator[str]:
    """10 A payment run is the sum of its bills, and a paid one paid each supplier its part."""
    runs: Any = PaymentRun.objects.annotate(given=Sum("bills__amount")).exclude(total=F("given"))
    for run in runs.order_by("pk"):
        yield Finding(f"{run} is over {run.total}, its bills over {run.given}.", about=run)
    bills = PaymentRunBill.objects.filter(run__state=PaymentRun.State.PAID).order_by()
    parts = bills.values_list("run__reference", "bill__supplier").annotate(Sum("amount"))
    paid = dict(SupplierPayment.objects.values_list("reference", "amount"))
    for reference, supplier, part in parts:
        if paid.get(f"{reference}-{supplier}") != part:
            yield f"{reference} gave {part} to a supplier, paid was {paid.get(f'{reference}-{supplier}')}."


def suppliers_are_owed_what_papers_say() -> Iterator[str]:
    """8 Each bill, credit note and payment moves what we owe its supplier by its amount."""
    wanted = {}
    for pk, kind, gross in SupplierBill.objects.values_list("pk", "kind", "gross"):
        wanted[f"bill:{pk}"] = gross if kind == SupplierBill.Kind.CREDIT else -gross
    for pk, amount in SupplierPayment.objects.values_list("pk", "amount"):
        wanted[f"supplier-payment:{pk}"] = amount
    booked = evidence.by_source(chart.PAYABLE, PAPERS)
    for key in sorted(wanted.keys() | booked.keys()):
        if wanted.get(key, ZERO) != booked.get(key, ZERO):
            yield Finding(
                f"{key} is about {wanted.get(key, ZERO)}, in the books it is {booked.get(key, ZERO)}.",
                about=key,
            )


def vat_of_bills_is_in_the_books() -> Iterator[str]:
    """8 The ledger's VAT of bills by tax code is what they state, and what we owe in their place."""
    reclaimed = F("tax") + F("own_tax") - F("lost_tax")
    for role, amount, sign in ((chart.INPUT_VAT, reclaimed, 1), (chart.VAT_PAYABLE, F("own_tax"), -1)):
        lines = BillLine.objects.filter(tax_code__isnull=False).order_by()
        said = Counter(dict(lines.values_list("tax_code__code").annotate(total=Sum(sign * SIGN * amount))))
        booked = evidence.by_tax_code(role, source="bill:")
        for code in sorted(said.keys() | booked.keys()):
            if said[code] != booked.get(code, ZERO):
                yield f"{code}: bills say {said[code]} on {role}, the books {booked.get(code, ZERO)}."


def each_purchase_has_its_entry() -> Iterator[str]:
    """9 Exactly one entry for each receipt, bill, return to a supplier and payment of one."""
    wanted = dict(_events())
    booked = evidence.source_keys(PAPERS)
    for key in sorted(wanted.keys() - booked):
        if wanted[key]:
            yield Finding(f"{key} has no entry in the books.", about=key)
    for key in sorted(booked - wanted.keys()):
        yield f"The entry of {key} has no document."


def _events() -> Iterator[tuple[str, bool]]:
    """Yield each event's source key, and whether it has anything to post."""
    for pk, value in GoodsReceipt.objects.annotate(value=Sum("lines__value")).values_list("pk", "value"):
        yield f"receipt:{pk}", bool(value)
    worth = Sum(F("lines__value") + F("lines__cost"))
    for pk, value in SupplierReturn.objects.annotate(worth=worth).values_list("pk", "worth"):
        yield f"supplier-return:{pk}", bool(value)
    moved = Q(lines__expected__gt=0) | ~Q(lines__net=0) | ~Q(lines__tax=0)
    moving = set(SupplierBill.objects.filter(moved).values_list("pk", flat=True))
    for pk in SupplierBill.objects.values_list("pk", flat=True):
        yield f"bill:{pk}", pk in moving
    for pk in SupplierPayment.objects.values_list("pk", flat=True):
        yield f"supplier-payment:{pk}", True


def _sums(lines: Any, paper: str, value: str) -> Any:
    """Return the key of each paper with the pieces and the money of its lines."""
    sums = {"pieces": Coalesce(Sum("quantity"), 0), "worth": Sum(value)}
    return lines.objects.order_by().values_list(f"{paper}_id").annotate(**sums)


CHECKS = [
    lines_count_what_papers_say,
    orders_are_as_received_as_their_lines,
    what_came_and_went_is_moved,
    bills_add_up,
    goods_not_invoiced_are_what_came_unbilled,
    papers_clear_what_their_entries_say,
    runs_are_their_bills_and_payments,
    suppliers_are_owed_what_papers_say,
    vat_of_bills_is_in_the_books,
    each_purchase_has_its_entry,
]
