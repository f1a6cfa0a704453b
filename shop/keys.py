"""What names the wish to buy a basket: asked for twice it is one order, and what is held is held for it."""


def key_of(basket_id: int | None) -> str:
    """Return the key of the sale to come of a basket."""
    return f"basket:{basket_id}"
