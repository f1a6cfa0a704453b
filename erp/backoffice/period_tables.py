"""What the desks of months and years say of them: how far they are closed, and the tables on their pages."""

from typing import Any

from django.utils import timezone

from accounting.models import FiscalYear, Period, PeriodChange
from accounting.periods import AREAS
from erp.closing.checklist import Point

from . import links
from .pages import Table, words

Area = PeriodChange.Area


def state_of(row: Period) -> str:
    """Return in a few words what a month takes."""
    if row.locked:
        return "locked for good"
    if closed := areas(row, locked=True):
        return f"open, but locked for {', '.join(Area(area).words for area in closed)}"
    today = timezone.localdate()
    if row.start > today:
        return "upcoming"
    return "open: to be closed" if row.end < today else "open: this month"


def state_of_year(row: FiscalYear) -> str:
    months = Period.objects.filter(fiscal_year=row)
    left = months.filter(locked=False).count()
    if not left:
        return "closed: its result is carried as retained earnings"
    return "open" if left == months.count() else f"open: {left} months are not closed"


def lock_of(row: Period, area: str) -> str:
    return "locked" if row.locked or getattr(row, AREAS[area][0]) else ""


def areas(row: Period, *, locked: bool) -> list[str]:
    return [area for area, (column, _) in AREAS.items() if getattr(row, column) == locked]


def can_close(row: Period) -> bool:
    return not row.locked and row.end < timezone.localdate()


def points_of(row: Period, points: list[Point]) -> Table:
    rows: list[tuple[Any, ...]] = []
    for point in points:
        if point.is_green:
            rows.append(("✓", point.name, "", ""))
        rows += [("✗", point.name, text, links.to_place(place)) for text, place in point.found]
    note = "All checks of the books are run when the month is closed."
    return Table("Before it can be closed", ("", "Point", "What is wrong", "Look at"), rows, note=note)


def months(found: Any) -> Table:
    rows = [(links.to(row), row.start, row.end, state_of(row)) for row in found.order_by("start")]
    return Table("Months", ("Month", "From", "To", "State"), rows)


def changes(row: Period) -> Table:
    changes = PeriodChange.objects.filter(period=row).select_related("user").order_by("-pk")
    rows = [
        (
            words(change.at),
            change.get_area_display(),
            "locked" if change.locked else "opened",
            change.user or "",
            change.reason,
        )
        for change in changes
    ]
    return Table("What was locked and opened", ("When", "Area", "", "By", "Why"), rows)


def entries(title: str, found: Any) -> Table:
    rows = [
        (links.to(entry), entry.late_for, entry.date, links.to_source(entry.source_key), entry.memo)
        for entry in found.select_related("fiscal_year").order_by("date", "pk")[:50]
    ]
    return Table(title, ("Entry", "Belongs to", "Dated", "Caused by", "Memo"), rows)
