"""Registers all desks: Django imports this module when it starts."""

from .desks import (
    background,
    banking,
    books,
    catalogue,
    delivery,
    invoicing,
    offers,
    orders,
    parties,
    payments,
    payouts,
    products,
    settings,
    stock,
    taxes,
    transfers,
)

__all__ = [
    "background",
    "banking",
    "books",
    "catalogue",
    "delivery",
    "invoicing",
    "offers",
    "orders",
    "parties",
    "payments",
    "payouts",
    "products",
    "settings",
    "stock",
    "taxes",
    "transfers",
]
