"""Reports of providers as the sandbox writes them, made from plain facts."""

from decimal import Decimal

HEAD = "payout,paid_on,currency,kind,reference,gross,fee,net"


def report(*rows, payout="PO-1", on="2026-03-05", currency="EUR"):
    """Return a report of one payout; a row is kind, reference, gross and fee."""
    lines = [
        f"{payout},{on},{currency},{kind},{reference},{gross},{fee},{Decimal(gross) - Decimal(fee)}"
        for kind, reference, gross, fee in rows
    ]
    return "\n".join([HEAD, *lines, ""]).encode()
