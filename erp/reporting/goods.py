"""Gross profit by product and category: what documents earned, spread over their lines. Part of `profit`.

What a delivery note made revenue stands in the books as one sum: it is spread over the note's lines by what
their pieces cost without VAT. Shipping, surcharges and lines without a product are nobody's product: None.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import F
from oscar.core.loading import get_model

from accounting.money import ZERO, from_minor, minor, rhu, spread
from erp.delivery.models import DeliveryLine, ReturnLine
from erp.invoicing.models import CreditNoteLine, InvoiceLine, PaperLine

from .profit import By, Earned, in_range, sources

CHARGES = (PaperLine.Kind.SHIPPING, PaperLine.Kind.SURCHARGE)
Found = Iterator[tuple[int | None, Earned]]
ProductCategory = get_model("catalogue", "ProductCategory")
Product = get_model("catalogue", "Product")


def by_product(start: date, end: date) -> By:
    """Return what each product earned, by its key."""
    found = sources(start, end)
    sums: By = defaultdict(Earned)
    for kind, read in READ.items():
        for product, earned in read(found[kind]):
            sums[product] += earned
    return sums


def by_category(start: date, end: date) -> By:
    """Return what the products of each category earned; one in several counts in the first of them."""
    products = by_product(start, end)
    categories = _categories(products)
    sums: By = defaultdict(Earned)
    for product, earned in products.items():
        sums[categories.get(product)] += earned
    return sums


def _invoiced(documents: dict[int, Earned]) -> Found:
    rows = InvoiceLine.objects.filter(in_range(documents, "invoice"), deferred=False)
    for document, product, kind, net in rows.values_list("invoice", "order_line__product", "kind", "net"):
        if document in documents:
            yield product, Earned(shipping=net) if kind in CHARGES else Earned(revenue=net)


def _credited(documents: dict[int, Earned]) -> Found:
    rows = CreditNoteLine.objects.filter(in_range(documents, "credit_note"))
    alone = dict(Product.objects.exclude(upc=None).filter(upc__in=_skus(rows)).values_list("upc", "pk"))
    facts = ("credit_note", "invoice_line__order_line__product", "invoice_line", "sku")
    for document, product, line, sku, net in rows.values_list(*facts, F("net") - F("deferred_net")):
        if document in documents:
            yield product if line else alone.get(sku), Earned(returns=net)


def _skus(rows: Any) -> Any:
    return rows.filter(invoice_line=None).exclude(sku="").values("sku")


def _returned(documents: dict[int, Earned]) -> Found:
    rows = ReturnLine.objects.filter(in_range(documents, "returned"), cost__isnull=False)
    for document, product, cost, lost in rows.values_list("returned", "product", "cost", "lost"):
        if document in documents:
            yield product, Earned(cost=-(cost or ZERO) - (lost or ZERO))


def _delivered(documents: dict[int, Earned]) -> Found:
    """Yield what each line of a note cost and its part of what the note made revenue; shipping by itself."""
    lines: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
    of_order = ("order_line__line_price_excl_tax", "order_line__quantity")
    rows = DeliveryLine.objects.filter(in_range(documents, "note"), cost__isnull=False).order_by("pk")
    for document, *facts in rows.values_list("note", "product", "cost", "quantity", *of_order):
        lines[document].append(tuple(facts))
    for document, earned in documents.items():
        yield None, Earned(shipping=earned.shipping)
        yield from _spread(earned.revenue, lines[document])


def _spread(revenue: Decimal, lines: list[tuple[Any, ...]]) -> Found:
    weights = [_price(*facts) for _, _, *facts in lines]
    parts = spread(revenue, weights) if lines else []
    for (product, cost, *_), part in zip(lines, parts, strict=True):
        yield product, Earned(revenue=part, cost=cost)


def _price(pieces: int, price: Decimal, of_pieces: int) -> Decimal:
    return from_minor(rhu(minor(price) * pieces, of_pieces)) if of_pieces else ZERO


def _categories(products: By) -> dict[Any, int]:
    """Return the first category of each product, or of what it is a variant of."""
    parents = dict(Product.objects.filter(parent__isnull=False).values_list("pk", "parent"))
    rows = ProductCategory.objects.order_by("-category__path").values_list("product", "category")
    firsts = dict(rows)
    found = {product: firsts.get(product) or firsts.get(parents.get(product)) for product in products}
    return {product: category for product, category in found.items() if category}


READ = {"invoice": _invoiced, "delivery": _delivered, "credit": _credited, "return": _returned}
