"""The pages on which an entry is written by hand, and on which a draft is changed; and its files."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.http import content_disposition_header

from accounting import attachments, drafts
from accounting.drafts import Wording
from accounting.models import Attachment, EntryDraft, Party
from accounting.refusal import Refusal

from . import links
from .entry_forms import EntryForm, LinesFormSet, known

WRITE = "accounting.add_entrydraft"
MOST_PARTIES = 500


def add(request: HttpRequest, site_context: dict[str, Any]) -> HttpResponse:
    """Ask for an entry, and keep it as a draft."""
    _require(request, WRITE)
    head, lines = EntryForm(request.POST or None), LinesFormSet(request.POST or None)
    if made := _written(request, head, lines, None):
        messages.success(request, f"Entry {made} is drafted. It is not in the books yet.")
        return redirect(links.page_of(made))
    return _page(request, site_context, title="Write an entry", head=head, lines=lines)


def edit(request: HttpRequest, pk: int, site_context: dict[str, Any]) -> HttpResponse:
    """Ask what a draft should say, and write that."""
    _require(request, WRITE)
    kept = get_object_or_404(EntryDraft, pk=pk)
    if kept.state not in drafts.OPEN:
        messages.error(request, f"Entry {kept} is {kept.get_state_display()}: it can no longer be changed.")
        return redirect(links.page_of(kept))
    said = drafts.wording(kept)
    first = {name: getattr(said, name) for name in ("day", "memo", "document_no", "reverse_on")}
    head = EntryForm(request.POST or None, initial=first)
    lines = LinesFormSet(request.POST or None, initial=[known(line) for line in said.lines])
    if made := _written(request, head, lines, kept):
        messages.success(request, f"Entry {made} is changed. It is not in the books yet.")
        return redirect(links.page_of(made))
    return _page(request, site_context, title=f"Change entry {kept}", head=head, lines=lines)


def file(request: HttpRequest, pk: int) -> HttpResponse:
    """Hand a file out to be kept: whatever it holds, no browser runs it here."""
    _require(request, "accounting.view_entrydraft")
    found = get_object_or_404(Attachment, pk=pk)
    headers = {
        "Content-Disposition": content_disposition_header(as_attachment=True, filename=found.name)
        or "attachment",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
    }
    return HttpResponse(
        bytes(found.content), content_type=attachments.content_type(found.name), headers=headers
    )


def _written(request: HttpRequest, head: EntryForm, lines: Any, kept: EntryDraft | None) -> EntryDraft | None:
    """Keep what was typed; None while it cannot be kept, and the reason is told."""
    if not all([head.is_valid(), lines.is_valid()]):
        return None
    said, today = Wording(lines=lines.lines(), **head.cleaned_data), timezone.localdate()
    try:
        if kept is None:
            return drafts.draft(said, on=today, by=request.user)
        return drafts.change(kept, said, on=today, by=request.user)
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return None


def _page(request: HttpRequest, site_context: dict[str, Any], **shown: Any) -> HttpResponse:
    parties = Party.objects.order_by("name", "pk").values_list("key", "name")[:MOST_PARTIES]
    context = {**site_context, **shown, "opts": EntryDraft._meta, "parties": parties}
    return TemplateResponse(request, "admin/entry_form.html", context)


def _require(request: HttpRequest, permission: str) -> None:
    if not request.user.has_perm(permission):  # type: ignore[union-attr]
        raise PermissionDenied
