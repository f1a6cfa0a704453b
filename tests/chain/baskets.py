"""Random baskets: quantities, prices, discounts, rates, shipping and both price modes."""

from dataclasses import dataclass
from decimal import Decimal
from types import SimpleNamespace

from hypothesis import strategies as st
from oscar.core.loading import get_model

from accounting.models import TaxCode
from accounting.money import ZERO, from_minor, minor
from erp.sales import services as sales
from erp.sales.charges import charges_of
from erp.sales.models import Terms
from erp.sales.pricing import price
from erp.sales.sale import SaleLine, Shipping, Surcharge
from erp.sales.services import Ordered, OrderedLine
from erp.sales.taxation import UNTAXED, Taxation
from erp.sales.treatment import Basis
from tests.factories import sale

# Two rates of the seed, one with half per cents, one of a quarter, and none.
RATES = {"DE-S-19": "19.00", "DE-S-7": "7.00", "FR-S-5.5": "5.50", "HIGH": "25.00", "DE-Z-0": "0.00"}
CODES = {
    code: TaxCode(pk=pk, code=code, rate=Decimal(rate), category="S")
    for pk, (code, rate) in enumerate(RATES.items(), 1)
}
# Those under which no VAT is charged, and what the rates of a country are chosen from.
WITHOUT = {
    f"DE-{category}-0": TaxCode(pk=pk, code=f"DE-{category}-0", rate=Decimal(0), category=category)
    for pk, category in enumerate(("K", "G", "AE", "E"), 10)
}
Product, ProductClass = get_model("catalogue", "Product"), get_model("catalogue", "ProductClass")
KINDS = [ProductClass(pk=1, track_stock=True), ProductClass(pk=2, track_stock=False)]
STAND_INS = [
    Product(pk=pk, upc=f"P{pk}", title=f"Product {pk}", product_class=KINDS[pk % 3 == 0])
    for pk in range(1, 7)
]


@dataclass(frozen=True)
class Basket:
    """What is bought: (quantity, cents a piece, share of it that is taken off, tax code at home) a line.

    Shipping and surcharge are cents too. `stated` and `wished` are price modes: the company's and the
    customer's. `treatment` is how the law taxes the sale.
    """

    lines: tuple[tuple[int, int, int, str], ...]
    shipping: int
    surcharge: int
    stated: str
    wished: str
    treatment: str
    shipping_tax: str


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
        surcharge=st.sampled_from([0, 0, 1, 350]),
        stated=st.sampled_from(["gross", "gross", "net"]),
        wished=st.sampled_from(["gross", "net"]),
        treatment=st.sampled_from(["home", "abroad", "K", "G", "AE", "E"]),
        shipping_tax=st.sampled_from(["main", "pro rata"]),
    )


def random_basket(chance, stated, wished, treatment, shipping_tax):
    """Return a basket of a policy, as chance has it: fast, for tens of thousands."""
    codes = list(CODES)
    lines = tuple(
        (
            chance.randint(1, 12),
            chance.randint(0, 30_000),
            chance.choice((0, 0, 10, 33)),
            codes[chance.randrange(len(codes))],
        )
        for _ in range(chance.randint(1, 4))
    )
    shipping, surcharge = chance.choice((0, 1, 495, 1_299)), chance.choice((0, 1, 350))
    return Basket(lines, shipping, surcharge, stated, wished, treatment, shipping_tax)


@dataclass(frozen=True)
class Rates:
    """The rates of a country by the line that a product stands on: stands in for a tax table."""

    codes: dict[int, TaxCode]

    def code_for(self, product):
        return self.codes[product.pk]


def taxation_of(basket, products, codes):
    """Return how a basket is taxed: abroad each rate is another one, and without VAT there is one code."""
    at_home = {product.pk: codes[line[3]] for product, line in _bought(basket, products)}
    rates = [code for code in codes.values() if code.code not in WITHOUT]
    turned = dict(zip((code.code for code in rates), [*rates[1:], rates[0]], strict=True))
    abroad = {pk: turned[code.code] for pk, code in at_home.items()}
    without = {"K", "G", "AE", "E"} & {basket.treatment}
    country = "FR" if basket.treatment == "abroad" else "DE"
    basis = Basis(country, *without)
    return Taxation(
        stated=basket.stated,
        prices="net" if without & UNTAXED else basket.wished,
        goods=basis,
        services=basis,
        tables={"DE": Rates(at_home), "FR": Rates(abroad)},
        without={category: codes[f"DE-{category}-0"] for category in without},
        home="DE",
        spreads_shipping=basket.shipping_tax == "pro rata",
    )


def _bought(basket, products):
    """Yield each line with its product. With more lines than products some stand on two."""
    for place, line in enumerate(basket.lines):
        yield products[place % len(products)], line


def as_sale(basket, products=None, codes=CODES | WITHOUT, **changes):
    """Return a basket as a sale, of real products or of stand-ins that need no database."""
    products = products or STAND_INS
    taxed = taxation_of(basket, products, codes)
    lines = []
    for product, (quantity, cents, share, _) in _bought(basket, products):
        unit = taxed.unit_price(product, from_minor(cents))
        off = from_minor(quantity * minor(unit) * share // 100)
        lines.append(SaleLine(product, quantity, unit, taxed.code_for(product), off))
    parts = taxed.charges(from_minor(basket.shipping), lines)
    charge = sum((amount for _, amount in parts), ZERO)
    shipping = Shipping("standard", "Standard", charge, parts[0][0], parts if len(parts) > 1 else ())
    code, fee = taxed.fee(from_minor(basket.surcharge), lines)
    surcharge = Surcharge("Fee", fee, code) if fee else None
    vat_id = "FR40303265045" if basket.treatment in ("K", "AE") else ""
    changes |= {"shipping": shipping, "surcharge": surcharge, "prices": taxed.prices, "vat_id": vat_id}
    return sale(*lines, **changes)


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
