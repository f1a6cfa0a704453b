"""How many of a product can be bought, and the words for it."""

from oscar.apps.partner.availability import Base

# From here down the customer is told the number.
FEW = 5


def stock_words(left: int | None) -> str:
    """Say how many are left. None means that nobody counts, as with a service."""
    if left is None:
        return "Available"
    if left > FEW:
        return "In stock"
    return f"Only {left} left" if left > 0 else "Sold out"


def stock_code(left: int | None) -> str:
    """Return a word for style sheets: plenty, few or none."""
    if left is None or left > FEW:
        return "plenty"
    return "few" if left > 0 else "none"


class NotForSale(Base):
    """A product without a price, or one that is no longer shown."""

    code = "none"
    message = "Not available"
    num_available = 0

    def __init__(self, title: str):
        self.title = title

    def is_purchase_permitted(self, quantity):
        return False, f"'{self.title}' is not for sale at the moment."


class Stock(Base):
    """What is left of a product. `num_available` is None where stock is not counted."""

    def __init__(self, num_available: int | None, title: str):
        self.num_available = num_available
        self.title = title

    @property
    def code(self) -> str:
        return stock_code(self.num_available)

    @property
    def message(self) -> str:
        return stock_words(self.num_available)

    def is_purchase_permitted(self, quantity):
        left = self.num_available
        if left is None or quantity <= left:
            return True, ""
        if left <= 0:
            return False, f"'{self.title}' is sold out."
        return False, f"Only {left} of '{self.title}' {'is' if left == 1 else 'are'} left."
