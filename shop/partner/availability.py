"""How many of a product can be bought, and the words for it: here, later, or not at all."""

from collections.abc import Callable
from datetime import date

from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.timezone import localdate
from oscar.apps.partner.availability import Base

# From here down the customer is told the number.
FEW = 5

FindDay = Callable[[int], date | None]


def stock_words(left: int | None, later: int = 0) -> str:
    """Say how many are left, and whether more can be ordered. None: nobody counts, as with a service."""
    if left is None:
        return "Available"
    if left > FEW:
        return "In stock"
    if left > 0:
        return f"{left} in stock, more can be ordered" if later else f"Only {left} left"
    return "Can be ordered" if later else "Sold out"


def stock_code(left: int | None, later: int = 0) -> str:
    """Return a word for style sheets: plenty, few, later or none."""
    if left is None or left > FEW:
        return "plenty"
    if left > 0:
        return "few"
    return "later" if later else "none"


def day_words(day: date | None) -> str:
    """Name a day to come: 3 April, and the year where it is another one. One that has passed was not kept."""
    today = localdate()
    if day is None or day < today:
        return ""
    return date_format(day, "j F" if day.year == today.year else "j F Y")


class NotForSale(Base):
    """A product without a price, or one that is no longer shown."""

    code = "none"
    message = "Not available"
    here = later = 0

    def __init__(self, title: str):
        self.title = title

    def is_purchase_permitted(self, quantity):
        return False, f"'{self.title}' is not for sale at the moment."

    def promise(self, quantity: int) -> str:
        """Say nothing: what is not for sale is not sent."""
        return ""


class Stock(Base):
    """What can be bought of a product: pieces that are here (None: nobody counts) and pieces to come."""

    def __init__(self, title: str, here: int | None, later: int = 0, *, find_day: FindDay | None = None):
        self.title = title
        self.here = here
        self.later = later
        self.find_day = find_day

    @property
    def code(self) -> str:
        return stock_code(self.here, self.later)

    @cached_property
    def message(self) -> str:
        if self.code == "later":
            return f"{self.promise(1)}: order now"
        return stock_words(self.here, self.later)

    def is_purchase_permitted(self, quantity):
        if self.here is None or quantity <= self.here + self.later:
            return True, ""
        most = self.here + self.later
        if not most:
            return False, f"'{self.title}' is sold out."
        return False, f"Only {most} of '{self.title}' {'is' if most == 1 else 'are'} left."

    def promise(self, quantity: int) -> str:
        """Say when so many pieces are sent, where not all of them are here."""
        here = self.here
        if here is None or quantity <= here or not self.later:
            return ""
        day = day_words(self.find_day(quantity - here) if self.find_day else None)
        if here:
            return (
                f"{here} in stock, {quantity - here} {f'from {day}' if day else 'as soon as more comes in'}"
            )
        return f"Available from {day}" if day else "Not in stock, sent as soon as it comes in"
