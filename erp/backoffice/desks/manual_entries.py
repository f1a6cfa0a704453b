"""Entries by hand: drafted, agreed to by a second person, posted, undone; with the papers that prove them."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils import timezone

from accounting import attachments, drafts
from accounting.models import EntryDraft
from erp.documents.services import company

from .. import entry_pages, links
from ..actions import Button, answers, verb
from ..entry_forms import FilesForm, UndoForm
from ..exporting import Exported, export_of
from ..pages import Page, ReadOnlyAdmin, Table, amount
from ..site import office

State = EntryDraft.State
WRITE = entry_pages.WRITE
AGREE = "accounting.change_entrydraft"
OFFERED: dict[str, tuple[str, ...]] = {
    State.DRAFT: ("hand_in", "edit", "attach", "discard"),
    State.WAITING: ("approve", "edit", "attach", "discard"),
    State.POSTED: ("undo", "attach"),
}


class UndoFilter(admin.SimpleListFilter):
    """Entries that should have been undone by now."""

    title = "undoing"
    parameter_name = "undo"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("due", "due, not yet done")]

    def queryset(self, request: HttpRequest, rows: QuerySet[EntryDraft]) -> QuerySet[EntryDraft]:
        return rows.filter(pk__in=drafts.to_undo(timezone.localdate())) if self.value() else rows


@admin.register(EntryDraft, site=office)
class EntryDraftAdmin(Exported, ReadOnlyAdmin):
    list_display = (
        *("number", "date", "memo", amount("turnover"), "state", "entry", "reverse_on", "approved_by"),
    )
    list_display_links = ("number", "memo")
    list_filter = ("state", UndoFilter, "date")
    list_select_related = ("entry__fiscal_year", "drafted_by", "approved_by")
    search_fields = ("memo", "document_no")
    ordering = ("-pk",)
    actions = ("hand_in", "approve", "undo", "edit", "attach", "discard")
    resource_classes = [
        export_of(
            EntryDraft,
            *("id", "state", "date", "memo", "document_no", "reverse_on", "drafted_by__email"),
            *("drafted_at", "changed_by__email", "approved_by__email"),
        )
    ]

    @admin.display(ordering="pk", description="no.")
    def number(self, row: EntryDraft) -> str:
        return str(row.pk)

    def get_queryset(self, request: HttpRequest) -> QuerySet[EntryDraft]:
        return super().get_queryset(request).annotate(turnover=drafts.turnover_of_each())

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(WRITE)

    def get_urls(self) -> list[Any]:
        """Add the pages on which a draft is changed and its files are handed out."""
        own = [
            path("<int:pk>/edit/", self.admin_site.admin_view(self.edit_view), name="entry_edit"),
            path("file/<int:pk>/", self.admin_site.admin_view(entry_pages.file), name="entry_file"),
        ]
        return [*own, *super().get_urls()]

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        return entry_pages.add(request, self.admin_site.each_context(request))

    def edit_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        return entry_pages.edit(request, pk, self.admin_site.each_context(request))

    def page(self, request: HttpRequest, row: EntryDraft) -> Page:
        mirror = getattr(row.entry, "reversed_by", None)
        facts = [
            ("State", row.get_state_display()),
            ("Date", row.date),
            ("What for", row.memo),
            ("Document", row.document_no),
            ("Debits", drafts.turnover(row)),
            ("In the books as", links.to(row.entry)),
            ("Undo on", row.reverse_on),
            ("Undone by", links.to(mirror)),
            ("Drafted by", row.drafted_by),
            ("Drafted", row.drafted_at),
            ("Changed by", row.changed_by),
            ("Agreed to by", row.approved_by),
        ]
        return Page(facts, [_lines(row), _files(row)])

    def offered(self, row: EntryDraft) -> Sequence[str]:
        offered = OFFERED.get(row.state, ())
        return [name for name in offered if name != "undo" or not drafts.is_undone(row)]

    def own_buttons(self, request: HttpRequest, row: EntryDraft) -> list[Button]:
        """Let buttons say what was seen beside them: nobody agrees to what was changed meanwhile."""
        seen = ("seen", drafts.fingerprint(row))
        return [
            replace(button, fields=[*button.fields, seen]) for button in super().own_buttons(request, row)
        ]

    @verb("Post", needs=AGREE)
    def hand_in(self, request: HttpRequest, rows: QuerySet[EntryDraft]) -> HttpResponse | None:
        def take(row: EntryDraft) -> str:
            limit = company().entry_limit
            done = drafts.hand_in(row, limit=limit, on=timezone.localdate(), by=request.user)
            if done.state == State.POSTED:
                return f"Entry {row} is posted as {done.entry}."
            return f"Entry {row} is above {limit} and waits for a second person."

        return self.carry_out(request, rows.order_by("pk"), take)

    @verb("Agree and post", needs=AGREE)
    def approve(self, request: HttpRequest, rows: QuerySet[EntryDraft]) -> HttpResponse | None:
        def take(row: EntryDraft) -> str:
            seen = request.POST.get("seen", "")
            done = drafts.approve(row, on=timezone.localdate(), by=request.user, seen=seen)
            return f"Entry {row} is posted as {done.entry}."

        return self.carry_out(request, rows.order_by("pk"), take)

    @verb("Reverse…", needs=AGREE)
    def undo(self, request: HttpRequest, rows: QuerySet[EntryDraft]) -> HttpResponse | None:
        """Ask on which day an entry is undone by its mirror, then post that or leave it to the daily work."""
        kept, form = self.only_one(request, rows), UndoForm(answers(request))
        if kept is None:
            return None
        if not form.is_valid():
            return self.ask(request, f"Reverse entry {kept}", [kept], [("", form)])
        day, today = form.cleaned_data["day"], timezone.localdate()

        def take(row: EntryDraft) -> str:
            drafts.reverse_on(row, day=day, limit=company().entry_limit, on=today, by=request.user)
            return f"Entry {row} {'is undone' if day <= today else 'will be undone'} on {day:%d.%m.%Y}."

        return self.carry_out(request, [kept], take)

    @verb("Edit…", needs=WRITE)
    def edit(self, request: HttpRequest, rows: QuerySet[EntryDraft]) -> HttpResponse | None:
        kept = self.only_one(request, rows)
        return kept and redirect(reverse("admin:entry_edit", args=[kept.pk]))

    @verb("Attach files…", needs=WRITE)
    def attach(self, request: HttpRequest, rows: QuerySet[EntryDraft]) -> HttpResponse | None:
        """Ask for papers, then keep them beside the entry."""
        kept, form = self.only_one(request, rows), FilesForm(answers(request), request.FILES or None)
        if kept is None:
            return None
        if not form.is_valid():
            return self.ask(request, f"Attach files to entry {kept}", [kept], [("", form)])
        files = [(file.name, file.read()) for file in form.cleaned_data["papers"]]

        def take(row: EntryDraft) -> str:
            attachments.attach(row, files, by=request.user)
            return f"{', '.join(name for name, _ in files)}: kept with entry {row}."

        return self.carry_out(request, [kept], take)

    @verb("Discard", needs=WRITE)
    def discard(self, request: HttpRequest, rows: QuerySet[EntryDraft]) -> HttpResponse | None:
        def take(row: EntryDraft) -> str:
            drafts.discard(row)
            return f"Entry {row} is discarded."

        return self.carry_out(request, rows.order_by("pk"), take)


def _lines(row: EntryDraft) -> Table:
    rows = [
        (
            links.to(line.account),
            line.amount if line.amount > 0 else None,
            -line.amount if line.amount < 0 else None,
            links.to(line.party),
            line.tax_code.code if line.tax_code else "",
            line.memo,
        )
        for line in drafts.wording(row).lines
    ]
    columns = ("Account", "Debit", "Credit", "Customer or supplier", "VAT code", "Memo")
    return Table("Lines", columns, rows)


def _files(row: EntryDraft) -> Table:
    rows = [
        (links.anchor(reverse("admin:entry_file", args=[one.pk]), one.name), one.user, one.at, one.sha256)
        for one in row.attachments.defer("content").select_related("user").order_by("pk")  # type: ignore[attr-defined]
    ]
    return Table("Files", ("File", "Attached by", "At", "SHA-256"), rows)
