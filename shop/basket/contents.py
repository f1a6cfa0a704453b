"""Puts products and vouchers into a basket and takes them out. Refuses with a sentence."""

from typing import Any

from oscar.core.loading import get_class, get_model

from accounting.refusal import Refusal
from erp.inventory import holds
from shop.keys import key_of

from .forms import refuse_too_many

Applicator = get_class("offer.applicator", "Applicator")
Voucher = get_model("voucher", "Voucher")


class NotInStock(Refusal):
    """Fewer are left than are wanted."""


class VoucherRefused(Refusal):
    """The voucher does not exist, is not valid today, or was used."""


def add(basket: Any, product: Any, quantity: int) -> None:
    """Put so many more of a product into the basket. Raises NotInStock, TooMany.

    Whoever changes his mind keeps nothing from others any more: what is held is held at the last look.
    """
    _refuse_short(basket.strategy.fetch_for_product(product), basket.product_quantity(product) + quantity)
    refuse_too_many(basket.num_items + quantity)
    basket.add_product(product, quantity)
    holds.let_go(key_of(basket.pk))


def change(line: Any, quantity: int) -> None:
    """Set a line's quantity; none takes it out. What is held is let go. Raises NotInStock, TooMany."""
    if quantity != line.quantity:
        holds.let_go(key_of(line.basket_id))
    if quantity == 0:
        line.delete()
        return
    if quantity > line.quantity:
        _refuse_short(line.purchase_info, quantity)
    refuse_too_many(line.basket.num_items - line.quantity + quantity)
    line.quantity = quantity
    line.save(update_fields=["quantity", "date_updated"])


def add_voucher(basket: Any, code: str, user: Any) -> None:
    """Hand in a voucher. Raises VoucherRefused."""
    voucher = Voucher.objects.filter(code=code).first()
    if voucher is None:
        raise VoucherRefused(f"There is no voucher with the code {code}.")
    if not voucher.is_active():
        raise VoucherRefused(f"The voucher {code} is not valid today.")
    available, reason = voucher.is_available_to_user(user)
    if not available:
        raise VoucherRefused(f"{reason}.")
    if basket.is_empty:
        raise VoucherRefused("Please put something into your basket first.")
    basket.vouchers.add(voucher)
    Applicator().apply(basket, user)
    if voucher not in [used["voucher"] for used in basket.offer_applications]:
        basket.vouchers.remove(voucher)
        raise VoucherRefused(f"Nothing in your basket qualifies for the voucher {code}.")


def _refuse_short(info: Any, quantity: int) -> None:
    allowed, reason = info.availability.is_purchase_permitted(quantity)
    if not allowed:
        raise NotInStock(reason)
