"""What one visit can get of the products of a page: one question for all of them, and one more for days."""

from collections.abc import Iterable
from datetime import date, datetime
from functools import cached_property

from erp import forecast
from erp.inventory.free import Free, free


class Supply:
    """What of products is free for the sale with a key, looked up when the first of them is asked about."""

    def __init__(self, products: Iterable[int], *, key: str, now: datetime):
        self.products = sorted(set(products))
        self.key = key
        self.now = now

    def of(self, product: int) -> Free:
        return self._found[product]

    def day(self, product: int, pieces: int) -> date | None:
        """Return the day on which so many pieces that are not here could leave, if anybody knows."""
        queue = self._queues.get(product)
        return queue.day_of(pieces) if queue else None

    @cached_property
    def _found(self) -> dict[int, Free]:
        return free(self.products, key=self.key, now=self.now)

    @cached_property
    def _queues(self) -> dict[int, forecast.Queue]:
        return forecast.queues(product for product, found in self._found.items() if found.later)
