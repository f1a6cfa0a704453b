"""Runs of all checks: when, by whom, and what they found, each finding with the page to look at."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.views.decorators.http import require_POST

from erp.closing import verifying
from erp.closing.models import Verification

from .. import links
from ..actions import Button
from ..exporting import Exported, export_of
from ..pages import Page, ReadOnlyAdmin, Table, words
from ..site import office

RUN = "closing.add_verification"


@admin.register(Verification, site=office)
class VerificationAdmin(Exported, ReadOnlyAdmin):
    change_list_template = "admin/verifications.html"
    list_display = ("started_at", "outcome", "checks", "user")
    list_filter = ("started_at",)
    list_select_related = ("user",)
    ordering = ("-pk",)
    resource_classes = [
        export_of(Verification, "started_at", "finished_at", "checks", "findings", "user__email")
    ]

    def name_of(self, row: Verification) -> str:
        return f"of {words(row.started_at)}"

    @admin.display(description="found")
    def outcome(self, row: Verification) -> str:
        count = len(row.findings)
        return f"{count} finding{'' if count == 1 else 's'}" if count else "nothing: all is well"

    def page(self, request: HttpRequest, row: Verification) -> Page:
        facts = [
            ("Begun", row.started_at),
            ("Ended", row.finished_at),
            ("Checks", row.checks),
            ("Found", self.outcome(row)),
            ("By", row.user or "itself"),
        ]
        rows = [
            (found["check"], found["text"], links.to_place(found.get("about", ""))) for found in row.findings
        ]
        return Page(facts, [Table("Findings", ("Check", "Finding", "Look at"), rows)])

    def get_urls(self) -> list[Any]:
        run = path("run/", self.admin_site.admin_view(require_POST(self.run)), name="run_checks")
        return [run, *super().get_urls()]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show the runs, when all was well last, and the button that runs all checks."""
        button = Button("Run all checks now", reverse("admin:run_checks"), [])
        shown = {
            "last_green": verifying.last_green(),
            "buttons": [button] if request.user.has_perm(RUN) else [],  # type: ignore[union-attr]
        }
        return super().changelist_view(request, shown | (extra_context or {}))

    def run(self, request: HttpRequest) -> HttpResponse:
        """Have all checks run in the background, as they take a minute where there is much to check."""
        if not request.user.has_perm(RUN):  # type: ignore[union-attr]
            raise PermissionDenied
        verifying.ask(request.user)
        messages.success(request, "The checks run in the background: look again in a moment.")
        return redirect(reverse("admin:closing_verification_changelist"))
