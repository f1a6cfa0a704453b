"""Drafts and numbers credit notes.

What is credited is a cumulative difference of the invoice line: the last piece takes the remainder.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db.models import F, Sum

from accounting.money import ZERO
from accounting.numbering import next_number
from accounting.refusal import Refusal
from erp.delivery.services import open_quantities
from erp.documents.bulk import update_rows
from erp.documents.services import company, letterhead
from erp.inventory.valuation import slice_of
from erp.sales.pricing import Totals
from erp.sales.sale import Sale
from erp.sales.services import is_goods

from . import snapshot
from .invoices import count_released, tax_table
from .models import CreditNote, CreditNoteLine, Invoice, InvoiceLine, PaperLine

Drafted = tuple[CreditNote, list[CreditNoteLine]]


class NothingToCredit(Refusal):
    """More is to be credited than was invoiced and not yet credited."""


@dataclass(frozen=True, slots=True)
class Portion:
    """Pieces of an invoice line to be credited; `deferred` of them had not become revenue."""

    line: InvoiceLine
    pieces: int
    deferred: int

    @property
    def order_line(self) -> int:
        return self.line.order_line_id or 0


def hold_lines(invoices: Iterable[Invoice]) -> list[InvoiceLine]:
    """Lock the lines of invoices and return them in order."""
    rows = InvoiceLine.objects.select_for_update(of=("self",)).select_related("tax_code")
    return list(rows.filter(invoice__in=list(invoices)).order_by("invoice_id", "position"))


def everything(lines: Iterable[InvoiceLine]) -> list[Portion]:
    """Return all that is not yet credited."""
    return [
        Portion(line, line.quantity - line.credited, _deferred(line, line.quantity - line.credited))
        for line in lines
        if line.credited < line.quantity
    ]


def given(invoice: Invoice, key: str) -> CreditNote | None:
    """Return the credit note that a key stands for. Raises NothingToCredit where it is another invoice's."""
    known = CreditNote.objects.filter(source_key=key).first()
    if known and known.invoice_id != invoice.pk:
        raise NothingToCredit(f"'{key}' stands for another credit note already: {known}.")
    return known


def chosen(lines: Iterable[InvoiceLine], quantities: dict[int, int]) -> list[Portion]:
    """Return the pieces asked for by invoice line, first those not yet shipped. Raises NothingToCredit."""
    by_key = {line.pk: line for line in lines}
    if not quantities or quantities.keys() - by_key.keys():
        raise NothingToCredit("Only lines of this invoice can be credited.")
    for key, pieces in quantities.items():
        line = by_key[key]
        if not 0 < pieces <= line.quantity - line.credited:
            raise NothingToCredit(
                f"Of '{line.title}' {line.quantity - line.credited} can be credited, not {pieces}."
            )
    return [
        Portion(by_key[key], pieces, _deferred(by_key[key], pieces)) for key, pieces in quantities.items()
    ]


def waits_in_vain(order: Any) -> dict[int, int]:
    """Return the pieces by order line that are billed and wait to leave, but stand on no open note."""
    waiting = InvoiceLine.objects.filter(invoice__order=order, deferred=True, released__lt=F("quantity"))
    rows = waiting.exclude(order_line=None).order_by().values_list("order_line")
    billed = rows.annotate(waiting=Sum(F("quantity") - F("released")))
    to_leave = open_quantities(order)
    left = {key: pieces - to_leave.get(key, 0) for key, pieces in billed}
    return {key: pieces for key, pieces in left.items() if pieces > 0}


def unshipped(lines: Iterable[InvoiceLine], left: dict[int, int]) -> list[Portion]:
    """Return the lines that billed pieces in vain (by order line), and take them off what is left."""
    portions = []
    for line in lines:
        waiting = line.quantity - line.released if line.deferred else 0
        pieces = min(left.get(line.order_line_id or 0, 0), waiting)
        if pieces > 0:
            left[line.order_line_id or 0] -= pieces
            portions.append(Portion(line, pieces, pieces))
    return portions


def of_order_lines(lines: Iterable[InvoiceLine], returned: dict[int, int]) -> list[Portion]:
    """Return the invoice lines that billed returned pieces (by order line). They are revenue by now."""
    left, portions = dict(returned), []
    for line in lines:
        billed = line.released if line.deferred else line.quantity
        key = line.order_line_id or 0
        pieces = min(left.get(key, 0), line.quantity - line.credited, billed)
        if pieces > 0:
            left[key] -= pieces
            portions.append(Portion(line, pieces, 0))
    return portions


def draft(invoice: Invoice, portions: list[Portion], *, source_key: str, on: date, reason: str) -> Drafted:
    """Write a credit note for pieces of one invoice. It has no number yet."""
    if not portions:
        raise NothingToCredit(f"Everything of invoice {invoice.number} is credited already.")
    lines = [_line(place, portion) for place, portion in enumerate(portions, start=1)]
    document = CreditNote(
        invoice=invoice,
        order_id=invoice.order_id,
        party_id=invoice.party_id,
        **snapshot.of_invoice(invoice),
        prices=invoice.prices,
        **_heading(lines, source_key=source_key, on=on, reason=reason),
    )
    _write(document, lines)
    update_rows(
        InvoiceLine._meta.db_table,
        "credited = credited + v.column2",
        "id = v.column1",
        [(portion.line.pk, portion.pieces) for portion in portions],
    )
    count_released([(portion.line.pk, portion.deferred) for portion in portions if portion.deferred])
    return document, lines


def draft_alone(sale: Sale, totals: Totals, *, party: Any, on: date, reason: str) -> Drafted:
    """Write a credit note for goods that were sold elsewhere: there is no invoice to name."""
    lines = [
        CreditNoteLine(
            position=place,
            kind=PaperLine.Kind.GOODS if is_goods(line.product) else PaperLine.Kind.SERVICE,
            sku=line.product.upc or "",
            title=line.product.get_title(),
            quantity=line.quantity,
            unit_price=line.unit_price,
            discount=line.discount,
            net=amounts.net,
            tax=amounts.tax,
            gross=amounts.gross,
            tax_code=line.tax_code,
            rate=line.tax_code.rate,
        )
        for place, (line, amounts) in enumerate(zip(sale.lines, totals.lines, strict=True), start=1)
    ]
    document = CreditNote(
        party=party,
        **snapshot.of_sale(sale),
        prices=sale.prices,
        **_heading(lines, source_key=f"alone:{sale.key}", on=on, reason=reason),
    )
    _write(document, lines)
    return document, lines


def number(document: CreditNote) -> str:
    """Give a draft its number, as the last thing before commit."""
    taken = next_number("CN", document.issued_on)
    document.move_to(CreditNote.State.ISSUED, number=taken)
    return taken


def _heading(lines: list[CreditNoteLine], *, source_key: str, on: date, reason: str) -> dict[str, Any]:
    return {
        "source_key": source_key,
        "issued_on": on,
        "reason": reason,
        "seller": letterhead(company()),
        "currency": settings.CURRENCY,
        "net": sum((line.net for line in lines), ZERO),
        "tax": sum((line.tax for line in lines), ZERO),
        "gross": sum((line.gross for line in lines), ZERO),
        "taxes": tax_table(lines),
    }


def _write(document: CreditNote, lines: list[CreditNoteLine]) -> None:
    CreditNote.objects.bulk_create([document])
    for line in lines:
        line.credit_note = document
    CreditNoteLine.objects.bulk_create(lines)


def _line(place: int, portion: Portion) -> CreditNoteLine:
    line, pieces = portion.line, portion.pieces

    def part(amount: Decimal) -> Decimal:
        return slice_of(amount, line.quantity, line.credited, pieces)

    net, gross = part(line.net), part(line.gross)
    return CreditNoteLine(
        position=place,
        invoice_line=line,
        kind=line.kind,
        sku=line.sku,
        title=line.title,
        quantity=pieces,
        unit_price=line.unit_price,
        discount=part(line.discount),
        net=net,
        tax=gross - net,
        gross=gross,
        tax_code=line.tax_code,
        rate=line.rate,
        deferred_net=slice_of(line.net, line.quantity, line.released, portion.deferred),
    )


def _deferred(line: InvoiceLine, pieces: int) -> int:
    return min(pieces, line.quantity - line.released) if line.deferred else 0
