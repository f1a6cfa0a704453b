"""Whom we buy from, what they ask for a product, and how the books know them."""

from collections.abc import Iterable
from typing import Any

from accounting.models import Party
from accounting.refusal import Refusal

from .models import Supplier, SupplierPrice


class SupplierKeepsCode(Refusal):
    """The books know a supplier by its code: it never changes."""


def keep(supplier: Supplier) -> Supplier:
    """Write a new or changed supplier, and its party in the books with it. Raises SupplierKeepsCode."""
    key = f"supplier:{supplier.code}"
    facts = {"name": supplier.name, "email": supplier.email, "country": supplier.country}
    if supplier.pk is None:
        party, _ = Party.objects.get_or_create(key=key, defaults={"kind": Party.Kind.SUPPLIER, **facts})
        supplier.party = party
    elif supplier.party.key != key:
        raise SupplierKeepsCode(f"{supplier} is known by the code {supplier.party.key.partition(':')[2]}.")
    Party.objects.filter(pk=supplier.party_id).update(**facts)
    supplier.save()
    return supplier


def hold(supplier: Supplier) -> Supplier:
    """Lock a supplier, so that of two who book the same bill or payment the second sees the first one's."""
    rows = Supplier.objects.select_for_update(of=("self",), no_key=True).select_related("party")
    return rows.get(pk=supplier.pk)


def prices(supplier: Supplier, products: Iterable[Any]) -> dict[int, SupplierPrice]:
    """Return what a supplier asks for products, by product."""
    rows = SupplierPrice.objects.filter(supplier=supplier, product__in={product.pk for product in products})
    return {row.product_id: row for row in rows}
