"""What pages may load, and what a stale form is told."""

import logging
import sys

from django.conf import settings
from django.db import OperationalError
from django.shortcuts import render
from django.views.defaults import server_error

logger = logging.getLogger(__name__)

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


class NothingHereMiddleware:
    """Says that there is nothing here in the shop's words also where errors are shown to developers.

    The trial is such a place, and who tries a shop out is no developer.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if settings.DEBUG and response.status_code == 404:
            return render(request, "404.html", status=404)
        return response


class DatabaseAwayMiddleware:
    """Says that the database is locked or away in words also where other errors are shown to developers."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_exception(self, request, exception):
        if not isinstance(exception, OperationalError):
            return None
        logger.error("The database does not answer: %s", exception)
        return something_failed(request)


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
