"""What every page of the shop shows. Asked for only when it is shown."""

from django.utils.functional import SimpleLazyObject

from erp.documents.services import company

from .answers import wished_prices
from .catalogue import tree


def shown_prices(request) -> str:
    """Return what prices on a page mean: gross, unless the customer wants net ones or owes no VAT."""
    strategy = getattr(request, "strategy", None)
    return strategy.prices if strategy else "gross"


def storefront(request) -> dict:
    strategy = getattr(request, "strategy", None)
    return {
        "company": SimpleLazyObject(lambda: strategy.company if strategy else company()),
        "prices": SimpleLazyObject(lambda: shown_prices(request)),
        "wished_prices": SimpleLazyObject(lambda: wished_prices(request)),
        "menu": SimpleLazyObject(lambda: tree.of(request).menu),
        "basket_size": getattr(request, "basket_size", 0),
    }
