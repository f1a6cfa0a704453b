"""Purchase orders until something comes of them: drafted, changed, ordered, called off, closed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django.db.models.functions import Coalesce
from oscar.core.loading import get_model

from accounting.money import ZERO, money
from accounting.refusal import Refusal
from erp.documents.models import IllegalTransition

from . import suppliers
from .models import PurchaseLine, PurchaseOrder, Supplier, SupplierPrice

Product = get_model("catalogue", "Product")
State = PurchaseOrder.State
MOST_PIECES = 10_000_000
MOST_MONEY = Decimal(10_000_000)
SAID_OF_SUPPLIER = (
    *("code", "name", "email", "phone", "address", "country"),
    *("vat_id", "customer_number", "payment_days"),
)


class NothingOrdered(Refusal):
    """An order without pieces."""


class NotOrderable(Refusal):
    """A quantity, price or pack that cannot be ordered."""


class NoPriceKnown(Refusal):
    """The supplier has no price for a product, and none was given."""


class NotInStock(Refusal):
    """A product that lies on no shelf: purchase orders bring goods."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Pieces of a product, at a price for a pack. Price and pack default to what the supplier asks."""

    product: Any
    quantity: int
    price: Decimal | None = None
    pack: int | None = None


def draft(
    supplier: Supplier, lines: Sequence[Wanted], *, warehouse: Any, on: date, note: str, by: Any
) -> PurchaseOrder:
    """Write an order that may still be changed.

    Raises NothingOrdered, NotOrderable, NoPriceKnown and NotInStock.
    """
    rows = _lines(supplier, lines)
    _require_place(warehouse)
    purchase = PurchaseOrder.objects.create(
        supplier=supplier,
        warehouse=warehouse,
        number=uuid4().hex,  # until its key is known
        created_on=on,
        note=note,
        user=by,
    )
    purchase.number = f"PO-{on.year}-{purchase.pk:06d}"
    PurchaseOrder.objects.filter(pk=purchase.pk).update(number=purchase.number)
    _write(purchase, rows)
    return purchase


def change(purchase: PurchaseOrder, lines: Sequence[Wanted], *, warehouse: Any, note: str) -> None:
    """Replace what a draft says. Raises what `draft` does, and IllegalTransition."""
    if purchase.state != State.DRAFT:
        raise IllegalTransition(f"{purchase} is {purchase.get_state_display()}: only a draft can be changed.")
    rows = _lines(purchase.supplier, lines)
    _require_place(warehouse)
    PurchaseLine.objects.filter(order=purchase).delete()
    _write(purchase, rows)
    purchase.warehouse, purchase.note = warehouse, note
    purchase.save(update_fields=["warehouse", "note"])


def order(purchase: PurchaseOrder, *, on: date, expected_on: date | None) -> None:
    """Order a draft: from now on it says what was agreed. Raises IllegalTransition, NotOrderable."""
    supplier = purchase.supplier
    if not supplier.is_active:
        raise NotOrderable(f"Nothing is bought from {supplier} any more.")
    expected_on = expected_on or on + timedelta(days=_lead_days(purchase))
    if expected_on < on:
        raise NotOrderable(f"Goods that are ordered on {on} cannot come on {expected_on}.")
    seller = {name: getattr(supplier, name) for name in SAID_OF_SUPPLIER}
    purchase.move_to(State.ORDERED, ordered_on=on, expected_on=expected_on, seller=seller)


def close(purchase: PurchaseOrder) -> None:
    """Expect no more of an order of which something came. Raises IllegalTransition."""
    if purchase.state != State.PARTLY_RECEIVED:
        raise IllegalTransition(
            f"{purchase} is {purchase.get_state_display()}: only what came in part has a rest to give up."
        )
    purchase.move_to(State.RECEIVED)


def hold(purchase: PurchaseOrder) -> PurchaseOrder:
    """Lock an order, and bring the object up to date with it."""
    rows = PurchaseOrder.objects.select_for_update(of=("self",), no_key=True)
    purchase.refresh_from_db(from_queryset=rows.select_related("supplier", "warehouse"))
    return purchase


def _lead_days(purchase: PurchaseOrder) -> int:
    """Return the days until the slowest of the goods comes."""
    usual = purchase.supplier.lead_days
    products = list(PurchaseLine.objects.filter(order=purchase).values_list("product", flat=True))
    rows = SupplierPrice.objects.filter(supplier=purchase.supplier, product__in=products)
    own = dict(rows.annotate(days=Coalesce("lead_days", usual)).values_list("product", "days"))
    return max(own.get(product, usual) for product in products)


def _lines(supplier: Supplier, lines: Sequence[Wanted]) -> list[PurchaseLine]:
    if not lines:
        raise NothingOrdered(f"Nothing is to be ordered from {supplier}.")
    keys = {wanted.product.pk for wanted in lines}
    rows = Product.objects.filter(pk__in=keys, stockrecords__isnull=False)
    known = {row.pk: row for row in rows.select_related("product_class", "parent__product_class")}
    prices = suppliers.prices(supplier, known.values())
    return [_line(wanted, known.get(wanted.product.pk), prices, supplier) for wanted in lines]


def _line(wanted: Wanted, product: Any, prices: dict[int, SupplierPrice], supplier: Supplier) -> PurchaseLine:
    if product is None or not product.get_product_class().track_stock:
        raise NotInStock(f"'{wanted.product}' is not kept in stock: it cannot be ordered as goods.")
    title = product.get_title()
    asked = prices.get(product.pk)
    price = wanted.price if wanted.price is not None else asked.price if asked else None
    pack = wanted.pack if wanted.pack is not None else asked.pack if asked else 1
    if price is None:
        raise NoPriceKnown(f"{supplier} has no price for '{title}': say what it costs.")
    _require_orderable(title, wanted.quantity, price, pack)
    return PurchaseLine(
        product=product,
        sku=asked.sku if asked else "",
        title=title[:255],
        quantity=wanted.quantity,
        price=money(price),
        pack=pack,
    )


def _require_orderable(title: str, quantity: int, price: Decimal, pack: int) -> None:
    if not 0 < quantity <= MOST_PIECES:
        raise NotOrderable(f"{quantity} of '{title}' cannot be ordered.")
    if pack < 1 or quantity % pack:
        raise NotOrderable(f"'{title}' comes in packs of {pack}: {quantity} pieces are no whole packs.")
    if not price.is_finite() or not ZERO <= price <= MOST_MONEY or price != money(price):
        raise NotOrderable(f"{price:f} is no price for '{title}': it is in whole cents, not below zero.")


def _require_place(warehouse: Any) -> None:
    if warehouse.is_transit:
        raise NotOrderable("Goods are ordered for a warehouse, not for the way between two.")


def _write(purchase: PurchaseOrder, rows: list[PurchaseLine]) -> None:
    for row in rows:
        row.order = purchase
    PurchaseLine.objects.bulk_create(rows)
