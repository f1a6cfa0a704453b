"""Goods that turn out dearer or cheaper than was thought when they came: their value changes, no quantity."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from accounting.money import ZERO

from . import shelf, valuation
from .shelf import Cause, Change


@dataclass(frozen=True, slots=True)
class Difference:
    """What pieces of a product, received in a warehouse, cost more (or less) than was booked with them."""

    product_id: int
    warehouse_id: int
    pieces: int
    amount: Decimal


def revalue(differences: Sequence[Difference], *, cause: Cause) -> list[Decimal]:
    """Change the value of what is still here of them; return of each difference how much that was.

    The rest fell on pieces that have left. Stock is never worth less than nothing.
    """
    if not any(difference.amount for difference in differences):
        return [ZERO for _ in differences]
    held = shelf.hold(difference.product_id for difference in differences)
    stock = {product: (row.quantity, row.value) for product, row in held.values.items()}
    shares = []
    for difference in differences:
        quantity, value = stock[difference.product_id]
        share = valuation.share_of_difference(quantity, value, difference.pieces, difference.amount)
        stock[difference.product_id] = quantity, value + share
        shares.append(share)
    changes = [
        Change(difference.product_id, difference.warehouse_id, value=share)
        for difference, share in zip(differences, shares, strict=True)
        if share
    ]
    shelf.write(changes, held, cause=cause)
    return shares
