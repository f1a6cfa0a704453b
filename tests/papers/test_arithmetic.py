"""Whatever is sold: prices, discounts and amounts of the e-invoice fit to the cent. Needs no database."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accounting.models import TaxCode
from accounting.money import ZERO, from_minor
from erp.invoicing import einvoice
from erp.invoicing.einvoice.facts import net_price
from erp.invoicing.invoices import tax_table
from erp.invoicing.models import Invoice, InvoiceLine, PaperLine
from erp.sales.pricing import price
from erp.sales.sale import Address, Sale, SaleLine, Shipping

pytestmark = pytest.mark.once

CODES = [
    TaxCode(pk=pk, code=f"DE-S-{rate}", name=f"VAT {rate} %", category="S", rate=Decimal(rate))
    for pk, rate in enumerate(("19.00", "7.00", "5.50", "20.00"), start=1)
]
NOBODY = Address("Ada", "Lovelace", "", "Berlin", "", "DE")


@st.composite
def sale_lines(draw):
    """A line with a discount of anything between nothing and all of it."""
    unit, pieces = draw(st.integers(0, 99_999)), draw(st.integers(1, 400))
    discount = draw(st.one_of(st.just(0), st.integers(0, unit * pieces)))
    return SaleLine(object(), pieces, from_minor(unit), draw(st.sampled_from(CODES)), from_minor(discount))


@st.composite
def papers(draw):
    """An invoice as the chain would write it, and its lines, kept nowhere."""
    lines = tuple(draw(st.lists(sale_lines(), min_size=1, max_size=8)))
    sale = Sale(
        key="key",
        lines=lines,
        shipping=Shipping("s", "Standard", from_minor(draw(st.integers(0, 2000))), CODES[0]),
        ship_to=NOBODY,
        payment_method="bank",
        party_key="p",
        placed_at=datetime(2026, 3, 2, tzinfo=UTC),
        prices=draw(st.sampled_from(["gross", "net"])),
    )
    totals = price(sale)
    rows = [_row(line, amounts) for line, amounts in zip(lines, totals.lines, strict=True)]
    net, tax = sum((row.net for row in rows), ZERO), sum((row.tax for row in rows), ZERO)
    paper = Invoice(
        number="INV-1",
        issued_on=date(2026, 3, 2),
        due_on=date(2026, 3, 16),
        currency="EUR",
        prices=sale.prices,
        seller={"name": "Company"},
        buyer={"name": "Ada", "country": "DE"},
        net=net,
        tax=tax,
        gross=net + tax,
        taxes=tax_table(rows),
    )
    return paper, rows


def _row(line, amounts):
    return InvoiceLine(
        position=1,
        kind=PaperLine.Kind.GOODS,
        title="Thing",
        quantity=line.quantity,
        unit_price=line.unit_price,
        discount=line.discount,
        net=amounts.net,
        tax=amounts.tax,
        gross=amounts.gross,
        tax_code=line.tax_code,
        rate=line.tax_code.rate,
    )


@settings(max_examples=300, deadline=None)
@given(papers())
def test_price_times_quantity_less_discount_is_the_line_and_lines_make_the_total(made):
    paper, rows = made
    for row in rows:
        each, base, discount = net_price(row, prices=paper.prices)
        assert each * row.quantity / base - discount == row.net
        assert each >= 0
        assert discount >= 0
        assert -each.as_tuple().exponent <= 4
        assert base in (1, row.quantity)
    told = einvoice.facts(paper, rows)
    assert sum(Decimal(line["BT-131"]) for line in told["BG-25"]) == Decimal(told["BT-106"]) == paper.net
    assert sum(Decimal(tax["BT-116"]) for tax in told["BG-23"]) == Decimal(told["BT-109"])
    assert sum(Decimal(tax["BT-117"]) for tax in told["BG-23"]) == Decimal(told["BT-110"]) == paper.tax
    assert Decimal(told["BT-109"]) + Decimal(told["BT-110"]) == Decimal(told["BT-112"]) == paper.gross
