"""Random baskets: quantities, prices, discounts, rates, shipping and both price modes."""

from dataclasses import dataclass
from decimal import Decimal
from types import SimpleNamespace

from hypothesis import strategies as st
from oscar.core.loading import get_model

from accounting.models import TaxCode
from accounting.money import from_minor
from erp.sales import services as sales
from erp.sales.charges import charges_of
from erp.sales.models import Terms
from erp.sales.pricing import price
from erp.sales.sale import SaleLine, Shipping, Surcharge
from erp.sales.services import Ordered, OrderedLine
from erp.sales.taxes import shipping_parts
from tests.factories import sale

# Two rates of the seed, one with half per cents, one of a quarter, and none.
RATES = {"DE-S-19": "19.00", "DE-S-7": "7.00", "FR-S-5.5": "5.50", "HIGH": "25.00", "DE-Z-0": "0.00"}
CODES = {
    code: TaxCode(pk=pk, code=code, rate=Decimal(rate)) for pk, (code, rate) in enumerate(RATES.items(), 1)
}
Product, ProductClass = get_model("catalogue", "Product"), get_model("catalogue", "ProductClass")
KINDS = [ProductClass(pk=1, track_stock=True), ProductClass(pk=2, track_stock=False)]
STAND_INS = [
    Product(pk=pk, upc=f"P{pk}", title=f"Product {pk}", product_class=KINDS[pk % 3 == 0])
    for pk in range(1, 7)
]


@dataclass(frozen=True)
class Basket:
    """What is bought: (quantity, cents a piece, share of it that is taken off, tax code) a line."""

    lines: tuple[tuple[int, int, int, str], ...]
    shipping: int
    prices: str
    pro_rata: bool = False
    surcharge: int = 0


def baskets(codes=tuple(CODES), most_lines=6):
    line = st.tuples(
        st.integers(1, 12),
        st.integers(0, 30_000),
        st.sampled_from([0, 0, 0, 10, 33, 100]),
        st.sampled_from(codes),
    )
    return st.builds(
        Basket,
        lines=st.lists(line, min_size=1, max_size=most_lines).map(tuple),
        shipping=st.sampled_from([0, 1, 495, 595, 1_299]),
        prices=st.sampled_from(["gross", "net"]),
        pro_rata=st.booleans(),
        surcharge=st.sampled_from([0, 0, 350]),
    )


def as_sale(basket, products=None, codes=CODES, **changes):
    """Return a basket as a sale, of real products or of stand-ins that need no database."""
    products = products or STAND_INS
    lines = [
        SaleLine(
            products[place % len(products)],
            quantity,
            from_minor(cents),
            codes[code],
            from_minor(quantity * cents * share // 100),
        )
        for place, (quantity, cents, share, code) in enumerate(basket.lines)
    ]
    main = codes[basket.lines[0][3]]
    charge = from_minor(basket.shipping)
    parts = shipping_parts(charge, lines) if basket.pro_rata else ()
    shipping = Shipping("standard", "Standard", charge, main, parts)
    surcharge = Surcharge("Fee", from_minor(basket.surcharge), main) if basket.surcharge else None
    return sale(*lines, shipping=shipping, surcharge=surcharge, prices=basket.prices, **changes)


def as_ordered(sale):
    """Return the order of a sale as its papers are made from it, with no row written."""
    totals = price(sale)
    order = sales._order(sale, totals, number="ORDER-1", ship_to=None, bill_to=None)
    record = SimpleNamespace(partner_id=1, partner_sku="SKU", pk=1)
    lines = []
    for pk, (line, amounts) in enumerate(zip(sale.lines, totals.lines, strict=True), start=1):
        row = sales._line(order, line, amounts, record=record, prices=sale.prices)
        row.pk = pk
        lines.append(OrderedLine(row, line.tax_code, row.num_allocated > 0))
    return Ordered(order, Terms(prices=sale.prices), lines, charges_of(order, totals))
