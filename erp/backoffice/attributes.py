"""Form fields for the attributes that a product type gives its products, such as colour or size."""

from typing import Any

from django import forms
from oscar.core.loading import get_model

from .safe_html import HarmlessMarkup

ProductAttribute = get_model("catalogue", "ProductAttribute")

PREFIX = "attr_"
PLAIN: dict[str, type[forms.Field]] = {
    ProductAttribute.TEXT: forms.CharField,
    ProductAttribute.INTEGER: forms.IntegerField,
    ProductAttribute.FLOAT: forms.FloatField,
    ProductAttribute.BOOLEAN: forms.BooleanField,
    ProductAttribute.RICHTEXT: HarmlessMarkup,
    ProductAttribute.DATE: forms.DateField,
    ProductAttribute.DATETIME: forms.DateTimeField,
    ProductAttribute.FILE: forms.FileField,
    ProductAttribute.IMAGE: forms.ImageField,
}
OPTIONS: dict[str, type[forms.ModelChoiceField]] = {
    ProductAttribute.OPTION: forms.ModelChoiceField,
    ProductAttribute.MULTI_OPTION: forms.ModelMultipleChoiceField,
}


def fields_of(product_class: Any) -> dict[str, forms.Field]:
    """Return a field for each attribute of a product type. One query, and one for options where shown."""
    if product_class is None:
        return {}
    rows = product_class.attributes.select_related("option_group").order_by("pk")
    fields = ((row, _field(row)) for row in rows)
    return {PREFIX + row.code: field for row, field in fields if field is not None}


def initial_of(product: Any, names: list[str]) -> dict[str, Any]:
    """Return what a product has for the fields of its attributes."""
    values = ((name, getattr(product.attr, name.removeprefix(PREFIX), None)) for name in names)
    return {name: value for name, value in values if value is not None}


def put_on(product: Any, cleaned: dict[str, Any]) -> None:
    """Give a product the values of its attributes' fields. They are written when it is saved."""
    for name, value in cleaned.items():
        if name.startswith(PREFIX):
            code = name.removeprefix(PREFIX)
            product.attr.set(code, None if value in ("", None) else value, validate_identifier=False)


def _field(row: Any) -> forms.Field | None:
    """Return the field of an attribute; none for one that refers to a row of some other model."""
    words: dict[str, Any] = {"label": row.name, "required": row.required}
    if row.type in OPTIONS:
        return OPTIONS[row.type](queryset=row.option_group.options.order_by("pk"), **words)
    if row.type == ProductAttribute.BOOLEAN:
        words["required"] = False
    return PLAIN[row.type](**words) if row.type in PLAIN else None
