"""Moves goods between warehouses: drafted, sent, received, one transaction a verb.

    draft --> sent --> received
      |         |
      +---------+--> cancelled

What is missing on arrival is lost, with its reason and its entry; what is called back is where it was.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db.transaction import atomic

from erp import billing, filling, postings
from erp.inventory import transfers
from erp.inventory.models import Transfer, Warehouse


@atomic
def draft(
    origin: Warehouse,
    destination: Warehouse,
    *,
    quantities: Mapping[int, int],
    on: date,
    note: str = "",
    key: str | None = None,
    by: Any = None,
) -> Transfer:
    """Write down which pieces (by product key) are to go where. The same key is the same transfer."""
    return transfers.draft(origin, destination, quantities=quantities, on=on, note=note, key=key, by=by)


@atomic
def change(transfer: Transfer, *, quantities: Mapping[int, int]) -> None:
    """Write down other pieces (by product key) for a draft."""
    transfers.change(transfer, quantities=quantities)


@atomic
def send(transfer: Transfer, *, on: date, by: Any = None) -> None:
    """Let a draft leave: its pieces are on their way, and nobody can sell them. Raises OutOfStock."""
    transfers.send(transfer, on=on, by=by)


@atomic
def receive(
    transfer: Transfer,
    *,
    on: date,
    missing: Mapping[int, int] | None = None,
    reasons: Mapping[int, str] | None = None,
    by: Any = None,
) -> None:
    """Take in what arrived: all of it, less what is missing (pieces by line, each with its reason).

    Raises NotOnTheTransfer, NoReasonGiven, ArrivesTooEarly and IllegalTransition.
    """
    arrived = transfers.receive(transfer, missing=missing or {}, reasons=reasons or {}, on=on, by=by)
    billing.post(postings.lost_on_the_way(transfer, arrived.lost, on=on), by=by)
    filling.ask(arrived.products, cause=f"transfer:{transfer.pk}")


@atomic
def cancel(transfer: Transfer, *, on: date, by: Any = None) -> None:
    """Give up a draft, or have back what is on its way. Raises IllegalTransition."""
    filling.ask(transfers.cancel(transfer, on=on, by=by), cause=f"transfer:{transfer.pk}:back")
