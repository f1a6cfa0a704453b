"""Registers all desks: Django imports this module when it starts."""

from .desks import (
    background,
    books,
    catalogue,
    delivery,
    invoicing,
    offers,
    orders,
    parties,
    payments,
    products,
    settings,
    stock,
)

__all__ = [
    "background",
    "books",
    "catalogue",
    "delivery",
    "invoicing",
    "offers",
    "orders",
    "parties",
    "payments",
    "products",
    "settings",
    "stock",
]
