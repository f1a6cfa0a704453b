"""Lists as CSV and XLSX. Whatever stands in them, no spreadsheet takes words for a formula."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.http import HttpRequest
from django.utils.timezone import localtime
from import_export.admin import ExportMixin
from import_export.formats.base_formats import CSV, XLSX
from import_export.resources import ModelResource

# What a spreadsheet takes for the beginning of a formula (OWASP, CSV injection).
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n")


class ListExport(ModelResource):
    """What a list exports: numbers and dates as such, words made harmless."""

    def export_field(self, field: Any, instance: Any, **kwargs: Any) -> Any:
        """Return a cell. The library's widgets are passed by: they take money for whole numbers."""
        return cell(field.get_value(instance))


class Exported(ExportMixin):
    """An admin whose list can be exported by whoever may see it."""

    formats = [CSV, XLSX]
    # The library's own page needs scripts and styles in its text, which our pages do not allow.
    export_template_name = "admin/export.html"

    def has_export_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)  # type: ignore[attr-defined]


def cell(value: Any) -> Any:
    """Return a value as a spreadsheet should hold it."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return localtime(value).strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, Decimal | int | date) and not isinstance(value, bool):
        return value
    return harmless(str(value))


def harmless(text: str) -> str:
    """Put a quote before words that a spreadsheet would take for a formula."""
    return f"'{text}" if text.startswith(DANGEROUS) else text


def export_of(exported: Any, *columns: str) -> type[ListExport]:
    """Return the export of a model's columns; one of a related row is named such as order__number."""
    meta = type("Meta", (), {"model": exported, "fields": columns, "export_order": columns})
    return type(f"{exported.__name__}Export", (ListExport,), {"Meta": meta})
