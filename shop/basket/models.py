"""Oscar's basket. Its lines come with everything that prices, pictures and taxes need: constant queries."""

from typing import Any

from oscar.apps.basket.abstract_models import AbstractBasket, AbstractLine

from shop.keys import key_of
from shop.partner.supply import Supply

WITH_LINES = (
    "stockrecord",
    "product__product_class",
    "product__product_tax",
    "product__parent__product_class",
    "product__parent__product_tax",
)
PICTURES = ("product__images", "product__parent__images")


class Basket(AbstractBasket):
    _lines: Any
    _supply: Supply | None = None

    def all_lines(self):
        """Return the lines, loaded once: offers leave their discounts on them."""
        if self.pk is None:
            return self.lines.model.objects.none()
        if self._lines is None:
            self._lines = self.lines.select_related(*WITH_LINES).prefetch_related(*PICTURES).order_by("pk")
            self._supply = None
        return self._lines

    @property
    def supply(self) -> Supply:
        """What can be had of the products on the lines, as it was when they were loaded."""
        if self._supply is None:
            lines = self.all_lines()
            self._supply = self.strategy.supply((line.product_id for line in lines), key=key_of(self.pk))
        return self._supply

    @property
    def num_lines(self) -> int:
        return len(self.all_lines())


class Line(AbstractLine):
    def discount(self, discount_value, affected_quantity, incl_tax=True, offer=None) -> None:
        """Note a discount in the price mode of the shop, whatever Oscar's setting says."""
        gross = self.basket.strategy.prices == "gross"
        super().discount(discount_value, affected_quantity, incl_tax=gross, offer=offer)


from oscar.apps.basket.models import *  # noqa: E402, F403
