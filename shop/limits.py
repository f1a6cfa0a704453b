"""How often somebody may try: logins, accounts, password links, voucher codes, searches.

Failed logins by one address to one account are counted by django-axes in the database; what is counted
here stands in the cache and is forgotten with it. A cache that is away limits nothing.
"""

import hashlib
import time
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any

from django.conf import settings
from django.core import checks
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

MINUTE, HOUR = 60, 3600


@dataclass(frozen=True, slots=True)
class Limit:
    """So many requests by one client address, or about one value of a field, in so many seconds."""

    times: int
    seconds: int
    method: str = "POST"
    field: str = ""


# By the name of the address.
LIMITS: dict[str, tuple[Limit, ...]] = {
    "customer:login": (Limit(50, 10 * MINUTE),),
    "admin:login": (Limit(50, 10 * MINUTE),),
    "customer:register": (Limit(20, HOUR),),
    "customer:password-reset": (Limit(20, HOUR), Limit(5, HOUR, field="email")),
    "basket:vouchers-add": (Limit(20, 10 * MINUTE),),
    "search:search": (Limit(120, MINUTE, method="GET"),),
}


class RateLimitMiddleware:
    """Answers whoever tries too often with a page that says when to come back."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        name = request.resolver_match.view_name
        for limit in LIMITS.get(name, ()) if settings.RATE_LIMITS else ():
            wait = exceeded(request, name, limit, now=time.time())
            if wait:
                return too_many(request, wait)
        return None


def exceeded(request: HttpRequest, name: str, limit: Limit, *, now: float) -> int:
    """Count a request; return after how many seconds another is taken where there were too many, else 0."""
    if request.method.replace("HEAD", "GET") != limit.method:
        return 0
    who = request.POST.get(limit.field, "").strip().casefold() if limit.field else client_address(request)
    window, passed = divmod(int(now), limit.seconds)
    content = f"{name}:{limit.field}:{window}:{who}"
    key = f"limit:{hashlib.sha256(content.encode()).hexdigest()}"
    return limit.seconds - passed if _count(key, seconds=limit.seconds) > limit.times else 0


def _count(key: str, *, seconds: int) -> int:
    if cache.add(key, 1, timeout=seconds):
        return 1
    try:
        return cache.incr(key)
    except ValueError:  # its time was over just now
        return 1


def client_address(request: HttpRequest) -> str | None:
    """Return the client's address; of IPv6, where one house has many, its network.

    A proxy's header counts only where CLIENT_ADDRESS_HEADER names it, and of several addresses in it only
    the last: that one our own proxy wrote, the others anybody may have.
    """
    header = settings.CLIENT_ADDRESS_HEADER
    named = request.headers.get(header, "").rpartition(",")[2].strip() if header else ""
    for text in (named, request.META.get("REMOTE_ADDR", "")):
        try:
            address = ip_address(text)
        except ValueError:
            continue
        if isinstance(address, IPv6Address) and not address.ipv4_mapped:
            return str(ip_network((address, 64), strict=False).network_address)
        return str(getattr(address, "ipv4_mapped", None) or address)
    return None


def too_many(request: HttpRequest, seconds: int) -> HttpResponse:
    """Say when to come back."""
    response = render(request, "shop/too_many.html", {"minutes": -(-seconds // MINUTE)}, status=429)
    response.headers["Retry-After"] = str(seconds)
    return response


# What django-axes asks for.


def locked_out(request: HttpRequest, response: Any, credentials: Any, *args: Any) -> HttpResponse:
    """Answer whoever has typed wrong passwords too often."""
    wait: timedelta = settings.AXES_COOLOFF_TIME
    return too_many(request, int(wait.total_seconds()))


def login_name(request: HttpRequest, credentials: dict | None) -> str:
    """Return what was typed as the name, however it was written: it names one account in any case."""
    typed = request.POST.get("username") or (credentials or {}).get("username") or ""
    return typed.strip().casefold()[:255].replace("\0", "")


@checks.register(checks.Tags.security, deploy=True)
def proxy_is_known(**kwargs: Any) -> list[checks.Warning]:
    """Warn where all customers would be one to us, and be limited together."""
    if settings.CLIENT_ADDRESS_HEADER or not settings.RATE_LIMITS:
        return []
    hint = "Set it to the header your proxy writes, such as X-Forwarded-For; or set RATE_LIMITS=0."
    return [checks.Warning("CLIENT_ADDRESS_HEADER is not set.", hint=hint, id="shop.W001")]
