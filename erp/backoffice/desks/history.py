"""Changes to settings, rates, roles and people: who, when, from what to what. To read and to take away."""

from collections.abc import Iterator
from typing import Any

from auditlog.models import LogEntry
from django.contrib import admin
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from import_export.fields import Field

from .. import links
from ..exporting import Exported, ListExport
from ..pages import Page, ReadOnlyAdmin, Table
from ..site import office

# How a model's own page asks for the changes of its row.
OF_ONE_ROW = {"content_type__app_label", "content_type__model", "object_pk"}


class ChangesExport(ListExport):
    """The list with each change in words."""

    by = Field(attribute="actor_email", column_name="by")
    what = Field(attribute="content_type__model", column_name="kind")
    said = Field(column_name="changes")

    class Meta:
        model = LogEntry
        fields = ("timestamp", "by", "what", "object_repr", "action", "said")
        export_order = fields

    def export_field(self, field: Any, instance: Any, **kwargs: Any) -> Any:
        """Write the action as a word, and the changes as the list shows them."""
        if field.column_name == "changes":
            return in_words(instance)
        if field.column_name == "action":
            return instance.get_action_display()
        return super().export_field(field, instance, **kwargs)


@admin.register(LogEntry, site=office)
class LogEntryAdmin(Exported, ReadOnlyAdmin):
    list_display = ("timestamp", "who", "kind", "object_repr", "action", "changed")
    list_filter = (
        "timestamp",
        "action",
        ("content_type", admin.RelatedOnlyFieldListFilter),
        ("actor", admin.RelatedOnlyFieldListFilter),
    )
    list_select_related = ("content_type", "actor")
    search_fields = ("object_repr", "actor_email")
    ordering = ("-pk",)
    date_hierarchy = "timestamp"
    resource_classes = [ChangesExport]

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest | None = None) -> bool:
        return lookup in OF_ONE_ROW or super().lookup_allowed(lookup, value, request)  # type: ignore[arg-type]

    def name_of(self, row: LogEntry) -> str:
        return f"of {row.object_repr}"

    @admin.display(description="by", ordering="actor_email")
    def who(self, row: LogEntry) -> str:
        return row.actor_email or "itself"

    @admin.display(description="of", ordering="content_type__model")
    def kind(self, row: LogEntry) -> str:
        return row.content_type.name

    @admin.display(description="changed")
    def changed(self, row: LogEntry) -> str:
        return in_words(row)[:200]

    def page(self, request: HttpRequest, row: LogEntry) -> Page:
        facts = [
            ("Of", f"{row.content_type.name} {row.object_repr}"),
            ("Its page", _link(row)),
            ("What", row.get_action_display()),
            ("When", row.timestamp),
            ("By", self.who(row)),
        ]
        return Page(facts, [Table("Changes", ("What", "From", "To"), list(_changes(row)))])


def in_words(row: LogEntry) -> str:
    """Return what changed: each column from what to what."""
    return "; ".join(f"{name}: {old} → {new}" for name, old, new in _changes(row))


def _changes(row: LogEntry) -> Iterator[tuple[str, str, str]]:
    for name, change in sorted((row.changes or {}).items()):
        if isinstance(change, dict):  # of a many-to-many relation
            named = ", ".join(change["objects"])
            added = change["operation"] == "add"
            yield name, "" if added else named, named if added else ""
        else:
            old, new = (("" if value in (None, "None") else str(value)) for value in change)
            yield name, old, new


def _link(row: LogEntry) -> str:
    kind = row.content_type
    try:
        url = reverse(f"admin:{kind.app_label}_{kind.model}_change", args=[row.object_pk])
    except NoReverseMatch:
        return ""
    return links.anchor(url, row.object_repr)
