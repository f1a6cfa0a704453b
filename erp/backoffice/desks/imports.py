"""Lists brought in: uploaded, looked at row by row, applied, undone. And the same lists to take away."""

from collections.abc import Iterator, Sequence
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Case, Count, Q, QuerySet, When
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html_join

from accounting.refusal import Refusal

from .. import links
from ..actions import verb
from ..exporting import Exported, export_of
from ..intake import files, previewing, reading, running
from ..intake.kinds import KINDS
from ..models import DataImport, DataRow
from ..pages import Page, ReadOnlyAdmin, Table
from ..papers import file_answer
from ..site import office

State, Fate = DataImport.State, DataRow.Fate
ADD = "backoffice.add_dataimport"
SHOWN = 100
MOVING = (State.RUNNING, State.UNDOING)
SECONDS = "2"
TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
TOLD = {"all": "is being imported", "good": "is being imported, without its refused rows"}


class UploadForm(forms.Form):
    """A list and what it is one of."""

    kind = forms.ChoiceField(label="List of")
    file = forms.FileField(
        help_text="CSV or XLSX with the names of its columns in the first row; at most 5 MB and 20,000 rows."
        " Nothing is changed yet: you are shown first what would be."
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(name, KINDS[name].title) for name in _kinds(user)]
        self.fields["kind"].choices = choices  # type: ignore[attr-defined]


@admin.register(DataImport, site=office)
class DataImportAdmin(Exported, ReadOnlyAdmin):
    change_list_template = "admin/import_list.html"
    list_display = ("__str__", "created_at", "state", "taken", "refused", "user")
    list_filter = ("kind", "state", "created_at")
    list_select_related = ("user",)
    search_fields = ("name", "sha256")
    ordering = ("-pk",)
    actions = ("take_all", "take_good", "discard", "undo")
    resource_classes = [
        export_of(DataImport, "id", "kind", "name", "state", "mode", "created_at", "finished_at", "sha256")
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        refused = Count("rows", filter=Q(rows__fate=Fate.REFUSED))
        counted = {"count_taken": Count("rows", filter=Q(rows__is_taken=True)), "count_refused": refused}
        return super().get_queryset(request).filter(kind__in=_kinds(request.user)).annotate(**counted)

    @admin.display(description="rows taken")
    def taken(self, row: Any) -> int:
        return row.count_taken

    @admin.display(description="rows refused")
    def refused(self, row: Any) -> int:
        return row.count_refused

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(ADD) and bool(_kinds(request.user))  # type: ignore[union-attr]

    def get_urls(self) -> list[Any]:
        """Add the files that are handed out."""
        view = self.admin_site.admin_view
        return [
            path("all/<slug:name>.<slug:form>", view(self.everything), name="import_everything"),
            path("<int:pk>/<slug:what>.csv", view(self.file_of), name="import_file"),
            *super().get_urls(),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        kinds = [KINDS[name] for name in _kinds(request.user)]
        return super().changelist_view(request, {**(extra_context or {}), "kinds": kinds})

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Ask for a file, and show what it would do."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = UploadForm(request.POST or None, request.FILES or None, user=request.user)
        if form.is_valid():
            file, kind = form.cleaned_data["file"], KINDS[form.cleaned_data["kind"]]
            try:
                content = file.read(reading.LARGEST + 1)
                return redirect(
                    links.page_of(previewing.keep(content, kind, name=file.name, by=request.user))
                )
            except Refusal as refusal:
                form.add_error("file", str(refusal))
        helps = [(kind.title, kind.help) for kind in map(KINDS.get, _kinds(request.user)) if kind]
        context = {
            **self.admin_site.each_context(request),
            "title": "Look at a list",
            "opts": self.opts,
            "form": form,
            "preview": [Table("Columns of each list", ("List", "Columns"), helps)],
            "is_lookup": True,
        }
        return TemplateResponse(request, "admin/read_in.html", context)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Show an import; while it is moving, again and again."""
        response = super().change_view(request, object_id, form_url, extra_context)
        if DataImport.objects.filter(pk=object_id, state__in=MOVING).exists():
            response["Refresh"] = SECONDS
        return response

    def page(self, request: HttpRequest, row: Any) -> Page:
        counts = _counts(row)
        before = previewing.same_file(row) if row.state == State.PREVIEWED else None
        facts = [
            ("List of", KINDS[row.kind].title),
            ("State", row.get_state_display()),
            ("Warning", f"The same file was imported already: import {before}" if before else ""),
            ("Why", row.why),
            ("Rows", _filters(row, counts)),
            ("Taken", f"{counts['taken']:,} of {counts['new'] + counts['changed']:,}" if row.mode else ""),
            ("Undone", f"{counts['undone']:,} of {counts['taken']:,}" if counts["undone"] else ""),
            ("Wrong with the file", "; ".join(f"{column}: {why}" for column, _, why in row.wrong)),
            ("Refused rows", _files(row) if counts["refused"] or counts["wrong"] or row.wrong else ""),
            ("Mode", row.get_mode_display()),
            ("File", row.name),
            ("Read", row.how),
            ("Columns left out", _left_out(row)),
            ("Uploaded", row.created_at),
            ("Finished", row.finished_at),
            ("By", row.user),
        ]
        return Page(facts, [_rows(request, row)])

    def offered(self, row: Any) -> Sequence[str]:
        if row.state == State.DONE:
            return ["undo"]
        if row.state != State.PREVIEWED:
            return []
        counts = _counts(row)
        if not counts["new"] + counts["changed"] or row.wrong:
            return ["discard"]
        if not counts["refused"]:
            return ["take_all", "discard"]
        return ["discard"] if KINDS[row.kind].is_whole else ["take_good", "discard"]

    @verb("Import all rows", needs=ADD)
    def take_all(self, request: HttpRequest, rows: QuerySet) -> HttpResponse | None:
        return self._take(request, rows, DataImport.Mode.ALL)

    @verb("Import the good rows only", needs=ADD)
    def take_good(self, request: HttpRequest, rows: QuerySet) -> HttpResponse | None:
        return self._take(request, rows, DataImport.Mode.GOOD)

    @verb("Discard", needs=ADD)
    def discard(self, request: HttpRequest, rows: QuerySet) -> HttpResponse | None:
        def take(row: DataImport) -> str:
            running.discard(row)
            return f"{row} is discarded."

        return self.carry_out(request, rows.order_by("pk"), take)

    @verb("Undo", needs=ADD)
    def undo(self, request: HttpRequest, rows: QuerySet) -> HttpResponse | None:
        def take(row: DataImport) -> str:
            running.undo(row)
            return f"{row} is being undone."

        return self.carry_out(request, rows.order_by("pk"), take)

    def _take(self, request: HttpRequest, rows: QuerySet, mode: str) -> HttpResponse | None:
        def take(row: DataImport) -> str:
            running.accept(row, mode=mode, by=request.user)
            return f"{row} {TOLD[mode]}."

        return self.carry_out(request, rows.order_by("pk"), take)

    def everything(self, request: HttpRequest, name: str, form: str) -> HttpResponse:
        """Hand out all there is of a kind."""
        if name not in KINDS or form not in files.FORMATS:
            raise Http404
        if not self.has_view_permission(request) or name not in _kinds(request.user):
            raise PermissionDenied
        day = timezone.localdate()
        return file_answer(files.everything(KINDS[name], form), f"{name}-{day}.{form}", TYPES[form])

    def file_of(self, request: HttpRequest, pk: int, what: str) -> HttpResponse:
        """Hand out what is wrong with an import, or its refused rows."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        row = get_object_or_404(self.get_queryset(request), pk=pk)
        if what not in ("reasons", "refused"):
            raise Http404
        text = files.report(files.refusals(row)) if what == "reasons" else files.refused_rows(row)
        return file_answer(text.encode(), f"import-{pk}-{what}.csv", TYPES["csv"])


def _kinds(user: Any) -> list[str]:
    """Return the lists that somebody may bring in and take away."""
    return [name for name, kind in KINDS.items() if user.has_perm(kind.needs)]


def _counts(row: DataImport) -> dict[str, int]:
    fates = {fate: Count("pk", filter=Q(fate=fate)) for fate in Fate.values}
    return row.rows.aggregate(
        **fates,
        taken=Count("pk", filter=Q(is_taken=True)),
        undone=Count("pk", filter=Q(is_undone=True)),
        wrong=Count("pk", filter=~Q(wrong=[])),
    )


def _filters(row: DataImport, counts: dict[str, int]) -> Any:
    shown = [(f"{links.page_of(row)}?show={fate}", counts[fate], Fate(fate).label) for fate in Fate.values]
    return format_html_join(" · ", '<a href="{}">{} {}</a>', [one for one in shown if one[1]])


def _files(row: DataImport) -> Any:
    names = {"refused": "to be corrected (CSV)", "reasons": "all reasons (CSV)"}
    found = [(reverse("admin:import_file", args=[row.pk, what]), words) for what, words in names.items()]
    return format_html_join(" · ", '<a href="{}">{}</a>', found)


def _left_out(row: DataImport) -> str:
    return ", ".join(name for name in row.header if name and KINDS[row.kind].column(name) is None)


def _rows(request: HttpRequest, row: DataImport) -> Table:
    """Return some rows of an import; those that are refused first."""
    show = request.GET.get("show", "")
    rows: Any = row.rows.filter(fate=show) if show in Fate.values else row.rows.all()
    first = Case(When(wrong=[], then=1), default=0)
    page = Paginator(rows.order_by(first, "number"), SHOWN).get_page(request.GET.get("page"))
    told = [
        (one.number, one.get_fate_display(), _key(row, one), _words(_changes(one)), _words(_reasons(one)))
        for one in page.object_list
    ]
    title = f"Rows, page {page.number} of {page.paginator.num_pages}"
    if page.has_next():
        url = f"{links.page_of(row)}?show={show}&page={page.next_page_number()}"
        told.append(("", "", links.anchor(url, "Next page"), "", ""))
    return Table(title, ("Row", "What", "Which", "Change", "Refused because"), told)


def _key(row: DataImport, one: DataRow) -> str:
    return " / ".join(filter(None, (one.values.get(name, "") for name in KINDS[row.kind].keys)))


def _changes(one: DataRow) -> Iterator[str]:
    for column, before, after in one.changes if one.fate != Fate.REFUSED else ():
        if one.fate == Fate.NEW and not after:
            continue
        said = _short(after) or "empty"
        yield (
            f"{column}: {said}" if one.fate == Fate.NEW else f"{column}: {_short(before) or 'empty'} → {said}"
        )


def _reasons(one: DataRow) -> Iterator[str]:
    for column, value, reason in one.wrong:
        yield " ".join(filter(None, [column, f"'{_short(value)}'" if value else "", reason]))


def _words(parts: Iterator[str]) -> Any:
    return format_html_join("; ", "{}", ((part,) for part in parts))


def _short(words: str) -> str:
    return words if len(words) <= 60 else f"{words[:57]}…"
