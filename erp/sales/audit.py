"""Does an order add up, and is it complete? Each check yields a sentence for what is wrong."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone
from oscar.core.loading import get_model

from accounting.finding import Finding
from accounting.money import ZERO, money, money_value

from .models import OrderCharge, SaleKey, Step

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


CHECKS = [orders_add_up, orders_have_terms_and_key, no_step_is_stuck]
