"""Writes what an order is charged beside its lines: shipping, by tax code, and a surcharge."""

from decimal import Decimal
from typing import Any

from oscar.core.loading import get_model

from accounting.money import from_minor, minor, rhu

from .models import OrderCharge
from .pricing import Totals
from .sale import Sale

OrderSurcharge = get_model("order", "Surcharge")


def write_charges(order: Any, totals: Totals) -> list[OrderCharge]:
    """Write what is charged beside the lines; a surcharge into Oscar's table too."""
    rows = charges_of(order, totals)
    if rows:
        OrderCharge.objects.bulk_create(rows)
    surcharges = [row for row in rows if row.kind == OrderCharge.Kind.SURCHARGE]
    if surcharges:
        OrderSurcharge.objects.bulk_create(
            OrderSurcharge(
                order=order,
                name=row.name,
                code="payment",
                incl_tax=row.gross,
                excl_tax=row.net,
                tax_code=row.tax_code.code,
            )
            for row in surcharges
        )
    return rows


def charges_of(order: Any, totals: Totals) -> list[OrderCharge]:
    """Return the rows of what an order is charged beside its lines, not yet written."""
    return [
        OrderCharge(
            order=order,
            position=position,
            kind=charge.kind,
            name=charge.name,
            tax_code=charge.tax_code,
            net=charge.net,
            tax=charge.tax,
            gross=charge.gross,
        )
        for position, charge in enumerate(totals.charges, start=1)
    ]


def shipping_code(totals: Totals) -> str | None:
    """Return the tax code of shipping where it is one: Oscar has no room for more."""
    codes = {charge.tax_code.code for charge in totals.charges if charge.kind == OrderCharge.Kind.SHIPPING}
    return codes.pop() if len(codes) == 1 else None


def standard_shipping(sale: Sale, totals: Totals) -> Decimal:
    """Return what the cheapest way would have cost, including VAT, at the mix of rates of the one chosen."""
    charged, standard = sale.shipping.charge, sale.shipping.standard
    if standard is None or standard >= charged:
        return totals.shipping.gross
    return from_minor(rhu(minor(totals.shipping.gross) * minor(standard), minor(charged)))
