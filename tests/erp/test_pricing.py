"""What a sale comes to: VAT per rate on the document's total, lines that add up."""

from decimal import Decimal

import pytest

from accounting.models import TaxCode
from erp.sales.pricing import price, tax_on
from erp.sales.sale import SaleLine, Shipping
from tests.factories import sale

pytestmark = pytest.mark.once

S19 = TaxCode(code="DE-S-19", rate=Decimal("19.00"))
S7 = TaxCode(code="DE-S-7", rate=Decimal("7.00"))
S25 = TaxCode(code="DK-S-25", rate=Decimal("25.00"))
Z0 = TaxCode(code="DE-Z-0", rate=Decimal("0.00"))


def priced(*lines, charge="0.00", code=None, prices="gross"):
    sale_lines = tuple(
        SaleLine(None, quantity, Decimal(unit), tax_code, Decimal(discount))
        for quantity, unit, tax_code, discount in lines
    )
    wish = sale(*sale_lines, shipping=Shipping("x", "X", Decimal(charge), code), prices=prices)
    return price(wish)


def test_the_worked_example():
    totals = priced((2, "119.00", S19, "23.80"), (1, "59.50", S19, "5.95"), charge="5.95", code=S19)

    assert (totals.net, totals.tax, totals.gross) == (
        Decimal("230.00"),
        Decimal("43.70"),
        Decimal("273.70"),
    )
    assert [line.net for line in totals.lines] == [Decimal("180.00"), Decimal("45.00")]
    assert totals.shipping.net == Decimal("5.00")


def test_five_lines_of_ten_cents_at_25_per_cent_are_taxed_once_and_still_add_up():
    totals = priced(*[(1, "0.10", S25, "0.00")] * 5, prices="net")

    assert (totals.net, totals.tax, totals.gross) == (Decimal("0.50"), Decimal("0.13"), Decimal("0.63"))
    assert sum(line.gross for line in totals.lines) == Decimal("0.63")


def test_rates_are_kept_apart_and_shipping_follows_its_code():
    totals = priced((1, "10.70", S7, "0.00"), (1, "11.90", S19, "0.00"), charge="5.95", code=S19)

    assert {row.tax_code.code: row.tax for row in totals.taxes} == {
        "DE-S-7": Decimal("0.70"),
        "DE-S-19": Decimal("2.85"),
    }


def test_a_zero_rate_has_no_tax_and_a_gift_has_no_total():
    assert priced((3, "5.00", Z0, "0.00")).tax == 0
    assert priced((3, "5.00", S19, "15.00")).gross == 0


def test_a_discount_shows_in_what_was_before_it():
    line = priced((2, "11.90", S19, "2.38")).lines[0]

    assert (line.before_gross, line.before_net) == (Decimal("23.80"), Decimal("20.00"))
    assert (line.gross, line.net) == (Decimal("21.42"), Decimal("18.00"))


@pytest.mark.parametrize(
    ("amount", "prices", "tax"),
    [("0.03", "gross", "0.00"), ("0.04", "gross", "0.01"), ("0.02", "net", "0.00")],
)
def test_tax_is_rounded_half_up_to_the_cent(amount, prices, tax):
    assert tax_on(Decimal(amount), Decimal("19.00"), prices=prices) == Decimal(tax)


def test_a_shipping_charge_needs_a_tax_code():
    with pytest.raises(ValueError, match="tax code"):
        Shipping("x", "X", Decimal("1.00"))
