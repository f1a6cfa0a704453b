"""Does an order add up, and is it complete? Each check yields a sentence for what is wrong."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from operator import add
from typing import Any

from django.db.models import Exists, OuterRef, Subquery, Sum
from django.utils import timezone
from oscar.core.loading import get_model

from accounting.finding import Finding
from accounting.models import TaxCode
from accounting.money import ZERO, money

from .models import OrderCharge, SaleKey, Step
from .pricing import tax_on

Order = get_model("order", "Order")
OrderLine = get_model("order", "Line")

PATIENCE = timedelta(hours=1)
NOTHING = (ZERO, ZERO)
# Net and gross of a piece, of all before discounts, and of all.
PRICES = (
    "unit_price_excl_tax",
    "unit_price_incl_tax",
    "line_price_before_discounts_excl_tax",
    "line_price_before_discounts_incl_tax",
    "line_price_excl_tax",
    "line_price_incl_tax",
)


def orders_add_up() -> Iterator[str]:
    """8 An order's total is its lines and its charges, with and without VAT."""
    lines = _sums(OrderLine.objects.all(), "line_price_incl_tax", "line_price_excl_tax")
    charges = _sums(OrderCharge.objects.all(), "gross", "net")
    shipping = _sums(OrderCharge.objects.filter(kind=OrderCharge.Kind.SHIPPING), "gross", "net")
    parts = ("total_incl_tax", "total_excl_tax", "shipping_incl_tax", "shipping_excl_tax")
    for key, number, *stated in Order.objects.order_by("pk").values_list("pk", "number", *parts).iterator():
        total, shipped = tuple(stated[:2]), tuple(stated[2:])
        made = tuple(map(add, lines.get(key, NOTHING), charges.get(key, NOTHING)))
        if total != made:
            yield (
                f"Order {number} comes to {total[0]} ({total[1]} net),"
                f" its lines and charges to {made[0]} ({made[1]} net)."
            )
        if shipped != shipping.get(key, NOTHING):
            charged = shipping.get(key, NOTHING)[0]
            yield f"Order {number}: shipping is {shipped[0]}, charged is {charged}."


def _sums(rows: Any, gross: str, net: str) -> dict[int, tuple[Decimal, Decimal]]:
    """Return what rows come to, order by order. SQLite adds decimals as floats: a sum of them is rounded."""
    sums = rows.order_by().values_list("order").annotate(Sum(gross), Sum(net))
    return {order: (money(total), money(before)) for order, total, before in sums.iterator()}


def lines_are_priced_as_stated() -> Iterator[str]:
    """8 What an order's line came to before discounts is its price times its pieces, with the VAT in it."""
    rates = dict(TaxCode.objects.values_list("code", "rate"))
    lines = OrderLine.objects.exclude(order__terms=None).filter(tax_code__in=rates)
    rows = lines.order_by("pk").values_list("pk", "tax_code", "order__terms__prices", "quantity", *PRICES)
    for key, code, prices, quantity, *stated in rows.iterator():
        if tuple(stated[:4]) != _priced(stated, quantity, rates[code], prices):
            line = OrderLine.objects.select_related("order").get(pk=key)
            words = f"Order {line.order.number}: the price of '{line.title}' is not what it came to."
            yield Finding(words, about=line.order)


def _priced(stated: list[Decimal], quantity: int, rate: Decimal, prices: str) -> tuple[Decimal, ...]:
    """Return the prices of a piece and of all, net and gross, by the one that was stated."""
    gross = prices == "gross"
    unit, after = stated[gross], stated[4 + gross]
    before, unit_tax = unit * quantity, tax_on(unit, rate, prices=prices)
    tax = tax_on(before, rate, prices=prices)
    if before == after:
        tax = stated[5] - stated[4]
    parts = ((unit, unit_tax), (before, tax))
    return tuple(
        part for base, vat in parts for part in ((base - vat, base) if gross else (base, base + vat))
    )


def orders_have_terms_and_key() -> Iterator[str]:
    """9 Each order was placed through the chain: it has its terms, and its key."""
    for number in Order.objects.filter(terms=None).order_by("pk").values_list("number", flat=True):
        yield f"Order {number} has no terms: it was not placed through the chain."
    keys = SaleKey.objects.filter(order_number=OuterRef("number"))
    for number in Order.objects.filter(~Exists(keys)).order_by("pk").values_list("number", flat=True):
        yield f"Order {number} has no key: it was not placed through the chain."
    placed = Order.objects.filter(number=OuterRef("order_number")).values("pk")
    lost = SaleKey.objects.annotate(found=Subquery(placed[:1])).filter(found=None)
    for key in lost.order_by("pk"):
        yield f"The sale {key.key} was promised order {key.order_number}, which is not there."


def no_step_is_stuck() -> Iterator[str]:
    """11 No step has failed, or waits for what should have happened by now."""
    stuck = Step.objects.filter(state=Step.State.FAILED)
    for step in stuck.select_related("order").order_by("pk"):
        words = f"Order {step.order.number}: the step '{step.get_name_display()}' failed: {step.reason}"
        yield Finding(words, about=step)
    late = Step.objects.filter(
        state=Step.State.WAITING,
        name=Step.Name.INVOICE,
        order__terms__invoice_on="order",
        order__status="confirmed",
        changed_at__lt=timezone.now() - PATIENCE,
    )
    for step in late.select_related("order").order_by("pk"):
        since = f"{step.changed_at:%Y-%m-%d %H:%M}"
        yield Finding(f"Order {step.order.number} waits for its invoice since {since}.", about=step)


CHECKS = [orders_add_up, lines_are_priced_as_stated, orders_have_terms_and_key, no_step_is_stuck]
