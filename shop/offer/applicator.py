"""Applies offers to a basket with a number of queries that does not grow with its lines."""

from typing import Any

from django.db.models import Prefetch, prefetch_related_objects
from oscar.apps.offer import applicator
from oscar.core.loading import get_model

ConditionalOffer = get_model("offer", "ConditionalOffer")
Range = get_model("offer", "Range")

VOUCHERS = Prefetch(
    "vouchers__offers", queryset=ConditionalOffer.objects.select_related("condition", "benefit")
)


class Applicator(applicator.Applicator):
    def get_basket_offers(self, basket, user) -> list:
        """Return the offers behind the basket's vouchers, each fetched with all it consists of."""
        if basket.pk:
            prefetch_related_objects([basket], VOUCHERS)
        return super().get_basket_offers(basket, user)

    def apply_offers(self, basket, offers) -> None:
        """Fetch what the offers will ask for, then apply them as Oscar does."""
        if len(offers) > 1:
            prefetch_related_objects(offers, "combinations")
        look_up_ranges(offers, {line.product_id for line in basket.all_lines()})
        super().apply_offers(basket, offers)


def look_up_ranges(offers: list[Any], products: set[int]) -> None:
    """Let each range find out once which of the products it contains, and share it among the offers."""
    parts = [part for offer in offers for part in (offer.condition, offer.benefit) if part.range_id]
    ranges = Range.objects.in_bulk({part.range_id for part in parts})
    for each in ranges.values():
        each.look_up(products)
    for part in parts:
        part.range = ranges[part.range_id]
