"""What lists about products have in common: how a product is named and found."""

from typing import Any

from django.contrib import admin

from ..exporting import Exported
from ..pages import ReadOnlyAdmin

PRODUCT = ("product__title", "product__parent__title", "product__upc", "product__stockrecords__partner_sku")


class OfProduct(Exported, ReadOnlyAdmin):
    """What lists about products have in common."""

    change_list_template = "admin/stock_list.html"

    @admin.display(ordering="product__title", description="product")
    def named(self, row: Any) -> str:
        return row.product.get_title()
