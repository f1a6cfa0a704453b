"""Loads the demo company part by part. What the parts hold stands in their own modules."""

from collections.abc import Callable
from datetime import date

from django.utils import timezone

from erp.backoffice.demo import (
    agreements,
    bank,
    catalogue,
    company,
    gallery,
    offers,
    orders,
    people,
    purchases,
    stock,
)

Say = Callable[[str], None]

# In the order in which they need one another. Each is there whole or not at all, except for the orders,
# which go on where they stopped.
PARTS: tuple[Callable[..., None], ...] = (
    company.load,
    catalogue.load,
    gallery.load,
    offers.load,
    people.load,
    stock.load,
    orders.load,
    bank.load,
    agreements.load,
    purchases.load,
)


def load(say: Say, *, today: date | None = None) -> None:
    """Load what is not there yet, telling `say` in a few words what is being done.

    Dates count back from `today`. May be interrupted and called again: nothing is loaded twice.
    """
    today = today or timezone.localdate()
    for part in PARTS:
        part(say, today=today)
