"""Drafts and numbers credit notes.

What is to be credited is chosen in `portions`: of each invoice line the last piece takes the remainder.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.conf import settings

from accounting.money import ZERO, minor
from accounting.numbering import earliest_day as earliest_of_series
from accounting.numbering import next_place
from erp.documents.bulk import update_rows
from erp.documents.services import company, letterhead
from erp.inventory.valuation import slice_of
from erp.sales.pricing import Totals
from erp.sales.sale import Sale
from erp.sales.services import is_goods

from . import snapshot
from .invoices import count_released, tax_table
from .models import CreditNote, CreditNoteLine, Invoice, InvoiceLine, PaperLine
from .portions import NothingToCredit, Portion
from .sealing import seal

SERIES = "CN"
Drafted = tuple[CreditNote, list[CreditNoteLine]]


def given(invoice: Invoice, key: str) -> CreditNote | None:
    """Return the credit note that a key stands for. Raises NothingToCredit where it is another invoice's."""
    known = CreditNote.objects.filter(source_key=key).first()
    if known and known.invoice_id != invoice.pk:
        raise NothingToCredit(f"'{key}' stands for another credit note already: {known}.")
    return known


def draft(invoice: Invoice, portions: list[Portion], *, source_key: str, on: date, reason: str) -> Drafted:
    """Write a credit note for pieces of one invoice. It has no number yet."""
    if not portions:
        raise NothingToCredit(f"Everything of invoice {invoice.number} is credited already.")
    lines = [_line(place, portion, invoice.prices) for place, portion in enumerate(portions, start=1)]
    document = CreditNote(
        invoice=invoice,
        order_id=invoice.order_id,
        party_id=invoice.party_id,
        **snapshot.of_invoice(invoice),
        prices=invoice.prices,
        **_heading(lines, source_key=source_key, on=on, reason=reason),
    )
    _write(document, lines)
    _count(portions, lines)
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


def earliest_day(day: date) -> date:
    """Return a day, or the day of its year's last credit note where that is later."""
    return earliest_of_series(SERIES, day)


def number(document: CreditNote, lines: list[CreditNoteLine]) -> str:
    """Give a draft its number and hash, as the last thing before commit."""
    taken = next_place(SERIES, document.issued_on, seal=seal(document, lines))
    document.move_to(CreditNote.State.ISSUED, number=taken.number, hash=taken.hash)
    return taken.number


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


def _count(portions: Sequence[Portion], lines: Sequence[CreditNoteLine]) -> None:
    """Count on invoice lines what of them is credited, and what therefore is no longer deferred."""
    update_rows(
        InvoiceLine._meta.db_table,
        "credited = credited + v.column2, credited_net = credited_net + v.column3,"
        " credited_gross = credited_gross + v.column4",
        "id = v.column1",
        [
            (portion.line.pk, portion.pieces, minor(line.net), minor(line.gross))
            for portion, line in zip(portions, lines, strict=True)
        ],
    )
    count_released([(portion.line.pk, portion.deferred) for portion in portions if portion.deferred])


def _line(place: int, portion: Portion, prices: str) -> CreditNoteLine:
    """Return the line of a portion. An amount off the price is a line of its own kind, of one piece."""
    line = portion.line
    net, gross = portion.net_and_gross(prices=prices)
    quantity = portion.pieces or 1
    unit_price = line.unit_price if portion.pieces else portion.amount
    return CreditNoteLine(
        position=place,
        invoice_line=line,
        kind=line.kind if portion.pieces else PaperLine.Kind.AMOUNT,
        sku=line.sku,
        title=line.title if portion.pieces else f"Price reduced: {line.title}"[:255],
        quantity=quantity,
        unit_price=unit_price,
        discount=unit_price * quantity - (gross if prices == "gross" else net),
        net=net,
        tax=gross - net,
        gross=gross,
        tax_code=line.tax_code,
        rate=line.rate,
        deferred_net=slice_of(line.net, line.quantity, line.released, portion.deferred),
    )
