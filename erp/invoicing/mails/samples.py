"""What each kind of mail would say of an order that never was: to look at where there is no order yet."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

Facts = dict[str, Any]

ORDER: Facts = {
    "number": "26-SAMPLE1",
    "placed_on": datetime(2026, 3, 2, 12, tzinfo=UTC),
    "name": "Ada",
    "link": "https://shop.example/orders/sample/",
    "currency": "EUR",
    "total": Decimal("273.70"),
    "has_vat": True,
    "pays_by": "Bank transfer",
}
SHIP_TO: Facts = {
    "company": "",
    "name": "Ada Lovelace",
    "line1": "12 Analytical Way",
    "line2": "",
    "postcode": "10115",
    "city": "Berlin",
    "state": "",
    "country": "DE",
    "country_name": "Germany",
}
LINES = [{"title": "Lamp", "quantity": 2}, {"title": "Bowl", "quantity": 1}]
PRICED = [{"title": "Lamp", "quantity": 2, "amount": Decimal("214.20")}]
PRICED += [{"title": "Bowl", "quantity": 1, "amount": Decimal("53.55")}]
INVOICE: Facts = {
    "paper": "INV-2026-000042",
    "issued_on": date(2026, 3, 2),
    "amount": Decimal("273.70"),
    "currency": "EUR",
}
CREDIT: Facts = INVOICE | {"paper": "CN-2026-000007", "amount": Decimal("107.10"), "reason": "Too bright"}
PAYMENT: Facts = {
    "order": ORDER | {"pays_by": "Card"},
    "amount": Decimal("273.70"),
    "currency": "EUR",
    "by": "Card",
    "until": datetime(2026, 3, 2, 12, 30, tzinfo=UTC),
    "transfer": Decimal("0.00"),
}
RETURN: Facts = {
    "order": ORDER,
    "return": "RT-26-SAMPLE1-1",
    "lines": [{"title": "Lamp", "quantity": 1}],
    "reason": "",
}

SAMPLES: dict[str, Facts] = {
    "order_placed": {
        "order": ORDER,
        "lines": PRICED,
        "discounts": [{"name": "Welcome, 10 % off", "amount": Decimal("29.75")}],
        "shipping": {"name": "Standard", "amount": Decimal("5.95")},
        "surcharges": [],
        "ship_to": SHIP_TO,
        "transfer": Decimal("273.70"),
    },
    "shipped": {
        "order": ORDER,
        "note": "DN-26-SAMPLE1-1",
        "shipped_on": date(2026, 3, 3),
        "lines": LINES,
        "ship_to": SHIP_TO,
        "carrier": "Parcel Post",
        "tracking_number": "PP 0042 0042 42",
        "tracking_link": "https://example.com/parcels/PP%200042%200042%2042",
        "more_follows": True,
    },
    "invoice": {"order": ORDER, **INVOICE, "due_on": date(2026, 3, 16), "transfer": Decimal("273.70")},
    "credit_note": {"order": ORDER, **CREDIT},
    "refund": {
        "order": ORDER,
        "amount": Decimal("107.10"),
        "currency": "EUR",
        "by": "Bank transfer",
        "paper": "CN-2026-000007",
        "reason": "Too bright",
    },
    "order_cancelled": {"order": ORDER, "reason": "Ordered by mistake", "refunded": Decimal("273.70")},
    "reminder": {
        "order": ORDER,
        **INVOICE,
        "was_due_on": date(2026, 3, 16),
        "transfer": Decimal("166.60"),
    },
    "statement": {
        "name": "Ada Lovelace",
        "start": date(2026, 1, 1),
        "end": date(2026, 3, 31),
        "opening": Decimal("0.00"),
        "closing": Decimal("166.60"),
        "overdue": Decimal("166.60"),
        "held": Decimal("20.00"),
        "currency": "EUR",
    },
    "payment_failed": PAYMENT,
    "payment_pending": PAYMENT,
    "return_requested": RETURN,
    "return_approved": RETURN,
    "return_rejected": RETURN | {"reason": "It was made to measure"},
    "withdrawal_receipt": RETURN | {"at": datetime(2026, 3, 9, 18, 15, 3, tzinfo=UTC)},
}
