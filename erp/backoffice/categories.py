"""Categories to choose from and to filter by, as a tree. Oscar's own words for one cost a query each."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from oscar.core.loading import get_model

Category = get_model("catalogue", "Category")


class CategoriesField(forms.ModelMultipleChoiceField):
    """Any number of categories; those below another are indented."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(Category.objects.order_by("path"), **kwargs)

    def label_from_instance(self, category: Any) -> str:
        return _indented(category.depth, category.name)


class CategoryFilter(admin.SimpleListFilter):
    """Products of a category and of those below it."""

    title = "category"
    parameter_name = "category"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        rows = Category.objects.order_by("path").values_list("path", "depth", "name")
        return [(path, _indented(depth, name)) for path, depth, name in rows]

    def queryset(self, request: HttpRequest, products: QuerySet) -> QuerySet:
        if not (path := self.value()):
            return products
        below = Category.objects.filter(path__startswith=path)
        return products.filter(categories__in=below).distinct()


def _indented(depth: int, name: str) -> str:
    return "\u2003" * (depth - 1) + name
