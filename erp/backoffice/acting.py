"""Says who is at work in the back office, for the log of changes. The shop asks nobody who they are."""

from collections.abc import Callable

from auditlog.middleware import AuditlogMiddleware
from django.http import HttpRequest, HttpResponse
from django.urls import reverse


class ActorMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.with_actor = AuditlogMiddleware(get_response)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        inside = request.path.startswith(reverse("admin:index"))
        return (self.with_actor if inside else self.get_response)(request)
