"""Pages of their own that ask something: what is to be begun, or which file is to be read."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse


def page(desk: Any, request: HttpRequest, title: str, form: forms.Form, *, back: str) -> HttpResponse:
    """Show a form that is posted to its own address."""
    context = {
        **desk.admin_site.each_context(request),
        "title": title,
        "opts": desk.opts,
        "blocks": [("", form)],
        "fields": [],
        "back": back,
    }
    return TemplateResponse(request, "admin/ask.html", context)


def file_page(desk: Any, request: HttpRequest, title: str, form: forms.Form, *, back: str) -> HttpResponse:
    """Show a form with a file that is posted to its own address."""
    context = {
        **desk.admin_site.each_context(request),
        "title": title,
        "opts": desk.opts,
        "form": form,
        "back": back,
    }
    return TemplateResponse(request, "admin/read_in.html", context)
