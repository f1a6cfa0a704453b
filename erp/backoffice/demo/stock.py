"""What lies on the demo company's shelves on the first day, and what it has cost."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

from django.db import transaction
from oscar.core.loading import get_model

from erp import stocktaking
from erp.backoffice.demo import catalogue
from erp.inventory import bins
from erp.inventory.models import StockLevel, StockMove

Product = get_model("catalogue", "Product")

KEY = "demo:opening"
FIRST_DAY = 45
SHELVES = 12  # in each of the racks A, B, C and so on


@transaction.atomic
def load(say: Callable[[str], None], *, today: date) -> None:
    """Receive the opening stock, a few days before the first order."""
    if StockMove.objects.filter(source_key=f"opening:{KEY}").exists():
        return
    say("opening stock")
    rows = [row for row in catalogue.everything() if row.get("stock")]
    products = Product.objects.filter(upc__in=[row["sku"] for row in rows]).in_bulk(field_name="upc")
    lines = [
        (products[row["sku"]], row["stock"], row["stock"] * Decimal(row["cost"]))
        for row in rows
        if row["sku"] in products
    ]
    stocktaking.receive_opening(lines, on=today - timedelta(days=FIRST_DAY), key=KEY)
    for place, level in enumerate(StockLevel.objects.order_by("product__upc")):
        bins.put(level, name=f"{chr(ord('A') + place // SHELVES)}{place % SHELVES + 1}")
