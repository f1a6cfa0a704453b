"""The books to look at: entries and their lines, open items, periods."""

from typing import Any

from django.contrib import admin
from django.db.models import OuterRef, QuerySet, Subquery, Sum
from django.http import HttpRequest

from accounting.models import (
    JournalEntry,
    JournalLine,
    OpenItem,
)

from .. import bookshelf, links, ties, undoing
from ..actions import Button
from ..exporting import Exported, export_of
from ..pages import Page, ReadOnlyAdmin, amount
from ..site import office


@admin.register(JournalEntry, site=office)
class JournalEntryAdmin(Exported, ReadOnlyAdmin):
    list_display = (
        "__str__",
        "date",
        "late_for",
        "memo",
        "document_no",
        amount("turnover", "amount"),
        "cause",
        "posted_by",
    )
    list_filter = ("journal", "date", ("late_for", admin.EmptyFieldListFilter))
    list_select_related = ("fiscal_year", "posted_by")
    search_fields = ("source_key", "document_no", "memo")
    ordering = ("-date", "-pk")
    date_hierarchy = "date"
    resource_classes = [
        export_of(JournalEntry, "journal", "number", "date", "document_no", "memo", "source_key", "hash")
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[JournalEntry]:
        lines = JournalLine.objects.filter(entry=OuterRef("pk")).order_by().values("entry")
        total = lines.annotate(total=Sum("debit")).values("total")
        return super().get_queryset(request).annotate(turnover=Subquery(total))

    @admin.display(ordering="source_key", description="caused by")
    def cause(self, entry: JournalEntry) -> str:
        return links.to_source(entry.source_key)

    def page(self, request: HttpRequest, row: JournalEntry) -> Page:
        facts = [
            ("Caused by", links.to_source(row.source_key)),
            ("Order", bookshelf.order_behind(row.source_key)),
            ("Date", row.date),
            ("Late for", row.late_for),
            ("Journal", row.get_journal_display()),
            ("Document", row.document_no and links.to_source(row.source_key, row.document_no)),
            ("Memo", row.memo),
            ("Reverses", links.to(row.reverses)),
            ("Reversed by", links.to(JournalEntry.objects.filter(reverses=row).first())),
            ("To undo it", undoing.how(row)),
            ("Posted", row.posted_at),
            ("Posted by", row.posted_by or "the chain"),
            ("Hash", row.hash),
        ]
        return Page(facts, [bookshelf.lines(row.lines.order_by("line_no")), ties.moves([row.source_key])])

    def more_buttons(self, request: HttpRequest, row: JournalEntry) -> list[Button]:
        return undoing.buttons(request.user, row)


@admin.register(JournalLine, site=office)
class JournalLineAdmin(Exported, ReadOnlyAdmin):
    list_display = (
        "entry_link",
        "date",
        "account",
        "party",
        amount("debit"),
        amount("credit"),
        "tax_code",
        "words",
    )
    list_display_links = None
    list_filter = ("entry__journal", "date", "account", "tax_code")
    list_select_related = ("entry__fiscal_year", "account", "party", "tax_code")
    search_fields = ("entry__document_no", "entry__source_key", "party__name")
    ordering = ("-date", "-entry", "line_no")
    date_hierarchy = "date"
    resource_classes = [
        export_of(
            JournalLine,
            "entry__journal",
            "entry__number",
            "date",
            "account__code",
            "account__name",
            "party__key",
            "party__name",
            "debit",
            "credit",
            "tax_code__code",
            "entry__document_no",
            "entry__memo",
            "entry__source_key",
        )
    ]

    @admin.display(ordering="entry", description="entry")
    def entry_link(self, line: JournalLine) -> str:
        return links.to(line.entry)

    @admin.display(description="memo")
    def words(self, line: JournalLine) -> str:
        return line.memo or line.entry.memo

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest) -> bool:
        """Let the trial balance link to an account's lines."""
        return lookup == "account__code" or super().lookup_allowed(lookup, value, request)

    def page(self, request: HttpRequest, row: JournalLine) -> Page:
        facts = [("Entry", links.to(row.entry)), ("Account", links.to(row.account)), ("Amount", row.amount)]
        return Page(facts)


@admin.register(OpenItem, site=office)
class OpenItemAdmin(Exported, ReadOnlyAdmin):
    list_display = (
        "entry",
        "party",
        "document",
        "date",
        "due",
        amount("original"),
        amount("residual", "open"),
    )
    list_filter = ("line__account", "line__date")
    list_select_related = ("line__entry__fiscal_year", "line__party", "line__account")
    search_fields = ("line__entry__document_no", "line__party__name", "line__entry__source_key")
    ordering = ("-pk",)
    resource_classes = [
        export_of(
            OpenItem,
            "line__date",
            "line__due_date",
            "line__party__key",
            "line__party__name",
            "line__entry__document_no",
            "original",
            "residual",
        )
    ]

    @admin.display(description="entry")
    def entry(self, item: OpenItem) -> str:
        return str(item.line.entry)

    @admin.display(ordering="line__party__name")
    def party(self, item: OpenItem) -> str:
        return str(item.line.party)

    @admin.display(ordering="line__entry__document_no")
    def document(self, item: OpenItem) -> str:
        return item.line.entry.document_no

    @admin.display(ordering="line__date")
    def date(self, item: OpenItem) -> Any:
        return item.line.date

    @admin.display(ordering="line__due_date")
    def due(self, item: OpenItem) -> Any:
        return item.line.due_date

    def page(self, request: HttpRequest, row: OpenItem) -> Page:
        facts = [
            ("Entry", links.to(row.line.entry)),
            ("Caused by", links.to_source(row.line.entry.source_key)),
            ("Customer or supplier", links.to(row.line.party)),
            ("Account", links.to(row.line.account)),
            ("Original", row.original),
            ("Still open", row.residual),
        ]
        return Page(facts, [bookshelf.settled_by(row)])
