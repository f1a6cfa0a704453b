"""Oscar's offer models. A range is asked once for all products of a basket, not once a line."""

from typing import Any

from django.db.models import Q
from oscar.apps.offer import abstract_models
from oscar.core.loading import get_class, get_model

ExpandDownwards = get_class("catalogue.expressions", "ExpandDownwardsCategoryQueryset")


class Benefit(abstract_models.AbstractBenefit):
    def proxy(self):
        return _with_its_range(self, super().proxy())


class Condition(abstract_models.AbstractCondition):
    def proxy(self):
        return _with_its_range(self, super().proxy())


class Range(abstract_models.AbstractRange):
    """A range that remembers which of a basket's products it contains."""

    def look_up(self, products: set[int]) -> None:
        """Find out, in one query, which of these products the range contains. The rules are Oscar's."""
        found = set()
        if not self.proxy:
            rows = get_model("catalogue", "Product").objects.filter(self._inside(), pk__in=products)
            found = set(rows.exclude(self._outside()).values_list("pk", flat=True))
        self._contained = dict.fromkeys(products, False) | dict.fromkeys(found, True)

    def contains_product(self, product) -> bool:
        known = getattr(self, "_contained", {})
        if self.proxy or product.pk not in known:
            return super().contains_product(product)
        return known[product.pk]

    def _inside(self) -> Q:
        if self.includes_all_products:
            return Q()
        classes = self.classes.values("pk")
        listed = self.included_products.through.objects.filter(range=self).values("product")
        return (
            _or_parent(listed)
            | Q(product_class__in=classes)
            | Q(parent__product_class__in=classes)
            | _or_parent(_filed_under(self.included_categories))
        )

    def _outside(self) -> Q:
        excluded = self.excluded_products.values("pk")
        if self.includes_all_products:
            return Q(pk__in=excluded) | _or_parent(_filed_under(self.excluded_categories))
        return _or_parent(excluded)


def _with_its_range(row: Any, proxy: Any) -> Any:
    """Let the proxy that Oscar makes for every question keep the range that the row already knows."""
    if proxy is not row and row.range_id:
        proxy.range = row.range
    return proxy


def _or_parent(products) -> Q:
    return Q(pk__in=products) | Q(parent__in=products)


def _filed_under(categories):
    """Return the products in these categories or below them."""
    filed = get_model("catalogue", "ProductCategory").objects
    return filed.filter(category__in=ExpandDownwards(categories.values("id"))).values("product")


from oscar.apps.offer.models import *  # noqa: E402, F403
