"""Keeps what suppliers ask for products."""

from django.db import transaction

from .models import SupplierPrice


@transaction.atomic
def keep(price: SupplierPrice) -> SupplierPrice:
    """Write what a supplier asks for a product. Of a product's suppliers the last preferred one is so."""
    if price.is_preferred:
        others = SupplierPrice.objects.filter(product=price.product_id, is_preferred=True)
        others.exclude(pk=price.pk).update(is_preferred=False)
    price.save()
    return price
