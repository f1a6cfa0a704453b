"""Which files of the books were handed out: to look at. They are taken on the page of exports."""

from django.contrib import admin
from django.http import HttpRequest

from accounting.models import ExportRecord

from ..exporting import Exported, export_of
from ..pages import Page, ReadOnlyAdmin
from ..site import office


@admin.register(ExportRecord, site=office)
class ExportRecordAdmin(Exported, ReadOnlyAdmin):
    list_display = ("name", "format", "start", "end", "rows", "size", "user", "at")
    list_filter = ("format", "at")
    list_select_related = ("user",)
    search_fields = ("name", "sha256", "user__email")
    ordering = ("-pk",)
    resource_classes = [
        export_of(
            ExportRecord, "at", "user__email", "format", "name", "start", "end", "rows", "size", "sha256"
        )
    ]

    def page(self, request: HttpRequest, row: ExportRecord) -> Page:
        facts = [
            ("Format", row.format),
            ("From", row.start or "the first day"),
            ("To", row.end or "the last"),
            ("Rows", row.rows),
            ("Bytes", row.size),
            ("SHA-256", row.sha256),
            ("By", row.user or "somebody at the command line"),
            ("When", row.at),
        ]
        return Page(facts)
