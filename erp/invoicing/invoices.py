"""Drafts and numbers invoices from the stored order, and keeps what of them is still deferred.

Amounts of part invoices are cumulative differences of the order line, so that all of them together
are the order to the cent. The number is taken last, by the posting.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db.models import CharField, Sum, Value
from django.db.models.functions import Cast, Concat

from accounting import numbering
from accounting.money import ZERO
from accounting.refusal import Refusal
from erp.delivery.services import cancelled_quantities, shipped_quantities
from erp.documents.bulk import update_rows
from erp.documents.models import Company
from erp.documents.services import letterhead
from erp.inventory.valuation import slice_of
from erp.sales.models import OrderCharge
from erp.sales.services import Ordered, OrderedLine

from . import payments, snapshot
from .models import Invoice, InvoiceLine, PaperLine
from .sealing import seal

Kind = PaperLine.Kind
SERIES = "INV"


class NothingToInvoice(Refusal):
    """Everything that may be billed of an order is billed."""


class DoesNotAddUp(Refusal):
    """An invoice over a whole order differs from the order: it is refused, never corrected."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an order is: pieces billed, shipped and cancelled by order line, and if charges are billed.

    `notes` have left and are on no invoice; `funds` is money that no invoice has used.
    """

    billed: dict[int, int]
    shipped: dict[int, int]
    charges_billed: bool
    notes: tuple[Any, ...] = ()
    funds: Decimal = ZERO
    cancelled: dict[int, int] = field(default_factory=dict)

    def whole(self, row: Any) -> int:
        """Return how many pieces of an order line are billed in the end: those that are kept."""
        return row.quantity - self.cancelled.get(row.pk, 0)


@dataclass(frozen=True, slots=True)
class Released:
    """What of an order's deferred revenue became revenue. `shipping` includes a surcharge."""

    goods: Decimal
    shipping: Decimal


UNTOUCHED = Progress({}, {}, False)


def progress(order: Any, *, arriving: Decimal = ZERO) -> Progress:
    """Return how far an order is. Nine queries."""
    lines = InvoiceLine.objects.filter(invoice__order=order)
    billed = dict(lines.exclude(order_line=None).values_list("order_line").annotate(Sum("quantity")))
    charges = lines.filter(kind__in=(Kind.SHIPPING, Kind.SURCHARGE)).exists()
    known = payments.for_orders(order.payments.all())
    money = snapshot.funds(order, known, origin=order.terms.origin) - snapshot.used(order) + arriving
    notes = tuple(snapshot.unbilled_notes(order))
    shipped, cancelled = shipped_quantities(order), cancelled_quantities(order)
    return Progress(billed, shipped, charges, notes, max(money, ZERO), cancelled)


def draft(
    ordered: Ordered, company: Company, so_far: Progress, *, only_shipped: bool, on: date
) -> tuple[Invoice, list[InvoiceLine]]:
    """Write the invoice of everything not yet billed, or of what was shipped and not yet billed.

    It has no number yet: `number` gives it one. Raises NothingToInvoice and DoesNotAddUp.
    """
    lines = list(_lines(ordered, so_far, only_shipped=only_shipped))
    if not lines:
        raise NothingToInvoice(f"Everything of order {ordered.order.number} is invoiced already.")
    for position, line in enumerate(lines, start=1):
        line.position = position
    gross = _sum(line.gross for line in lines)
    invoice = Invoice(
        order=ordered.order,
        party=ordered.terms.party,
        issued_on=on,
        due_on=on + timedelta(days=_payment_days(ordered, company)),
        seller=letterhead(company),
        **snapshot.of_order(ordered),
        **snapshot.of_supply(so_far.notes, lines),
        currency=settings.CURRENCY,
        prices=ordered.terms.prices,
        net=_sum(line.net for line in lines),
        tax=_sum(line.tax for line in lines),
        gross=gross,
        paid=min(gross, so_far.funds),
        taxes=tax_table(lines),
    )
    is_whole = not (so_far.billed or so_far.cancelled or only_shipped)
    if is_whole and invoice.gross != ordered.order.total_incl_tax:
        raise DoesNotAddUp(
            f"The lines come to {invoice.gross}, the order to {ordered.order.total_incl_tax}: not invoiced."
        )
    Invoice.objects.bulk_create([invoice])
    for line in lines:
        line.invoice = invoice
    InvoiceLine.objects.bulk_create(lines)
    return invoice, lines


def earliest_day(day: date) -> date:
    """Return the first day from a day on that an invoice can still be dated."""
    return numbering.earliest_day(SERIES, day)


def number(invoice: Invoice, lines: list[InvoiceLine]) -> str:
    """Give a draft its number and hash, as the last thing before commit: the counter is held from here."""
    taken = numbering.next_place(SERIES, invoice.issued_on, seal=seal(invoice, lines))
    invoice.move_to(Invoice.State.ISSUED, number=taken.number, hash=taken.hash)
    return taken.number


def release(order: Any, shipped: dict[int, int]) -> Released:
    """Take shipped pieces (by order line) out of deferred revenue, and shipping with the first of them."""
    goods, shipping = ZERO, ZERO
    left = dict(shipped)
    changes = []
    for line in hold_deferred(order):
        if line.order_line_id is None:
            pieces = 1
            shipping += line.net
        else:
            pieces = min(left.get(line.order_line_id, 0), line.quantity - line.released)
            left[line.order_line_id] = left.get(line.order_line_id, 0) - pieces
            goods += slice_of(line.net, line.quantity, line.released, pieces)
        if pieces:
            changes.append((line.pk, pieces))
    count_released(changes)
    return Released(goods, shipping)


def hold_deferred(order: Any) -> list[InvoiceLine]:
    """Lock the lines of an order that are still deferred, in part or whole."""
    rows = InvoiceLine.objects.select_for_update(of=("self",)).filter(invoice__order=order, deferred=True)
    return [line for line in rows.order_by("pk") if line.released < line.quantity]


def count_released(changes: list[tuple[int, int]]) -> None:
    """Count pieces that left deferred revenue: (invoice line, pieces)."""
    update_rows(InvoiceLine._meta.db_table, "released = released + v.column2", "id = v.column1", changes)


def tax_table(lines: Iterable[Any]) -> list[dict[str, str]]:
    """Return base and tax of each tax code, as a document prints and keeps them."""
    sums: dict[str, list[Any]] = {}
    for line in lines:
        row = sums.setdefault(line.tax_code.code, [line.tax_code, ZERO, ZERO, ZERO])
        row[1:] = [row[1] + line.net, row[2] + line.tax, row[3] + line.gross]
    return [
        {
            "code": code.code,
            "name": code.name,
            "category": code.category,
            "rate": str(code.rate),
            "net": str(net),
            "tax": str(tax),
            "gross": str(gross),
            "reason": code.wording,
            "exemption_code": code.exemption_code,
        }
        for code, net, tax, gross in (sums[key] for key in sorted(sums))
    ]


def keys_of(order: Any) -> Any:
    """Return the source keys of an order's invoices, as a subquery."""
    key = Concat(Value("invoice:"), Cast("pk", CharField()))
    return Invoice.objects.filter(order=order).annotate(source_key=key).values("source_key")


def _payment_days(ordered: Ordered, company: Company) -> int:
    agreed = ordered.terms.payment_days
    return company.payment_days if agreed is None else agreed


def _lines(ordered: Ordered, so_far: Progress, *, only_shipped: bool) -> Iterator[InvoiceLine]:
    has_goods = any(line.goods for line in ordered.lines)
    any_shipped = any(so_far.shipped.values())
    for line in ordered.lines:
        before = so_far.billed.get(line.row.pk, 0)
        until = so_far.shipped.get(line.row.pk, 0) if only_shipped and line.goods else so_far.whole(line.row)
        shipped = max(min(so_far.shipped.get(line.row.pk, 0), until) - before, 0) if line.goods else 0
        yield from _pieces(ordered, line, before, shipped, deferred=False)
        yield from _pieces(ordered, line, before + shipped, until - before - shipped, deferred=line.goods)
    if not so_far.charges_billed and not (only_shipped and has_goods and not any_shipped):
        for charge in ordered.charges:
            yield _charge(ordered, charge, deferred=has_goods and not any_shipped)


def _pieces(
    ordered: Ordered, line: OrderedLine, before: int, pieces: int, *, deferred: bool
) -> Iterator[InvoiceLine]:
    """Bill pieces before+1 .. before+pieces of an order line."""
    if pieces <= 0:
        return
    row, gross_prices = line.row, ordered.terms.prices == "gross"

    def part(amount: Decimal) -> Decimal:
        return slice_of(amount, row.quantity, before, pieces)

    net, gross = part(row.line_price_excl_tax), part(row.line_price_incl_tax)
    full = (
        row.line_price_before_discounts_incl_tax if gross_prices else row.line_price_before_discounts_excl_tax
    )
    yield InvoiceLine(
        order_line=row,
        kind=Kind.GOODS if line.goods else Kind.SERVICE,
        sku=row.partner_sku,
        title=row.title,
        quantity=pieces,
        unit_price=row.unit_price_incl_tax if gross_prices else row.unit_price_excl_tax,
        discount=part(full) - (gross if gross_prices else net),
        net=net,
        tax=gross - net,
        gross=gross,
        tax_code=line.tax_code,
        rate=line.tax_code.rate,
        deferred=deferred,
    )


def _charge(ordered: Ordered, charge: OrderCharge, *, deferred: bool) -> InvoiceLine:
    return InvoiceLine(
        kind=charge.kind,
        title=charge.name or charge.get_kind_display().capitalize(),
        quantity=1,
        unit_price=charge.gross if ordered.terms.prices == "gross" else charge.net,
        net=charge.net,
        tax=charge.tax,
        gross=charge.gross,
        tax_code=charge.tax_code,
        rate=charge.tax_code.rate,
        deferred=deferred,
    )


def _sum(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, ZERO)
