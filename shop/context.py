"""What every page of the shop shows. Asked for only when it is shown."""

from django.utils.functional import SimpleLazyObject

from erp.documents.services import company

from .catalogue import tree


def storefront(request) -> dict:
    strategy = getattr(request, "strategy", None)
    return {
        "company": SimpleLazyObject(lambda: strategy.company if strategy else company()),
        "menu": SimpleLazyObject(lambda: tree.of(request).menu),
        "basket_size": getattr(request, "basket_size", 0),
    }
