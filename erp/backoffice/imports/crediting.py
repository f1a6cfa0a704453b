"""Takes one credit through the chain: matched to what the customer bought before, the rest alone."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import F, Sum

from accounting.money import ZERO
from erp import order_to_cash, returning
from erp.delivery.models import DeliveryLine
from erp.invoicing.models import CreditNote
from erp.sales.sale import SaleLine

from . import products as shelf
from .documents import Document
from .rows import Row
from .rules import Rules
from .selling import sale_of

Wanted = tuple[int, Decimal]  # a product and the price it was sold at


@dataclass(frozen=True, slots=True)
class Match:
    """Pieces to come back, by order and delivery line; and rows with the pieces that no order explains."""

    orders: dict[Any, dict[int, int]]
    rest: list[tuple[Row, int]]


def credit(document: Document, rules: Rules) -> Decimal:
    """Credit a document; return what its credit notes come to, negative, in the prices of the file."""
    products = shelf.find_or_make(document.rows, rules)
    lines = _returnable(document, products, rules)
    match = _match(document.rows, products, _by_price(lines, rules))
    total = ZERO
    for order in sorted(match.orders, key=lambda order: order.pk):
        back = order_to_cash.take_back(
            order,
            quantities=match.orders[order],
            on=document.on,
            key=f"{document.key}:{order.pk}",
            reason=f"Credit {document.number}",
        )
        total += _credited(rules, order=order, source_key__startswith=f"return:{back.pk}:")
    if match.rest:
        total += _alone(document, match.rest, products, rules)
    return -total


def _returnable(document: Document, products: shelf.Products, rules: Rules) -> list[DeliveryLine]:
    """Return what the customer was sent on the same terms and may still give back, the oldest first."""
    lines = DeliveryLine.objects.filter(
        note__order__terms__party__key=document.party_key,
        note__order__terms__prices=rules.prices,
        note__shipped_on__isnull=False,
        product__in={product.pk for product in products.values()},
        order_line__tax_code=rules.tax_code.code,
        quantity__gt=F("returned"),
    )
    lines = lines.select_related("note__order", "order_line")
    return list(lines.order_by("note__order__date_placed", "note__order__pk", "pk"))


def _by_price(lines: Iterable[DeliveryLine], rules: Rules) -> dict[Wanted, list[DeliveryLine]]:
    found = defaultdict(list)
    for line in lines:
        sold = line.order_line
        price = sold.unit_price_excl_tax if rules.prices == "net" else sold.unit_price_incl_tax
        found[line.product_id, price].append(line)
    return found


def _match(
    rows: Iterable[Row], products: shelf.Products, by_price: dict[Wanted, list[DeliveryLine]]
) -> Match:
    """Give each row the pieces it can mean. At another price they are not the pieces that were sold."""
    match = Match(defaultdict(dict), [])
    for row in rows:
        left = -row.quantity
        for line in by_price.get((products[row.sku].pk, row.price), ()):
            taken = match.orders.get(line.note.order, {}).get(line.pk, 0)
            if part := min(left, line.quantity - line.returned - taken):
                match.orders[line.note.order][line.pk] = taken + part
                left -= part
        if left:
            match.rest.append((row, left))
    return match


def _alone(
    document: Document, rest: Iterable[tuple[Row, int]], products: shelf.Products, rules: Rules
) -> Decimal:
    lines = (
        SaleLine(
            products[row.sku],
            pieces,
            row.price,
            rules.tax_code,
            cost_if_unknown=pieces * rules.costs[row.sku],
        )
        for row, pieces in rest
    )
    sale = sale_of(document, lines, rules)
    returning.take_back_alone(sale, on=document.on, reason=f"Credit {document.number}")
    return _credited(rules, source_key=f"alone:{document.key}")


def _credited(rules: Rules, **which: Any) -> Decimal:
    notes = CreditNote.objects.filter(**which)
    return notes.aggregate(total=Sum(rules.prices, default=ZERO))["total"]
