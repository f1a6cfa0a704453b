"""Years and months: they open themselves at the first posting into them, and are closed.

A person closes an area of a month, such as sales, and opens it again for a reason. All of it is locked for
good. What comes late is dated into the next month that is open: see `open_day`.
"""

from calendar import monthrange
from collections.abc import Iterable
from contextlib import suppress
from datetime import date, timedelta
from typing import Any

from django.db import connection
from django.db.models.functions import Now

from .inside import inside_transaction
from .models import BalanceSnapshot, FiscalYear, Period, PeriodChange
from .refusal import Refusal
from .reports import totals

Area = PeriodChange.Area
FIRST_YEAR, LAST_YEAR = 1990, 2099
# By area: the column that closes it, and what a period takes no more.
AREAS: dict[str, tuple[str, str]] = {
    Area.SALES: ("sales_locked", "no invoice or credit note"),
    Area.PURCHASES: ("purchases_locked", "no bill of a supplier"),
    Area.STOCK: ("stock_locked", "no goods that come or go"),
    Area.VAT: ("vat_locked", "no entry with a tax code"),
}
# Of a period in SQL, with the answers of `closed_for` as its parameters.
IS_OPEN = "NOT locked" + "".join(f" AND NOT ({column} AND %s)" for column, _ in AREAS.values())
NEXT_OPEN = f'SELECT "start" FROM accounting_period WHERE "end" >= %s AND {IS_OPEN} ORDER BY "start" LIMIT 1'


class NoSuchYear(Refusal):
    """A date is so far away that it must be a slip."""


class PeriodLocked(Refusal):
    """The period of a date takes no more entries."""


class AreaLocked(PeriodLocked):
    """The period of a date takes no more entries of an area."""


class EarlierPeriodOpen(Refusal):
    """Periods are locked in their order."""


class NoReasonGiven(Refusal):
    """A period is closed or opened without saying why."""


class NothingToChange(Refusal):
    """An area is as it is wanted already."""


def open_day(day: date, *areas: str) -> date:
    """Return a day, or the first day of the next period that is open for some areas.

    It stays open until the transaction ends: who closes it waits. Raises NoSuchYear.
    """
    inside_transaction()
    start = _next_open(day, areas)
    if start is None or (start > day and not period_known(day)):
        with suppress(PeriodLocked):  # an earlier year than those that are closed
            _open_year_of(day)
        start = _next_open(day, areas) or _first_of_new_year()
    return max(day, start)


def period_for(day: date, *areas: str) -> Period:
    """Return the period of a day that is open for some areas, opening its year where needed.

    Raises PeriodLocked, AreaLocked, NoSuchYear.
    """
    period = period_of(day)
    if period.locked:
        raise PeriodLocked(f"{period} is locked: nothing can be posted into it.")
    for area, (column, none) in AREAS.items():
        if area in areas and getattr(period, column):
            raise AreaLocked(f"{period} is locked for {Area(area).words}: it takes {none}.")
    return period


def require_open(day: date, *areas: str) -> None:
    """Let a day stay open for some areas until the transaction ends. Raises PeriodLocked, NoSuchYear."""
    if open_day(day, *areas) != day:
        period_for(day, *areas)


def is_closed(day: date, *areas: str) -> bool:
    """Return whether the period of a day takes no entries of some areas, without opening its year."""
    period = _find(day)
    if period is None:
        return Period.objects.filter(locked=True, end__gte=day).exists()
    return period.locked or any(getattr(period, AREAS[area][0]) for area in areas)


def closed_for(areas: Iterable[str]) -> list[bool]:
    """Return for each area that can be locked whether it matters: the parameters of IS_OPEN."""
    wanted = set(areas)
    return [area in wanted for area in AREAS]


def period_of(day: date) -> Period:
    """Return the period of a day, locked or not, opening its year where needed."""
    return _find(day) or _open_year_of(day)


def period_known(day: date) -> bool:
    """Return whether the year of a day was opened, locked or not."""
    return _find(day) is not None


def require_near(day: date, *, today: date) -> None:
    """Raises NoSuchYear where a day that somebody typed lies beyond the end of next year: a slip."""
    if day.year > today.year + 1 or day.year < FIRST_YEAR:
        raise NoSuchYear(f"{day:%d.%m.}{day.year} is not a day of these books: look at the year.")


def lock_area(period: Period, area: str, *, reason: str, by: Any) -> None:
    """Close an area of a period until somebody opens it again. Waits for postings that are under way.

    Raises NothingToChange, PeriodLocked, NoReasonGiven.
    """
    _change_area(period, area, locked=True, reason=reason, by=by)


def open_area(period: Period, area: str, *, reason: str, by: Any) -> None:
    """Open an area of a period again. Raises NothingToChange, PeriodLocked, NoReasonGiven."""
    _change_area(period, area, locked=False, reason=reason, by=by)


def lock(period: Period, *, reason: str, by: Any) -> None:
    """Close a period for good and keep every account's balance at its end.

    Waits for postings into it that are under way. Raises EarlierPeriodOpen, PeriodLocked, NoReasonGiven.
    """
    inside_transaction()
    if earlier := Period.objects.filter(end__lt=period.start, locked=False).order_by("start").first():
        raise EarlierPeriodOpen(f"{earlier} is still open: lock it before {period}.")
    _write_down(period, Area.ALL, locked=True, reason=reason, by=by)
    changes = {"locked": True, "locked_at": Now(), "locked_by": by}
    if not Period.objects.filter(pk=period.pk, locked=False).update(**changes):
        raise PeriodLocked(f"{period} is locked already.")
    BalanceSnapshot.objects.bulk_create(
        BalanceSnapshot(account_id=account_id, period_end=period.end, debit=debit, credit=credit)
        for account_id, (debit, credit) in sorted(totals(period.end).items())
    )


def _change_area(period: Period, area: str, *, locked: bool, reason: str, by: Any) -> None:
    inside_transaction()
    _write_down(period, area, locked=locked, reason=reason, by=by)
    column, _ = AREAS[area]
    rows = Period.objects.filter(pk=period.pk, locked=False, **{column: not locked})
    if not rows.update(**{column: locked}):
        if Period.objects.filter(pk=period.pk, locked=True).exists():
            raise PeriodLocked(f"{period} is locked for good.")
        state = "locked" if locked else "open"
        raise NothingToChange(f"{period} is {state} for {Area(area).words} already.")


def _write_down(period: Period, area: str, *, locked: bool, reason: str, by: Any) -> None:
    """Write down who changes a period, and why, before it changes: the database insists."""
    if not reason.strip():
        raise NoReasonGiven(f"Say why {period} is {'locked' if locked else 'opened'}.")
    PeriodChange.objects.create(period=period, area=area, locked=locked, reason=reason.strip()[:255], user=by)


def _find(day: date) -> Period | None:
    return Period.objects.select_related("fiscal_year").filter(start__lte=day, end__gte=day).first()


def _next_open(day: date, areas: Iterable[str]) -> date | None:
    """Return the first day of the period that is open for some areas and ends latest on or after a day."""
    held = " FOR SHARE" if connection.features.has_select_for_update else ""
    with connection.cursor() as cursor:
        cursor.execute(NEXT_OPEN + held, [day, *closed_for(areas)])
        rows = cursor.fetchall()
    return date.fromisoformat(str(rows[0][0])) if rows else None


def _first_of_new_year() -> date:
    last = Period.objects.order_by("-end").values_list("end", flat=True)[0]
    return _open_year_of(last + timedelta(days=1)).start


def _open_year_of(day: date) -> Period:
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise NoSuchYear(f"The books know the years {FIRST_YEAR} to {LAST_YEAR}, not {day:%d.%m.}{day.year}.")
    if closed := Period.objects.filter(locked=True, end__gte=date(day.year, 1, 1)).order_by("-end").first():
        raise PeriodLocked(f"The books are closed up to {closed.end}: {day.year} cannot be opened.")
    FiscalYear.objects.bulk_create(
        [FiscalYear(start=date(day.year, 1, 1), end=date(day.year, 12, 31))], ignore_conflicts=True
    )
    year = FiscalYear.objects.get(start=date(day.year, 1, 1))
    Period.objects.bulk_create([_month(year, month) for month in range(1, 13)], ignore_conflicts=True)
    return Period.objects.select_related("fiscal_year").get(start__lte=day, end__gte=day)


def _month(year: FiscalYear, month: int) -> Period:
    start = year.start.replace(month=month)
    return Period(fiscal_year=year, start=start, end=start.replace(day=monthrange(start.year, month)[1]))
