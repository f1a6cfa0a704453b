"""What Oscar's offers take off a basket, in whole cents, by line and by offer."""

from collections import defaultdict
from decimal import ROUND_DOWN, Decimal
from typing import Any

from accounting.money import CENT, ZERO, money, spread
from erp.sales.sale import SaleDiscount


def by_line(basket: Any) -> dict[int, dict[int, Decimal]]:
    """Return what each offer takes off each line: line key -> offer key -> amount.

    Oscar's benefits leave parts of cents on the lines. An offer's sum is rounded down, as Oscar does, and
    spread over its lines by largest remainder; no line is discounted below zero.
    """
    shares: dict[int, dict[int, Decimal]] = defaultdict(dict)
    left = {line.pk: line.purchase_info.price.effective_price * line.quantity for line in _priced(basket)}
    for offer, parts in _by_offer(basket).items():
        total = sum(parts.values(), ZERO).quantize(CENT, rounding=ROUND_DOWN)
        for line, share in zip(parts, spread(total, list(parts.values())), strict=True):
            taken = min(share, left[line])
            left[line] -= taken
            shares[line][offer] = taken
    return shares


def by_offer(
    basket: Any, shares: dict[int, dict[int, Decimal]], *, shipping: Decimal
) -> tuple[SaleDiscount, ...]:
    """Return each offer with what it takes off in all. `shipping` is what the shipping offer takes off."""
    sums: dict[int, Decimal] = defaultdict(lambda: ZERO)
    for offers in shares.values():
        for offer, amount in offers.items():
            sums[offer] += amount
    if shipping:
        sums[shipping_offer(basket).pk] += shipping
    used = [each for each in basket.offer_applications if sums.get(each["offer"].pk)]
    return tuple(_discount(each, sums[each["offer"].pk]) for each in used)


def off_shipping(basket: Any, charge: Decimal) -> Decimal:
    """Return what an offer takes off the shipping charge."""
    offer = shipping_offer(basket)
    return min(money(offer.shipping_discount(charge, basket.currency)), charge) if offer and charge else ZERO


def shipping_offer(basket: Any) -> Any:
    """Return the one offer that lowers the shipping charge, or None: the first counts."""
    found = basket.shipping_discounts
    return found[0]["offer"] if found else None


def _by_offer(basket: Any) -> dict[int, dict[int, Decimal]]:
    parts: dict[int, dict[int, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for line in _priced(basket):
        for discount in line.discounts.all():
            parts[discount.offer.pk][line.pk] += discount.amount
    return parts


def _priced(basket: Any) -> list[Any]:
    return [line for line in basket.all_lines() if line.purchase_info.price.exists]


def _discount(application: dict, amount: Decimal) -> SaleDiscount:
    voucher = application["voucher"]
    return SaleDiscount(
        offer=application["offer"].pk,
        name=application["name"],
        amount=amount,
        frequency=application["freq"],
        voucher=voucher.pk if voucher else None,
        limited=bool(application["offer"].max_user_applications),
    )
