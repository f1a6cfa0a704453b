"""Is the money of payments in the books, and on payments what moved it? Part of `audit`."""

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef, Subquery, Sum
from django.db.models.functions import Coalesce
from oscar.core.loading import get_model

from accounting import chart, evidence
from accounting.finding import Finding
from accounting.money import ZERO, money_value

from . import providers
from .models import Payment, PaymentOperation, ProviderEvent

Order = get_model("order", "Order")
ZERO_MONEY = money_value(0)


def money_is_where_it_went() -> Iterator[str]:
    """7 Bank and clearing accounts took in what payments captured, less what they refunded."""
    moved: dict[str, Decimal] = {}
    for payment in (
        Payment.objects.values("provider").annotate(taken=Sum("captured"), back=Sum("refunded")).order_by()
    ):
        role = providers.get(payment["provider"]).money_account
        inside = _taken_from_surplus(payment["provider"])
        moved[role] = moved.get(role, ZERO) + payment["taken"] - payment["back"] - inside
    for role, amount in sorted(moved.items()):
        booked = evidence.moved_by_sources(role, "payment:")
        outside = _sold_elsewhere(role)
        if booked != amount - outside:
            yield f"{role}: payments moved {amount - outside}, the books {booked}."


def payments_are_their_operations() -> Iterator[str]:
    """10 What a payment counts as captured and refunded stands on its operations."""
    for part, kind in (("captured", "capture"), ("refunded", "refund")):
        operations = PaymentOperation.objects.filter(kind=kind).order_by().values_list("payment")
        done = dict(operations.annotate(Sum("amount")).iterator())
        rows = Payment.objects.order_by("pk")
        if part == "captured":
            rows = rows.exclude(kind=Payment.Kind.ELSEWHERE)
        for key, said in rows.values_list("pk", part).iterator():
            if said != done.get(key, ZERO):
                payment = Payment.objects.get(pk=key)
                yield f"Payment {payment}: {said} {part}, its operations come to {done.get(key, ZERO)}."


def orders_are_paid_as_agreed() -> Iterator[str]:
    """10 A payment of an order is over what the order comes to, or over what of it was taken in."""
    rows: Any = Payment.objects.filter(kind=Payment.Kind.ORDER, order__isnull=False).order_by("pk")
    amounts = rows.values_list("pk", "amount", "captured", "order__total_incl_tax")
    for key, amount, captured, total in amounts.iterator():
        if amount not in (total, captured):
            payment = Payment.objects.get(pk=key)
            yield Finding(
                f"Payment {payment} is over {payment.amount}, its order over {total}.", about=payment
            )


def orders_and_money_belong_together() -> Iterator[str]:
    """10 No order took more money than it comes to; no card is held for an order that is not there."""
    paid = Payment.objects.filter(order=OuterRef("pk"), kind="order").order_by().values("order")
    rows = Order.objects.annotate(
        taken=Coalesce(Subquery(paid.annotate(total=Sum("captured")).values("total")), ZERO_MONEY)
    )
    for number, total, taken in (
        rows.order_by("pk").values_list("number", "total_incl_tax", "taken").iterator()
    ):
        if taken > total:
            yield f"Order {number} comes to {total}, but {taken} was taken."


def money_nobody_owes_is_in_the_books() -> Iterator[str]:
    """7 Prepayments are the money that nobody owes, by customer; what was used of it pays for something."""
    kept: dict[str, Decimal] = defaultdict(Decimal)
    uses = PaymentOperation.objects.filter(taken_from=OuterRef("pk")).order_by().values("taken_from")
    noted = Coalesce(Subquery(uses.annotate(total=Sum("amount")).values("total")), ZERO_MONEY)
    rows: Any = Payment.objects.filter(kind="surplus").select_related("party").annotate(noted=noted)
    for surplus in rows.order_by("pk"):
        kept[surplus.party.key] += surplus.left
        if surplus.used != surplus.noted:
            yield f"Payment {surplus}: {surplus.used} used, its operations come to {surplus.noted}."
    booked = evidence.by_party(chart.PREPAYMENTS)
    for key in sorted(kept.keys() | booked.keys()):
        if kept[key] != -booked.get(key, ZERO):
            yield f"{key}: {kept[key]} that nobody owes is here, the books say {-booked.get(key, ZERO)}."


def notices_that_moved_money_have_their_operation() -> Iterator[str]:
    """9 Each notice of a provider by which money was taken in is an operation of its payment."""
    told = ProviderEvent.objects.filter(kind="captured", outcome=ProviderEvent.Outcome.APPLIED)
    noted = PaymentOperation.objects.filter(kind="capture", reference=OuterRef("reference"))
    for notice in told.filter(~Exists(noted)).order_by("pk"):
        yield f"The notice {notice} took in {notice.amount}, which is not on a payment."


def _taken_from_surplus(provider: str) -> Decimal:
    """Money that was here before it was taken in: it paid for something that somebody owed."""
    rows = PaymentOperation.objects.filter(payment__provider=provider, taken_from__isnull=False)
    return rows.aggregate(total=Sum("amount", default=ZERO))["total"]


def _sold_elsewhere(role: str) -> Decimal:
    """Money that other systems took in before these books began, and that only goes back here."""
    total = ZERO
    for payment in Payment.objects.filter(kind=Payment.Kind.ELSEWHERE):
        if providers.get(payment.provider).money_account == role:
            total += payment.captured
    return total
