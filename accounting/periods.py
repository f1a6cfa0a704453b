"""Years and months: they open themselves at the first posting into them, and are locked for good."""

from calendar import monthrange
from datetime import date

from django.db.models.functions import Now

from .inside import inside_transaction
from .models import BalanceSnapshot, FiscalYear, Period
from .refusal import Refusal
from .reports import totals

FIRST_YEAR, LAST_YEAR = 1990, 2100


class NoSuchYear(Refusal):
    """A date is so far away that it must be a slip."""


class PeriodLocked(Refusal):
    """The period of a date takes no more entries."""


class EarlierPeriodOpen(Refusal):
    """Periods are locked in their order."""


def period_for(day: date) -> Period:
    """Return the open period of a day, opening its year where needed. Raises PeriodLocked, NoSuchYear."""
    period = period_of(day)
    if period.locked:
        raise PeriodLocked(f"{period} is locked: nothing can be posted into it.")
    return period


def period_of(day: date) -> Period:
    """Return the period of a day, locked or not, opening its year where needed."""
    return _find(day) or _open_year_of(day)


def period_known(day: date) -> bool:
    """Return whether the year of a day was opened, locked or not."""
    return _find(day) is not None


def _find(day: date) -> Period | None:
    return Period.objects.select_related("fiscal_year").filter(start__lte=day, end__gte=day).first()


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


def lock(period: Period, *, by) -> None:
    """Close a period for good and keep every account's balance at its end.

    Waits for postings into it that are under way. Raises EarlierPeriodOpen, PeriodLocked.
    """
    inside_transaction()
    if earlier := Period.objects.filter(end__lt=period.start, locked=False).order_by("start").first():
        raise EarlierPeriodOpen(f"{earlier} is still open: lock it before {period}.")
    locked = Period.objects.filter(pk=period.pk, locked=False).update(
        locked=True, vat_locked=True, locked_at=Now(), locked_by=by
    )
    if not locked:
        raise PeriodLocked(f"{period} is locked already.")
    BalanceSnapshot.objects.bulk_create(
        BalanceSnapshot(account_id=account_id, period_end=period.end, debit=debit, credit=credit)
        for account_id, (debit, credit) in sorted(totals(period.end).items())
    )


def lock_vat(period: Period) -> None:
    """Note that the VAT of a period is declared: from now on it takes no entry with a tax code."""
    Period.objects.filter(pk=period.pk, vat_locked=False).update(vat_locked=True)
