"""Gives each request its basket: whole with offers, plain without them, or only its size."""

from typing import Any

from django.db.models import Sum
from django.utils.functional import SimpleLazyObject
from oscar.apps.basket import middleware

from erp.inventory import holds
from shop.keys import key_of


class BasketMiddleware(middleware.BasketMiddleware):
    """Oscar's `request.basket` costs all offers. `request.plain_basket` is the same object without them."""

    def __call__(self, request):
        request.plain_basket = SimpleLazyObject(lambda: self.plain_basket(request))
        request.basket_size = SimpleLazyObject(lambda: self.size_of_basket(request))
        return super().__call__(request)

    def process_response(self, request, response):
        """Let Oscar set the cookie of a new basket, whichever way it was asked for."""
        if request._basket_cache is not None:
            request.basket = request._basket_cache
        return super().process_response(request, response)

    def merge_baskets(self, master, slave):
        """Put a guest's basket into the account's, and keep nothing for the guest any more."""
        super().merge_baskets(master, slave)
        holds.let_go(key_of(slave.pk))

    def plain_basket(self, request) -> Any:
        basket = self.get_basket(request)
        basket.strategy = request.strategy
        return basket

    def size_of_basket(self, request) -> int:
        """Return how many pieces are in the basket; where its lines are not loaded, for one query."""
        basket = self.get_basket(request)
        if basket.pk is None:
            return 0
        if basket._lines is not None:
            return basket.num_items
        return basket.lines.aggregate(pieces=Sum("quantity"))["pieces"] or 0
