"""Looks whether the counters of stock are what they count, and brings back those that are not."""

from collections.abc import Sequence
from typing import Any

from django.db.transaction import atomic

from accounting.refusal import Refusal
from erp.delivery import promised
from erp.inventory import correcting, counters, shelf
from erp.inventory.counters import Difference


class LookAgain(Refusal):
    """The differences are not those that were shown."""


def differences() -> list[Difference]:
    """Return every counter that differs from the moves, the levels or the delivery notes. Nothing changes."""
    return counters.differences(promised.promised())


@atomic
def rebuild(shown: Sequence[Difference], *, by: Any = None) -> None:
    """Correct the differences that somebody was shown, and keep each as a correction.

    Raises LookAgain when they are no longer all, MovesAreBroken, PromisedMoreThanIsHere.
    """
    shelf.hold(row.product_id for row in shown)
    if sorted(shown) != differences():
        raise LookAgain("The counters have changed since they were shown. Look again.")
    correcting.correct(shown, by=by)
