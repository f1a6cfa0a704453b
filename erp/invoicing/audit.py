"""Do invoices, credit notes, payments and the books agree? Each check yields a sentence for what is wrong."""

from collections import Counter
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from django.db.models import F, Q, Sum
from oscar.core.loading import get_model

from accounting import chart, evidence, ledger
from accounting.finding import Finding
from accounting.money import ZERO
from erp.delivery.models import DeliveryNote, Return
from erp.inventory.valuation import slice_of

from .audit_chain import papers_have_no_gap, papers_say_what_they_said
from .audit_credits import counted_pieces_are_credited, what_came_back_is_credited, what_is_billed_leaves
from .audit_money import (
    money_is_where_it_went,
    money_nobody_owes_is_in_the_books,
    notices_that_moved_money_have_their_operation,
    orders_and_money_belong_together,
    orders_are_paid_as_agreed,
    payments_are_their_operations,
)
from .models import (
    CreditNote,
    CreditNoteLine,
    Invoice,
    InvoiceLine,
    Payment,
    PaymentOperation,
    Reminder,
)

# The accounts that keep a part of papers by tax code. What is released from one to another names no code.
BOOKED_ON = {
    "net": (chart.DEFERRED_REVENUE, chart.REVENUE, chart.SHIPPING_INCOME, chart.RETURNS),
    "tax": (chart.VAT_PAYABLE,),
}


def papers_add_up() -> Iterator[str]:
    """8 An invoice or credit note is the sum of its lines."""
    for model, line in ((Invoice, InvoiceLine), (CreditNote, CreditNoteLine)):
        name = "invoice" if model is Invoice else "credit_note"
        lines: Any = line.objects.order_by().values_list(name)
        sums = {key: parts for key, *parts in lines.annotate(Sum("net"), Sum("tax"), Sum("gross")).iterator()}
        papers = model.objects.order_by("pk").values_list("pk", "number", "net", "tax", "gross")
        for key, number, *parts in papers.iterator():
            come_to = sums.get(key, [ZERO] * 3)
            if parts != come_to:
                yield f"{model._meta.verbose_name} {number} comes to {parts[2]}, its lines to {come_to[2]}."


def invoices_make_the_order() -> Iterator[str]:
    """8 An order that is billed whole is billed to the cent; none is billed for more."""
    billed = InvoiceLine.objects.filter(order_line__isnull=False).order_by().values_list("order_line")
    sums = {key: said for key, *said in billed.annotate(Sum("quantity"), Sum("gross")).iterator()}
    lines = get_model("order", "Line").objects.order_by("pk")
    rows = lines.values_list("pk", "order__number", "title", "quantity", "line_price_incl_tax")
    for key, number, title, quantity, price in rows.iterator():
        pieces, paid = sums.get(key, (0, ZERO))
        if pieces > quantity or (pieces and pieces == quantity and paid != price):
            yield f"Order {number}: {quantity} '{title}' for {price}, billed are {pieces} for {paid}."


def papers_are_in_the_books() -> Iterator[str]:
    """8 The ledger's net amounts and VAT by tax code are those of invoices less credit notes."""
    for part, roles in BOOKED_ON.items():
        documents: Counter[str] = _by_tax_code(InvoiceLine, part)
        books: Counter[str] = Counter()
        documents.subtract(_by_tax_code(CreditNoteLine, part))
        for role in roles:
            books.subtract(evidence.by_tax_code(role, but_for="bill:"))  # VAT owed in a supplier's place
        for code in sorted(documents.keys() | books.keys()):
            if documents[code] != books[code]:
                yield f"{code}: documents say {documents[code]} {part}, the books {books[code]}."


def customers_owe_what_papers_say() -> Iterator[str]:
    """8 Each invoice, credit note, capture and refund moves what its customer owes by its amount."""
    wanted = dict(_claims())
    booked = evidence.by_source(chart.RECEIVABLE, ("invoice:", "credit:", "payment:"))
    for key in sorted(wanted.keys() | booked.keys()):
        if wanted.get(key, ZERO) != booked.get(key, ZERO):
            yield Finding(
                f"{key} is about {wanted.get(key, ZERO)}, in the books it is {booked.get(key, ZERO)}.",
                about=key,
            )


def each_event_has_its_entry() -> Iterator[str]:
    """9 Exactly one entry for each invoice, credit note, shipment, return, capture and refund."""
    wanted = dict(_events())
    booked = evidence.source_keys(("invoice:", "credit:", "delivery:", "return:", "payment:"))
    for key in sorted(wanted.keys() - booked):
        if wanted[key]:
            yield Finding(f"{key} has no entry in the books.", about=key)
    for key in sorted(booked - wanted.keys()):
        yield f"The entry of {key} has no document."


def deferred_revenue_is_what_waits() -> Iterator[str]:
    """7 Deferred revenue is the part of billed lines that has not been shipped or credited."""
    waiting = ZERO
    for net, pieces, released in InvoiceLine.objects.filter(
        deferred=True, released__lt=F("quantity")
    ).values_list("net", "quantity", "released"):
        waiting += slice_of(net, pieces, released, pieces - released)
    booked = -ledger.balance(chart.DEFERRED_REVENUE)
    if waiting != booked:
        yield f"{waiting} of revenue is still deferred, the account says {booked}."


def rates_are_those_of_their_codes() -> Iterator[str]:
    """8 A line of an invoice or credit note has the rate of its tax code, and without one no tax."""
    for line in (InvoiceLine, CreditNoteLine):
        wrong: Any = ~Q(rate=F("tax_code__rate")) | (Q(rate=0) & ~Q(tax=0))
        rows: Any = line.objects.filter(wrong)
        for title, rate, tax, code in rows.order_by("pk").values_list(
            "title", "rate", "tax", "tax_code__code"
        ):
            yield f"'{title}' is taxed {tax} at {rate} %, which is not what {code} says."


def supplies_without_vat_name_the_buyers_id() -> Iterator[str]:
    """8 Who bought free of VAT in another country of the EU did so with a VAT id, and the paper says it."""
    for line, paper in ((InvoiceLine, "invoice"), (CreditNoteLine, "credit_note")):
        rows: Any = line.objects.filter(tax_code__category__in=("K", "AE"))
        found = rows.values_list(f"{paper}__number", f"{paper}__buyer").order_by(f"{paper}_id").distinct()
        for number, buyer in found.iterator():
            if not buyer.get("vat_id"):
                yield f"{number} is free of VAT for a business in the EU, but names no VAT id."


def no_draft_is_left() -> Iterator[str]:
    """11 Invoices and credit notes are issued in the transaction that drafts them."""
    for model in (Invoice, CreditNote):
        for pk in model.objects.filter(number=None).order_by("pk").values_list("pk", flat=True):
            yield f"{model._meta.verbose_name} {pk} has no number."


def dates_follow_numbers() -> Iterator[str]:
    """2 The dates of invoices and credit notes ascend with their numbers."""
    for model in (Invoice, CreditNote):
        last = None
        papers = model.objects.exclude(number=None).order_by("number").values_list("number", "issued_on")
        for number, day in papers.iterator():
            series = str(number).rsplit("-", 1)[0]
            if last and last[0] == series and last[2] > day:
                yield f"{number} of {day} follows {last[1]} of {last[2]}."
            last = (series, number, day)


def reminders_come_after_the_day() -> Iterator[str]:
    """10 Nobody was reminded of an invoice before it was due, or of more than it came to."""
    wrong = Reminder.objects.exclude(on__gt=F("invoice__due_on"), owed__lte=F("invoice__gross"))
    for row in wrong.select_related("invoice").order_by("pk"):
        yield f"{row.invoice}, due on {row.invoice.due_on}: {row.owed} was reminded of on {row.on}."


def _by_tax_code(lines: Any, part: str) -> Counter:
    return Counter(dict(lines.objects.order_by().values_list("tax_code__code").annotate(Sum(part))))


def _claims() -> Iterator[tuple[str, Decimal]]:
    """Yield the source key of each document and movement of money, and what its customer owes more by it."""
    for name, papers, sign in (("invoice", Invoice.objects, 1), ("credit", CreditNote.objects, -1)):
        for pk, gross in papers.values_list("pk", "gross"):
            yield f"{name}:{pk}", sign * gross
    for kind, sign in (("capture", -1), ("refund", 1)):
        moved = PaymentOperation.objects.filter(kind=kind).exclude(payment__kind=Payment.Kind.SURPLUS)
        for reference, amount in moved.values_list("reference", "amount"):
            yield f"payment:{reference}", sign * amount


def _events() -> Iterator[tuple[str, bool]]:
    """Yield each event's source key, and whether it has anything to post."""
    yield from _keys("invoice", Invoice.objects.annotate(posts=Q(gross__gt=0) | Q(tax__gt=0)))
    yield from _keys("credit", CreditNote.objects.annotate(posts=Q(gross__gt=0)))
    shipped = DeliveryNote.objects.filter(shipped_on__isnull=False).annotate(cost=Sum("lines__cost"))
    for pk, cost in shipped.values_list("pk", "cost"):
        yield f"delivery:{pk}", bool(cost)
    for pk, cost in Return.objects.annotate(cost=Sum(F("lines__cost") + F("lines__lost"))).values_list(
        "pk", "cost"
    ):
        yield f"return:{pk}", bool(cost)
    moves = PaymentOperation.objects.filter(kind__in=("capture", "refund"))
    for reference in moves.values_list("reference", flat=True):
        yield f"payment:{reference}", True


def _keys(name: str, papers: Any) -> Iterable[tuple[str, bool]]:
    return ((f"{name}:{pk}", posts) for pk, posts in papers.values_list("pk", "posts"))


CHECKS = [
    papers_have_no_gap,
    papers_say_what_they_said,
    papers_add_up,
    invoices_make_the_order,
    papers_are_in_the_books,
    customers_owe_what_papers_say,
    each_event_has_its_entry,
    deferred_revenue_is_what_waits,
    money_is_where_it_went,
    payments_are_their_operations,
    orders_are_paid_as_agreed,
    counted_pieces_are_credited,
    what_is_billed_leaves,
    what_came_back_is_credited,
    rates_are_those_of_their_codes,
    supplies_without_vat_name_the_buyers_id,
    no_draft_is_left,
    dates_follow_numbers,
    reminders_come_after_the_day,
    orders_and_money_belong_together,
    money_nobody_owes_is_in_the_books,
    notices_that_moved_money_have_their_operation,
]
