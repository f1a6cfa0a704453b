"""Does an order add up, and is it complete? Each check yields a sentence for what is wrong."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone
from oscar.core.loading import get_model

from accounting.finding import Finding
from accounting.models import TaxCode
from accounting.money import ZERO, money, money_value

from .models import OrderCharge, SaleKey, Step
from .pricing import tax_on

Order = get_model("order", "Order")
OrderLine = get_model("order", "Line")

PATIENCE = timedelta(hours=1)


def orders_add_up() -> Iterator[str]:
    """8 An order's total is its lines and its charges, with and without VAT."""
    lines = _of_order(OrderLine)
    charges = _of_order(OrderCharge)
    shipping = charges.filter(kind=OrderCharge.Kind.SHIPPING)
    sums = Order.objects.annotate(
        gross=_total(lines, "line_price_incl_tax", ZERO),
        net=_total(lines, "line_price_excl_tax", ZERO),
        charged=_total(charges, "gross", money_value(0)),
        charged_net=_total(charges, "net", money_value(0)),
        shipped=_total(shipping, "gross", money_value(0)),
        shipped_net=_total(shipping, "net", money_value(0)),
    )
    for order in sums.order_by("pk").iterator():
        # SQLite adds decimals as floats: a sum of them is right only when rounded.
        gross, net = money(order.gross) + order.charged, money(order.net) + order.charged_net
        if (order.total_incl_tax, order.total_excl_tax) != (gross, net):
            yield (
                f"Order {order.number} comes to {order.total_incl_tax} ({order.total_excl_tax} net),"
                f" its lines and charges to {gross} ({net} net)."
            )
        if (order.shipping_incl_tax, order.shipping_excl_tax) != (order.shipped, order.shipped_net):
            yield f"Order {order.number}: shipping is {order.shipping_incl_tax}, charged is {order.shipped}."


def _of_order(model: Any) -> Any:
    return model.objects.filter(order=OuterRef("pk")).order_by().values("order")


def _total(rows: Any, part: str, nothing: Any) -> Coalesce:
    return Coalesce(Subquery(rows.annotate(total=Sum(part)).values("total")), nothing)


def lines_are_priced_as_stated() -> Iterator[str]:
    """8 What an order's line came to before discounts is its price times its pieces, with the VAT in it."""
    rates = dict(TaxCode.objects.values_list("code", "rate"))
    lines = OrderLine.objects.exclude(order__terms=None).select_related("order__terms").order_by("pk")
    for line in lines.iterator():
        if line.tax_code in rates and _stated(line) != _priced(line, rates[line.tax_code]):
            words = f"Order {line.order.number}: the price of '{line.title}' is not what it came to."
            yield Finding(words, about=line.order)


def _stated(line: Any) -> tuple[Decimal, ...]:
    return (
        line.unit_price_excl_tax,
        line.unit_price_incl_tax,
        line.line_price_before_discounts_excl_tax,
        line.line_price_before_discounts_incl_tax,
    )


def _priced(line: Any, rate: Decimal) -> tuple[Decimal, ...]:
    """Return the prices of a piece and of all, net and gross, by the one that was stated."""
    prices = line.order.terms.prices
    gross = prices == "gross"
    unit = line.unit_price_incl_tax if gross else line.unit_price_excl_tax
    after = line.line_price_incl_tax if gross else line.line_price_excl_tax
    before, unit_tax = unit * line.quantity, tax_on(unit, rate, prices=prices)
    tax = tax_on(before, rate, prices=prices)
    if before == after:
        tax = line.line_price_incl_tax - line.line_price_excl_tax
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
