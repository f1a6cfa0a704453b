"""Keeps what offers and vouchers took off an order, and holds their limits inside its transaction."""

from decimal import Decimal
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import F, OuterRef, Q, Subquery, Sum
from oscar.core.loading import get_model

from accounting.refusal import Refusal

from .sale import Sale, SaleDiscount

ConditionalOffer = get_model("offer", "ConditionalOffer")
OrderDiscount = get_model("order", "OrderDiscount")
Voucher = get_model("voucher", "Voucher")
VoucherApplication = get_model("voucher", "VoucherApplication")


class DiscountUsedUp(Refusal):
    """A voucher or an offer cannot be used once more."""


def record(sale: Sale, order: Any) -> None:
    """Write the discounts of an order and count their use. Raises DiscountUsedUp."""
    if not sale.discounts:
        return
    vouchers = _hold_vouchers(sale)
    OrderDiscount.objects.bulk_create(_row(order, discount, vouchers) for discount in sale.discounts)
    for discount in sorted(sale.discounts, key=lambda discount: discount.offer):  # locks in one order
        _count_offer(discount)
    _refuse_more_than_a_customers_share(sale)
    for voucher in vouchers.values():
        amount = sum((d.amount for d in sale.discounts if d.voucher == voucher.pk), Decimal(0))
        Voucher.objects.filter(pk=voucher.pk).update(
            num_orders=F("num_orders") + 1, total_discount=F("total_discount") + amount
        )
    VoucherApplication.objects.bulk_create(
        VoucherApplication(voucher=voucher, order=order, user=sale.user) for voucher in vouchers.values()
    )


def give_back(order: Any) -> None:
    """Let the vouchers and offers of an order that is cancelled be used again. The order keeps its rows."""
    rows = list(OrderDiscount.objects.filter(order=order).order_by("offer_id", "pk"))
    VoucherApplication.objects.filter(order=order).delete()
    for voucher in sorted({row.voucher_id for row in rows if row.voucher_id}):
        amount = sum((row.amount for row in rows if row.voucher_id == voucher), Decimal(0))
        Voucher.objects.filter(pk=voucher).update(
            num_orders=F("num_orders") - 1, total_discount=F("total_discount") - amount
        )
    for row in rows:
        ConditionalOffer.objects.filter(pk=row.offer_id).update(
            num_applications=F("num_applications") - row.frequency,
            total_discount=F("total_discount") - row.amount,
            num_orders=F("num_orders") - 1,
        )


def _hold_vouchers(sale: Sale) -> dict[int, Any]:
    """Lock the vouchers and ask each again whether this customer may use it."""
    wanted = {discount.voucher for discount in sale.discounts if discount.voucher}
    vouchers = {}
    for voucher in Voucher.objects.select_for_update().filter(pk__in=wanted).order_by("pk"):
        allowed, message = voucher.is_available_to_user(sale.user or AnonymousUser())
        if not allowed or not voucher.is_active(sale.placed_at):
            raise DiscountUsedUp(str(message) or f"The voucher {voucher.code} is no longer valid.")
        vouchers[voucher.pk] = voucher
    if wanted - vouchers.keys():
        raise DiscountUsedUp("The voucher is no longer valid.")
    return vouchers


def _row(order: Any, discount: SaleDiscount, vouchers: dict[int, Any]) -> Any:
    voucher = vouchers.get(discount.voucher) if discount.voucher else None
    return OrderDiscount(
        order=order,
        offer_id=discount.offer,
        offer_name=discount.name,
        voucher_id=voucher and voucher.pk,
        voucher_code=voucher.code if voucher else "",
        frequency=discount.frequency,
        amount=discount.amount,
    )


def _count_offer(discount: SaleDiscount) -> None:
    """Count an offer's use in one statement that repeats its limits."""
    within = Q(max_global_applications=None) | Q(
        max_global_applications__gte=F("num_applications") + discount.frequency
    )
    affordable = Q(max_discount=None) | Q(max_discount__gte=F("total_discount") + discount.amount)
    counted = ConditionalOffer.objects.filter(within, affordable, pk=discount.offer).update(
        num_applications=F("num_applications") + discount.frequency,
        total_discount=F("total_discount") + discount.amount,
        num_orders=F("num_orders") + 1,
    )
    if not counted:
        raise DiscountUsedUp(f"The offer '{discount.name}' has ended.")


def _refuse_more_than_a_customers_share(sale: Sale) -> None:
    """Raises DiscountUsedUp where an offer was used more often than one customer may.

    Asked once the offers are counted: their rows are locked by then, so that two orders of one customer
    come one after the other, and this order's own use is among those found. A guest has no limit.
    """
    limited = [discount.offer for discount in sale.discounts if discount.limited]
    if sale.user is None or not limited:
        return
    uses = OrderDiscount.objects.filter(offer_id=OuterRef("pk"), order__user=sale.user).order_by()
    uses = uses.exclude(order__status="cancelled")
    so_often = Subquery(uses.values("offer_id").annotate(times=Sum("frequency")).values("times"))
    offers = ConditionalOffer.objects.filter(pk__in=limited, max_user_applications__gt=0)
    name = offers.filter(max_user_applications__lt=so_often).values_list("name", flat=True).first()
    if name is not None:
        raise DiscountUsedUp(f"You have used the offer '{name}' as often as you may.")
