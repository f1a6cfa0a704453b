"""Does an order add up, and is it complete? Each check yields a sentence for what is wrong."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

from django.db.models import Exists, OuterRef, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone
from oscar.core.loading import get_model

from accounting.money import money

from .models import SaleKey, Step

Order = get_model("order", "Order")
OrderLine = get_model("order", "Line")

PATIENCE = timedelta(hours=1)


def orders_add_up() -> Iterator[str]:
    """8 An order's total is its lines and its shipping, with and without VAT."""
    lines = OrderLine.objects.filter(order=OuterRef("pk")).order_by().values("order")
    zero = Decimal("0.00")
    sums = Order.objects.annotate(
        gross=Coalesce(Subquery(lines.annotate(total=Sum("line_price_incl_tax")).values("total")), zero),
        net=Coalesce(Subquery(lines.annotate(total=Sum("line_price_excl_tax")).values("total")), zero),
    ).values_list(
        "number", "total_incl_tax", "total_excl_tax", "shipping_incl_tax", "shipping_excl_tax", "gross", "net"
    )
    for number, total, total_net, shipping, shipping_net, gross, net in sums.order_by("pk").iterator():
        # SQLite adds decimals as floats: a sum of them is right only when rounded.
        if total != money(gross) + shipping or total_net != money(net) + shipping_net:
            yield f"Order {number} comes to {total} ({total_net} net), its lines and shipping do not."


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
        yield f"Order {step.order.number}: the step '{step.get_name_display()}' failed: {step.reason}"
    late = Step.objects.filter(
        state=Step.State.WAITING,
        name=Step.Name.INVOICE,
        order__terms__invoice_on="order",
        changed_at__lt=timezone.now() - PATIENCE,
    )
    for step in late.select_related("order").order_by("pk"):
        yield f"Order {step.order.number} waits for its invoice since {step.changed_at:%Y-%m-%d %H:%M}."


CHECKS = [orders_add_up, orders_have_terms_and_key, no_step_is_stuck]
