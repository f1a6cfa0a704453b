"""What pages may load, and what a stale form is told."""

import sys

from django.conf import settings
from django.db import OperationalError
from django.shortcuts import render
from django.views.defaults import server_error

POLICY = "default-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"


class ContentSecurityPolicyMiddleware:
    """Lets every page load from its own host only: no third party, no inline script."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if not (settings.DEBUG and response.status_code == 500):  # Django's own page for developers
            response.headers.setdefault("Content-Security-Policy", POLICY)
        return response


def something_failed(request):
    """Say that something is not working; where the database is away, that it is worth coming back."""
    response = server_error(request)
    if isinstance(sys.exception(), OperationalError):
        response.status_code = 503
        response.headers["Retry-After"] = "30"
    return response


def expired_form(request, reason=""):
    """Tell somebody whose form was too old what to do. Nothing was changed."""
    return render(request, "shop/expired_form.html", status=403)
