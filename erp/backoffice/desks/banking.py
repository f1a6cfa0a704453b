"""Statements and lines of the bank: read in, matched, split, left, undone."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from accounting.refusal import Refusal
from erp.banking import matching, proposals, splitting, statements
from erp.banking.matching import source_key
from erp.banking.models import BankLine, BankMatch, BankStatement, CsvMapping
from erp.banking.proposals import Proposal

from .. import bank_tables, links, ties
from ..actions import answers, verb
from ..bank_forms import LeaveForm, SplitForm, StatementForm
from ..bank_pages import READ_IN, proposal_buttons
from ..exporting import Exported, export_of
from ..pages import Page, ReadOnlyAdmin, amount
from ..site import office

State = BankLine.State
MATCH = "banking.change_bankline"
OFFERED = {State.OPEN: ["split", "leave"], State.LEFT: ["take_up"], State.MATCHED: ["undo"]}


class ProposalGone(Refusal):
    """What was proposed for a line is not proposed any more: somebody else was faster."""


@admin.register(BankLine, site=office)
class BankLineAdmin(Exported, ReadOnlyAdmin):
    change_list_template = "admin/bank_list.html"
    list_display = ("booked_on", amount("amount"), "name", "words", "state", "reason")
    list_display_links = ("booked_on", "name")
    list_filter = ("state", "booked_on", "is_reversal")
    search_fields = ("name", "text", "iban", "end_to_end", "reference")
    ordering = ("-booked_on", "-pk")
    date_hierarchy = "booked_on"
    actions = ("accept", "split", "leave", "take_up", "undo")
    resource_classes = [
        export_of(BankLine, "booked_on", "valued_on", "amount", "name", "iban", "text", "state", "reason")
    ]

    @admin.display(description="text")
    def words(self, line: BankLine) -> str:
        return line.text[:120]

    def page(self, request: HttpRequest, row: BankLine) -> Page:
        facts = [
            ("Amount", row.amount),
            ("Booked", row.booked_on),
            ("Valued", row.valued_on),
            ("Name", row.name),
            ("IBAN", row.iban),
            ("Text", row.text),
            ("End-to-end id", row.end_to_end),
            ("Bank's reference", row.reference),
            ("Undoes an earlier movement", row.is_reversal),
            ("State", row.get_state_display()),
            ("Left because", row.reason),
            ("Statement", links.to(row.statement)),
        ]
        found = BankMatch.objects.filter(line=row)
        keys = [f"payment:{match.operation.reference}" for match in found if match.operation]
        keys += [source_key(match) for match in found]
        return Page(facts, [bank_tables.matches(found), ties.entries(keys)])

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Show a line with what it could stand for."""
        response = super().change_view(request, object_id, form_url, extra_context)
        if isinstance(response, TemplateResponse):
            response.template_name = "admin/bank_line.html"
            row = BankLine.objects.get(pk=object_id)
            found = proposals.for_line(row) if row.state == State.OPEN else []
            may = request.user.has_perm(MATCH)
            response.context_data |= {  # type: ignore[operator]
                "line": row,
                "proposals": proposal_buttons(row, found, may_match=may),
            }
        return response

    def offered(self, row: BankLine) -> Sequence[str]:
        return OFFERED[State(row.state)]

    @verb("Accept what is sure", needs=MATCH)
    def accept(self, request: HttpRequest, lines: QuerySet[BankLine]) -> HttpResponse | None:
        """Accept the proposal that was pressed, or else of each line the one that is sure."""
        key = request.POST.get("proposal", "")

        def take(line: BankLine) -> str:
            chosen = _chosen(proposals.for_line(line), key)
            matching.accept(line, chosen.parts, why=" ".join(chosen.why), by=request.user)
            return f"{line}: {chosen.title}."

        return self.carry_out(request, lines.order_by("booked_on", "pk"), take)

    @verb("Choose or split…", needs=MATCH)
    def split(self, request: HttpRequest, lines: QuerySet[BankLine]) -> HttpResponse | None:
        """Ask what a line stands for, number by number."""
        line = self.only_one(request, lines)
        if line is None:
            return None
        form = SplitForm(answers(request), amount=line.amount)
        if not form.is_valid():
            return self.ask(request, f"Say what {line} stands for", [line], [(line.text, form)])

        def take(line: BankLine) -> str:
            parts = splitting.parts(line, form.numbers(), form.account())
            matching.accept(line, parts, why="Chosen by hand.", by=request.user)
            return f"{line} stands for {len(parts)} part{'' if len(parts) == 1 else 's'}."

        return self.carry_out(request, [line], take)

    @verb("Leave…", needs=MATCH)
    def leave(self, request: HttpRequest, lines: QuerySet[BankLine]) -> HttpResponse | None:
        """Ask why lines are left as they are."""
        return self._with_reason(
            request,
            lines,
            "Leave",
            lambda line, reason: matching.leave(line, reason=reason),
            "is left as it is",
        )

    @verb("Take up again", needs=MATCH)
    def take_up(self, request: HttpRequest, lines: QuerySet[BankLine]) -> HttpResponse | None:
        def take(line: BankLine) -> str:
            matching.take_up(line)
            return f"{line} is to be matched again."

        return self.carry_out(request, lines.order_by("pk"), take)

    @verb("Undo…", needs=MATCH)
    def undo(self, request: HttpRequest, lines: QuerySet[BankLine]) -> HttpResponse | None:
        """Ask why, then free lines of what they were said to stand for."""
        now = timezone.now()
        return self._with_reason(
            request,
            lines,
            "Undo",
            lambda line, reason: matching.undo(line, because=reason, now=now, by=request.user),
            "is to be matched again",
        )

    def _with_reason(
        self, request: HttpRequest, lines: QuerySet[BankLine], title: str, do: Any, done: str
    ) -> HttpResponse | None:
        rows = list(lines.order_by("pk"))
        form = LeaveForm(answers(request))
        if not form.is_valid():
            names = ", ".join(str(row) for row in rows)
            return self.ask(request, f"{title} {names}", rows, [("", form)])

        def take(line: BankLine) -> str:
            do(line, form.cleaned_data["reason"])
            return f"{line} {done}."

        return self.carry_out(request, rows, take)


def _chosen(found: Sequence[Proposal], key: str) -> Proposal:
    """Return the proposal that was pressed, or without one what is sure. Raises ProposalGone."""
    sure = proposals.exact(found)
    chosen = next((one for one in found if one.key == key), None) if key else sure
    if chosen is None:
        raise ProposalGone("That is no longer proposed." if key else "Nothing is sure about it.")
    return chosen


@admin.register(BankStatement, site=office)
class BankStatementAdmin(Exported, ReadOnlyAdmin):
    change_list_template = "admin/bank_list.html"
    list_display = (
        "__str__",
        "starts_on",
        "ends_on",
        amount("opening"),
        amount("closing"),
        "imported_at",
        "user",
    )
    list_select_related = ("user",)
    search_fields = ("number", "file_name", "iban")
    ordering = ("-ends_on", "-pk")
    resource_classes = [
        export_of(BankStatement, "number", "iban", "starts_on", "ends_on", "opening", "closing", "file_name")
    ]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(READ_IN)  # type: ignore[union-attr]

    def page(self, request: HttpRequest, row: BankStatement) -> Page:
        facts = [
            ("Account", row.iban),
            ("From", row.starts_on),
            ("To", row.ends_on),
            ("Opening balance", row.opening),
            ("Closing balance", row.closing),
            ("Known from earlier files", row.known or None),
            ("File", row.file_name),
            ("SHA-256", row.sha256),
            ("Read in", row.imported_at),
            ("By", row.user),
        ]
        return Page(facts, [bank_tables.lines(BankLine.objects.filter(statement=row).order_by("position"))])

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Ask for a file; show what is in it, or read it in."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = StatementForm(request.POST or None, request.FILES or None)
        preview: Any = None
        if form.is_valid():
            try:
                if "preview" not in request.POST:
                    return self._read_in(request, form)
                preview = self._preview(form)
            except Refusal as refusal:
                form.add_error(None, str(refusal))
        context = {
            **self.admin_site.each_context(request),
            "title": "Read in a statement",
            "opts": self.opts,
            "form": form,
            "preview": preview,
            "previews": True,
        }
        return TemplateResponse(request, "admin/read_in.html", context)

    def _preview(self, form: StatementForm) -> Any:
        """Return the first lines of each statement of a file, as they would be read in."""
        content, mapping = form.content(), form.cleaned_data["mapping"]
        return bank_tables.previews(statements.read(content, mapping=mapping, balances=form.balances()))

    def _read_in(self, request: HttpRequest, form: StatementForm) -> HttpResponse:
        imported = statements.load(
            form.content(),
            name=form.name(),
            today=timezone.localdate(),
            mapping=form.cleaned_data["mapping"],
            balances=form.balances(),
            by=request.user,
        )
        known = f", {imported.known} were known already" if imported.known else ""
        messages.success(request, f"{len(imported.lines)} lines are new{known}.")
        for warning in imported.warnings:
            messages.warning(request, warning)
        if form.cleaned_data["accepts"]:
            accepted = matching.accept_exact(imported.lines, by=request.user)
            messages.success(request, f"{accepted.count} of them were sure and are accepted.")
            for refusal in accepted.refusals:
                messages.warning(request, refusal)
        return redirect(reverse("admin:bank_work"))


@admin.register(CsvMapping, site=office)
class CsvMappingAdmin(admin.ModelAdmin):
    """How a bank writes its CSV. What is read by it can be looked at before it is read in."""

    list_display = ("name", "delimiter", "encoding", "decimal_mark", "date_format")
    ordering = ("name",)
    fieldsets = (
        (None, {"fields": ("name", "delimiter", "encoding", "decimal_mark", "date_format", "skip_lines")}),
        (
            "Columns, by heading or by number",
            {
                "fields": (
                    *("booked_on", "valued_on", "amount", "debit", "credit", "sign", "going_out"),
                    *("party", "iban", "text", "end_to_end", "reference", "balance", "currency", "own_iban"),
                )
            },
        ),
    )
