"""The books of the sandbox card: a file a charge, a line a movement. They are the provider's, not ours.

As with a real provider they outlive what our database forgets. Written only while the sandbox is used.
"""

import hashlib
import json
from decimal import Decimal
from pathlib import Path

from django.conf import settings


def write(charge: str, kind: str, reference: str, amount: Decimal) -> dict[str, str]:
    """Write a movement down, once a reference, and return it."""
    line = {"kind": kind, "reference": reference, "amount": str(amount)}
    known = [known for known in read(charge) if (known["kind"], known["reference"]) == (kind, reference)]
    if known:
        return known[0]
    path = _path(charge)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")
    return line


def read(charge: str) -> list[dict[str, str]]:
    """Return the movements of a charge, the oldest first."""
    path = _path(charge)
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return [json.loads(line) for line in lines]


def holds(charge: str) -> Decimal:
    """Return what the sandbox has of a customer's money for us: held or taken, and not given back."""
    moved = {"authorised": Decimal(0), "captured": Decimal(0), "voided": Decimal(0), "refunded": Decimal(0)}
    for line in read(charge):
        if line["kind"] in moved:
            moved[line["kind"]] += Decimal(line["amount"])
    held = Decimal(0) if moved["voided"] else max(moved["authorised"] - moved["captured"], Decimal(0))
    return held + moved["captured"] - moved["refunded"]


def _path(charge: str) -> Path:
    return Path(settings.SANDBOX_CARD_BOOKS) / f"{hashlib.sha256(charge.encode()).hexdigest()[:40]}.jsonl"
