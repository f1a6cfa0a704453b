"""Keeps what suppliers ask for products."""

from django.db import transaction

from .models import SupplierPrice


@transaction.atomic
def keep(price: SupplierPrice) -> SupplierPrice:
    """Write what a supplier asks for a product. Of a product's suppliers the last preferred one is so."""
    if price.is_preferred:
        others = SupplierPrice.objects.filter(product=price.product_id, is_preferred=True)
        for other in others.exclude(pk=price.pk):
            other.is_preferred = False
            other.save(update_fields=["is_preferred"])
    price.save()
    return price
