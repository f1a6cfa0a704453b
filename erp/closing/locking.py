"""Closes a month for good, and keeps what the books were then; locks areas of a month, and opens them again.

All checks run before the transaction. Inside it the period is locked first, so that nothing comes into it any
more, and what could have come in between is asked once more: see docs/decisions/33.
"""

from contextlib import suppress
from datetime import date, datetime
from typing import Any

from django.db.transaction import atomic
from django.utils.timezone import localdate

from accounting import periods
from accounting.models import Period
from accounting.refusal import Refusal
from erp.invoicing.pdf import PdfUnavailable

from . import certifying, checklist
from .checklist import Point
from .models import Certificate


class NotReadyToClose(Refusal):
    """A point of the checklist is red."""


class NotOverYet(Refusal):
    """A month that is not over is to be closed."""


def close(period: Period, *, reason: str, by: Any, now: datetime) -> Certificate:
    """Lock a month for good, keep its balances, and certify what the books were.

    Raises NotReadyToClose, PeriodLocked, EarlierPeriodOpen, NoReasonGiven.
    """
    on = localdate(now)
    points, checks = checklist.full(period, on=on)
    _require_green(period, points)
    with atomic():
        _lock_empty_ones_before(period, by=by)
        periods.lock(period, reason=reason, by=by)
        _require_green(period, checklist.quick(period, on=on))
        certificate = certifying.certify(period, reason=reason, checks=checks, by=by, now=now)
    with suppress(PdfUnavailable):  # it is drawn when it is first asked for
        certifying.pdf_of(certificate)
    return certificate


@atomic
def lock_area(period: Period, area: str, *, reason: str, by: Any, now: datetime) -> None:
    """Lock an area of a month that is over. Raises NotOverYet and what `periods.lock_area` does."""
    _require_over(period, localdate(now))
    periods.lock_area(period, area, reason=reason, by=by)


@atomic
def open_area(period: Period, area: str, *, reason: str, by: Any) -> None:
    """Open an area of a month again. Raises what `periods.open_area` does."""
    periods.open_area(period, area, reason=reason, by=by)


def _lock_empty_ones_before(period: Period, *, by: Any) -> None:
    """Lock the months before, in which nothing was posted: before the books began, or while nobody traded."""
    for earlier in checklist.open_before(period).order_by("start"):
        periods.lock(earlier, reason=f"Empty when {period} was closed", by=by)
        if earlier.entries.exists():  # type: ignore[attr-defined]
            raise NotReadyToClose(f"Something was posted in {earlier} just now: close it first.")


def _require_over(period: Period, on: date) -> None:
    """Documents of today would be dated into a month to come."""
    if on <= period.end:
        raise NotOverYet(f"{period} ends on {period.end}: it can be locked from the next day on.")


def _require_green(period: Period, points: list[Point]) -> None:
    red = [f"{point.name}: {point.found[0][0]}" for point in points if not point.is_green]
    if red:
        more = f" ({len(red) - 1} more points are red)" if red[1:] else ""
        raise NotReadyToClose(f"{period} cannot be closed. {red[0]}{more}")
