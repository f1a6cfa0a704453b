"""Pages that are read: what is known of one row as facts and tables, with buttons for what may be done.

Documents and books are looked at here, never edited. What a button does is an action in `actions`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import F
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import formats
from django.utils.timezone import localtime

from .actions import Button, Verbs

Cell = tuple[str, Any]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells under a heading. `needs` is the permission without which nobody sees it."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Any]]
    needs: str = ""
    note: str = ""

    def heads(self) -> list[Cell]:
        """Return the columns' names, each with the class for its style."""
        return list(zip(self._styles(), self.columns, strict=True))

    def body(self) -> Iterator[list[Cell]]:
        """Yield rows of cells as the page shows them: a class for its style, and the words."""
        styles = self._styles()
        for row in self.rows:
            yield [(style, _shown(value)) for style, value in zip(styles, row, strict=True)]

    def _styles(self) -> list[str]:
        columns = zip(*self.rows, strict=True)
        return [next(filter(None, map(_style, column)), "") for column in columns]


@dataclass(frozen=True, slots=True)
class Page:
    """What is shown of one row: facts with their names, then tables. Empty tables are left out."""

    facts: Sequence[tuple[str, Any]]
    tables: Sequence[Table] = field(default=())

    def for_user(self, user: Any) -> "Page":
        """Return what this person may see of it."""
        seen = [table for table in self.tables if not table.needs or user.has_perm(table.needs)]
        facts = [(name, words(value)) for name, value in self.facts if value not in (None, "")]
        return Page(facts, [table for table in seen if table.rows])


class ReadOnlyAdmin(Verbs, admin.ModelAdmin):
    """A list and pages to read. A subclass says what is on a page, and which verbs it offers."""

    list_per_page = 50
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def page(self, request: HttpRequest, row: Any) -> Page:
        """Return what is shown of a row."""
        raise NotImplementedError

    def offered(self, row: Any) -> Sequence[str]:
        """Name the actions that make sense for a row, in the order of their buttons."""
        return ()

    def more_buttons(self, request: HttpRequest, row: Any) -> list[Button]:
        """Return buttons beside those of the row's own actions."""
        return []

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Show the page of a row, to whoever may see it."""
        row = self.get_object(request, unquote(object_id))
        if row is None:
            raise Http404
        if not self.has_view_permission(request, row):
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            "title": f"{self.opts.verbose_name.capitalize()} {self.name_of(row)}",
            "opts": self.opts,
            "page": self.page(request, row).for_user(request.user),
            "buttons": [*self.own_buttons(request, row), *self.more_buttons(request, row)],
        }
        return TemplateResponse(request, "admin/read_only_page.html", context)

    def own_buttons(self, request: HttpRequest, row: Any) -> list[Button]:
        """Return a button for each offered action that this person may take."""
        allowed = self.get_actions(request)
        return [
            self.button(name, [row.pk], label=allowed[name][2])
            for name in self.offered(row)
            if name in allowed
        ]


def amount(name: str, label: str = "") -> Any:
    """Return a column for a list that shows a field's money, or a count, by a name of our own."""

    @admin.display(ordering=F(name), description=label or name)
    def amount_shown(row: Any) -> str:
        return words(getattr(row, name))

    return amount_shown


def words(value: Any) -> Any:
    """Return a value as a page says it: money with two places, dates in the local way, yes and no."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal):
        return f"{value:,.2f}"
    if isinstance(value, datetime):
        return formats.date_format(localtime(value), "DATETIME_FORMAT")
    return formats.date_format(value, "DATE_FORMAT") if isinstance(value, date) else value


def _shown(value: Any) -> Any:
    return value if isinstance(value, Button) else words(value)


def _style(value: Any) -> str:
    if isinstance(value, Button):
        return "act"
    if isinstance(value, date):
        return "day"
    return "number" if isinstance(value, Decimal | int) and not isinstance(value, bool) else ""
