"""Views that take a form. What is wrong is shown at the form's own address, which people reload and share."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect

View = Callable[..., HttpResponse]


def posted(page: Any) -> Callable[[View], View]:
    """Mark a view that takes a form: whoever only looks at its address is led to the form's page.

    The page is a name or, where it depends on the address, a function of the address's parts.
    """

    def mark(view: View) -> View:
        @wraps(view)
        def answer(request: HttpRequest, **parts: Any) -> HttpResponse:
            if request.method == "POST":
                return view(request, **parts)
            if request.method in ("GET", "HEAD"):
                return redirect(page(**parts) if callable(page) else page)
            return HttpResponseNotAllowed(["GET", "HEAD", "POST"])

        return answer

    return mark
