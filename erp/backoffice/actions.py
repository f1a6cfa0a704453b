"""How staff set the chain in motion: verbs as actions on lists and as buttons on pages.

A verb is called for each row by itself, and each row's success or refusal is told. What a verb does
stands in the chain; which desk offers it, in `desks`.
"""

import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from accounting.refusal import Refusal

SELECTED = "_selected_action"
BACK = "_back"
ASKED = "_asked"


@dataclass(frozen=True, slots=True)
class Button:
    """A button that posts some fields to an address."""

    label: str
    url: str
    fields: Sequence[tuple[str, Any]]


def verb(description: str, needs: str) -> Callable[[Callable], Callable]:
    """Mark a method as an action that needs a permission, such as `delivery.change_deliverynote`."""

    def mark(function: Callable) -> Callable:
        function.short_description = description  # type: ignore[attr-defined]
        function.needs = needs  # type: ignore[attr-defined]
        return function

    return mark


class Verbs:
    """What an admin needs to offer verbs of the chain."""

    opts: Any
    admin_site: Any

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Return the actions that this person may take."""
        found = super().get_actions(request)  # type: ignore[misc]
        return {
            name: action
            for name, action in found.items()
            if not hasattr(action[0], "needs") or request.user.has_perm(action[0].needs)
        }

    def button(self, name: str, keys: Iterable[int], *, label: str) -> Button:
        """Return a button that takes an action for rows of this admin."""
        return button_for(self.opts, name, keys, label=label)

    def name_of(self, row: Any) -> str:
        """Return what staff call a row."""
        return str(row)

    def carry_out(
        self, request: HttpRequest, rows: Iterable[Any], take: Callable[[Any], str]
    ) -> HttpResponse | None:
        """Take a verb for each row, and tell of each how it went. `take` returns the sentence of success."""
        for row in rows:
            try:
                told = take(row)
            except Refusal as refusal:
                name, why = self.name_of(row), str(refusal)
                messages.error(request, why if name in why else f"{name}: {why}")
            else:
                messages.success(request, told)
        return back(request)

    def only_one(self, request: HttpRequest, rows: QuerySet) -> Any:
        """Return the one row that is selected; else say that one is wanted."""
        found = list(rows[:2])
        if len(found) == 1:
            return found[0]
        messages.error(request, f"Choose one {self.opts.verbose_name} for this.")
        return None

    def ask(
        self, request: HttpRequest, title: str, rows: Sequence[Any], blocks: Sequence[tuple[str, forms.Form]]
    ) -> HttpResponse:
        """Show forms under their headings, to be posted to the same action for the same rows."""
        context = {
            **self.admin_site.each_context(request),
            "title": title,
            "opts": self.opts,
            "blocks": blocks,
            "fields": [
                ("action", request.POST.get("action", "")),
                (BACK, request.POST.get(BACK, "")),
                (ASKED, "yes"),
                *[(SELECTED, row.pk) for row in rows],
            ],
            "back": _safe(request.POST.get(BACK, "")) or request.get_full_path(),
        }
        return TemplateResponse(request, "admin/ask.html", context)


def button_for(opts: Any, name: str, keys: Iterable[int], *, label: str) -> Button:
    """Return a button that takes an action for rows of a model."""
    url = reverse(f"admin:{opts.app_label}_{opts.model_name}_changelist")
    return Button(label, url, [("action", name), *[(SELECTED, key) for key in keys]])


def answers(request: HttpRequest) -> dict[str, Any] | None:
    """Return what a form was answered with, or None while it is still to be asked."""
    return request.POST if request.POST.get(ASKED) else None


def back(request: HttpRequest) -> HttpResponse | None:
    """Return to the page a button was on. None stays on the list."""
    path = _safe(request.POST.get(BACK, ""))
    return redirect(path) if path else None


def new_key() -> str:
    """Return a key that makes a form's wish one wish, however often it is sent."""
    return uuid.uuid4().hex


def _safe(path: str) -> str:
    return path if url_has_allowed_host_and_scheme(path, allowed_hosts=None) else ""
