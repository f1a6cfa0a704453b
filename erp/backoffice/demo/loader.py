"""Loads the demo company part by part. What the parts hold stands in their own modules."""

from collections.abc import Callable
from datetime import date

from django.utils import timezone

from erp.backoffice.demo import catalogue, company, gallery, offers, orders, people, stock, taxes

Say = Callable[[str], None]
Part = Callable[..., bool]

# In the order in which they need one another. Each is there whole or not at all, except for the orders,
# which go on where they stopped.
PARTS: tuple[tuple[str, Part], ...] = (
    ("Company details", company.load),
    ("Tax rules of the countries we ship to", taxes.load),
    ("Catalogue of 60 products", catalogue.load),
    ("Pictures, drawn here and now", gallery.load),
    ("Delivery methods, an offer and a voucher", offers.load),
    ("Staff and customers", people.load),
    ("Opening stock", stock.load),
    ("Six weeks of orders", orders.load),
)


def load(say: Say, *, today: date | None = None) -> None:
    """Load what is not there yet, telling `say` about each part. Dates count back from `today`.

    May be interrupted and called again: nothing is loaded twice.
    """
    today = today or timezone.localdate()
    for title, part in PARTS:
        say(f"{title} …")
        done = part(today=today)
        say(f"{title}: {'loaded' if done else 'already there'}")
