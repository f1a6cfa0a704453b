"""Moving average in whole minor units: what pieces cost when they leave, and when they come back.

Pure arithmetic on a quantity Q and a value V of one product. Q >= 0, V >= 0, and no pieces have no value.
"""

from decimal import Decimal

from accounting.money import from_minor, minor, rhu


def cost_of_issue(quantity: int, value: Decimal, taken: int) -> Decimal:
    """Return what `taken` pieces cost out of `quantity` pieces worth `value`. The last take all."""
    if taken == quantity:
        return value
    return from_minor(rhu(minor(value) * taken, quantity))


def cost_of_return(cost: Decimal, issued: int, returned: int, taken: int) -> Decimal:
    """Return the cost of the next `taken` pieces back of an issue of `issued` pieces that cost `cost`.

    `returned` of them are back already. Slices add up to the whole, to the cent.
    """
    return slice_of(cost, issued, returned, taken)


def cost_of_gain(quantity: int, value: Decimal, gained: int) -> Decimal:
    """Return the value of pieces found in a count: the average of those that were known."""
    if quantity == 0:
        return from_minor(0)
    return from_minor(rhu(minor(value) * gained, quantity))


def slice_of(total: Decimal, pieces: int, before: int, taken: int) -> Decimal:
    """Return the part of `total` that falls on pieces before+1 .. before+taken of `pieces`."""
    cents = minor(total)
    return from_minor(rhu(cents * (before + taken), pieces) - rhu(cents * before, pieces))


def share_of_difference(quantity: int, value: Decimal, pieces: int, difference: Decimal) -> Decimal:
    """Return what of a price difference on `pieces` falls on those of them that are still here.

    It takes away no more than `value`, what all `quantity` pieces here are worth.
    """
    share = rhu(minor(difference) * min(pieces, quantity), pieces)
    return from_minor(max(share, -minor(value)))
