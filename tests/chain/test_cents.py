"""Not a cent is lost: random baskets, priced, billed in parts and credited in parts. No row is written."""

from collections import Counter
from fractions import Fraction
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accounting.money import ZERO, from_minor, minor
from erp.inventory.valuation import slice_of
from erp.invoicing import credit_notes, invoices
from erp.invoicing.credit_notes import Portion
from erp.invoicing.invoices import Progress
from erp.sales.pricing import price
from tests.chain.baskets import CODES, as_ordered, as_sale, baskets, random_basket

A_CENT = from_minor(1)
SOME = settings(max_examples=2_500, deadline=None, database=None)

pytestmark = pytest.mark.once


def rounded(amount):
    """Round a Fraction half up, as a person would."""
    return (2 * amount.numerator + amount.denominator) // (2 * amount.denominator)


def tax_in(cents, rate, prices):
    """Return the VAT of a total in cents, computed exactly and rounded once."""
    percent = Fraction(rate)
    return rounded(cents * percent / (100 + percent if prices == "gross" else 100))


@SOME
@given(baskets())
def test_lines_add_up_to_totals_whose_tax_is_rounded_once_a_rate(basket):
    sale = as_sale(basket)
    totals = price(sale)
    items = [*totals.lines, *totals.charges]
    codes = [each.tax_code.code for each in (*sale.lines, *totals.charges)]

    for part in ("net", "tax", "gross"):
        assert sum((getattr(item, part) for item in items), ZERO) == getattr(totals, part)
        assert sum((getattr(row, part) for row in totals.taxes), ZERO) == getattr(totals, part)
    for item in items:
        assert item.net + item.tax == item.gross
        assert min(item.net, item.tax, item.gross) >= 0
    for row in totals.taxes:
        mine = [item for item, code in zip(items, codes, strict=True) if code == row.tax_code.code]
        fixed = sum(minor(getattr(item, sale.prices)) for item in mine)
        assert minor(row.tax) == tax_in(fixed, row.tax_code.rate, sale.prices)
    for line, amounts in zip(sale.lines, totals.lines, strict=True):
        assert getattr(amounts, sale.prices) == line.unit_price * line.quantity - line.discount
    assert getattr(totals.shipping, sale.prices) == sale.shipping.charge
    if basket.treatment in ("K", "G", "AE", "E"):
        assert totals.tax == 0


@SOME
@given(baskets())
def test_a_price_is_the_stated_one_for_consumers_everywhere_and_less_vat_of_home_without(basket):
    """What one piece costs, computed once more by fractions."""
    sale = as_sale(basket)
    for line, (_, cents, _, home) in zip(sale.lines, basket.lines, strict=True):
        rate = CODES[home].rate if basket.treatment in ("K", "G", "AE") else line.tax_code.rate
        if basket.stated == sale.prices:
            expected = cents
        elif sale.prices == "net":
            expected = cents - tax_in(cents, rate, "gross")
        else:
            expected = cents + tax_in(cents, rate, "net")
        assert minor(line.unit_price) == expected


POLICIES = [
    # what the company's prices mean, what the customer wants to see, how the law taxes it
    ("gross", "gross", "home"),
    ("gross", "gross", "abroad"),
    ("gross", "net", "home"),
    ("gross", "net", "abroad"),
    ("net", "gross", "home"),
    ("net", "gross", "abroad"),
    ("net", "net", "home"),
    ("gross", "gross", "K"),
    ("gross", "gross", "G"),
    ("gross", "gross", "E"),
]


@pytest.mark.parametrize(("stated", "wished", "treatment"), POLICIES)
def test_ten_thousand_baskets_of_each_policy_add_up(stated, wished, treatment):
    """Half of them with one rate for shipping, half with all; computed once more in whole cents."""
    chance = Random(f"{stated} {wished} {treatment}")
    for place_of in range(10_000):
        shipping_tax = "pro rata" if place_of % 2 else "main"
        wish = as_sale(random_basket(chance, stated, wished, treatment, shipping_tax))
        totals = price(wish)
        parts = [(line.tax_code, amounts) for line, amounts in zip(wish.lines, totals.lines, strict=True)]
        parts += [(charge.tax_code, charge) for charge in totals.charges]
        assert (totals.net, totals.tax, totals.gross) == in_whole_cents(parts, wish.prices)


def in_whole_cents(parts, prices):
    """Return net, tax and gross of items as they must be: what is fixed, and the tax of each rate."""
    fixed, taxes, rates = Counter(), Counter(), {}
    for code, item in parts:
        assert item.net + item.tax == item.gross
        fixed[code.code] += minor(getattr(item, prices))
        taxes[code.code] += minor(item.tax)
        rates[code.code] = int(code.rate * 100)
    for code, amount in fixed.items():
        whole = 10_000 + rates[code] if prices == "gross" else 10_000
        assert taxes[code] == (2 * amount * rates[code] + whole) // (2 * whole)
    tax, given = from_minor(taxes.total()), from_minor(fixed.total())
    return (given - tax, tax, given) if prices == "gross" else (given, tax, given + tax)


@SOME
@given(baskets(), st.lists(st.lists(st.integers(0, 12), min_size=6, max_size=6), max_size=3))
def test_part_invoices_add_up_to_the_order(basket, shipments):
    """Whatever is shipped and billed first, what is left is billed last, and all of it is the order."""
    ordered = as_ordered(as_sale(basket))
    billed, shipped, charges_billed, papers = {}, {}, False, []
    for wishes in shipments:
        for line, wish in zip(ordered.lines, wishes, strict=False):
            if line.goods:
                shipped[line.row.pk] = min(shipped.get(line.row.pk, 0) + wish, line.row.quantity)
        so_far = Progress(dict(billed), dict(shipped), charges_billed)
        papers.append(list(invoices._lines(ordered, so_far, only_shipped=True)))
        charges_billed = note(billed, papers[-1]) or charges_billed
    rest = Progress(dict(billed), dict(shipped), charges_billed)
    papers.append(list(invoices._lines(ordered, rest, only_shipped=False)))

    lines = [line for paper in papers for line in paper]
    order = ordered.order
    assert total(lines, "gross") == order.total_incl_tax
    assert total(lines, "net") == order.total_excl_tax
    for line in ordered.lines:
        mine = [paper for paper in lines if paper.order_line is line.row]
        assert total(mine, "gross") == line.row.line_price_incl_tax
        assert total(mine, "net") == line.row.line_price_excl_tax
        assert sum(paper.quantity for paper in mine) == line.row.quantity
    # Of pieces that cost a cent or less, a part may bear a cent of net more than of gross: the next bears it.
    assert all(line.net + line.tax == line.gross and line.net >= 0 for line in lines)
    assert all(line.tax >= -A_CENT for line in lines)


def note(billed, lines):
    """Count what lines bill; return whether charges are among them."""
    for line in lines:
        if line.order_line is not None:
            billed[line.order_line.pk] = billed.get(line.order_line.pk, 0) + line.quantity
    return any(line.order_line is None for line in lines)


def total(lines, part):
    return sum((getattr(line, part) for line in lines), ZERO)


@SOME
@given(baskets(most_lines=1), st.lists(st.tuples(st.booleans(), st.integers(1, 6)), max_size=6))
def test_credits_and_shipments_of_a_line_take_all_of_it_and_no_more(basket, events):
    """Each piece leaves deferred revenue once, by shipment or by credit; each is credited once at most."""
    ordered = as_ordered(as_sale(basket))
    line = next(invoices._lines(ordered, invoices.UNTOUCHED, only_shipped=False))
    earned, credits = ZERO, []
    for is_credit, wish in [*events, (False, 12), (True, 12)]:
        waiting, creditable = line.quantity - line.released, line.quantity - line.credited
        if is_credit and (pieces := min(wish, creditable)):
            deferred = min(pieces, waiting) if line.deferred else 0
            credits.append(
                credit_notes._line(1, Portion(line, pieces, deferred), prices=ordered.terms.prices)
            )
            line.credited, line.released = line.credited + pieces, line.released + deferred
            line.credited_net, line.credited_gross = total(credits, "net"), total(credits, "gross")
        elif not is_credit and line.deferred and (pieces := min(wish, waiting)):
            earned += slice_of(line.net, line.quantity, line.released, pieces)
            line.released += pieces

    for part in ("net", "tax", "gross", "discount"):
        assert total(credits, part) == getattr(line, part)
    if line.deferred:
        assert earned + total(credits, "deferred_net") == line.net
