"""How mails to customers look, for staff: subject, text and HTML, and one for trial to oneself."""

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_POST

from accounting.refusal import Refusal
from erp.invoicing.mails import preview

from .actions import new_key

NEEDS = ("documents.view_outbox", "order.view_order")
# A mail is a page of its own words: it loads and does nothing, wherever its templates come from.
LOCKED = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'; sandbox"
)


class PreviewForm(forms.Form):
    """Which mail, and of what."""

    kind = forms.ChoiceField(label="mail", choices=list(preview.NAMES.items()))
    words = forms.CharField(
        label="of",
        max_length=150,
        required=False,
        widget=forms.TextInput(attrs={"placeholder": "a sample, or an order's or document's number"}),
    )


def may_see(user: Any) -> bool:
    """Whether somebody may look at mails."""
    return user.has_perms(NEEDS)


def page(request: HttpRequest, site_context: dict[str, Any]) -> HttpResponse:
    """Show a kind of mail, of a sample or of a document."""
    _require(request)
    form = PreviewForm(request.GET if "kind" in request.GET else {"kind": next(iter(preview.NAMES))})
    context = {
        **site_context,
        "title": "Mails to customers",
        "form": form,
        "kinds": preview.NAMES.items(),
        "key": new_key(),
        "own_address": request.user.email,  # type: ignore[union-attr]
    }
    if form.is_valid():
        try:
            context["letter"] = preview.preview(form.cleaned_data["kind"], form.cleaned_data["words"])
            context["query"] = urlencode(form.cleaned_data)
        except Refusal as refusal:
            form.add_error("words", str(refusal))
    return TemplateResponse(request, "admin/mails.html", context)


@xframe_options_sameorigin
def html(request: HttpRequest) -> HttpResponse:
    """Show the HTML of a mail, locked up: no script, nothing loaded, no form."""
    _require(request)
    form = PreviewForm(request.GET)
    if not form.is_valid():
        raise Http404
    try:
        letter = preview.preview(form.cleaned_data["kind"], form.cleaned_data["words"])
    except Refusal:
        raise Http404 from None
    return HttpResponse(letter.html, headers={"Content-Security-Policy": LOCKED})


@require_POST
def send_test(request: HttpRequest) -> HttpResponse:
    """Have a mail sent to whoever asks."""
    _require(request)
    form = PreviewForm(request.POST)
    if not form.is_valid():
        return redirect("admin:mails")
    kind, words = form.cleaned_data["kind"], form.cleaned_data["words"]
    to = request.user.email  # type: ignore[union-attr]
    try:
        preview.ask_for_test(kind, words, to=to, key=request.POST.get("key", "")[:40] or new_key())
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"It is on its way to {to}.")
    return redirect(f"{reverse('admin:mails')}?{urlencode({'kind': kind, 'words': words})}")


def _require(request: HttpRequest) -> None:
    if not may_see(request.user):
        raise PermissionDenied
