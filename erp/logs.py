"""What is logged and how it reads: one line a problem, a traceback only for an error of ours, no secrets."""

import json
import logging
import re
import secrets
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from typing import Any

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse

from accounting.refusal import Refusal

request_id: ContextVar[str] = ContextVar("request_id", default="")

HIDDEN = "[hidden]"
SECRETS: tuple[tuple[re.Pattern[str], str], ...] = (
    # Cookies and credentials in headers, to the end of the line.
    (re.compile(r"(?i)((?:cookies?|authorization|-signature)[\"']?\s*[:=]\s*)[^\r\n]+"), rf"\1{HIDDEN}"),
    # What is named a secret: password=…, "token": "…"
    (
        re.compile(
            r"(?i)(\w*(?:password|passwd|token|secret|sessionid|api_?key|signature)\w*[\"']?\s*[:=]\s*[\"']?)"
            r"[^\s\"'&,;)}\]]+"
        ),
        rf"\1{HIDDEN}",
    ),
    # Keys of payment providers.
    (re.compile(r"\b(?:sk|rk|whsec)_\w{6,}"), HIDDEN),
    # Signed links: an order's page, a new password.
    (re.compile(r"(/(?:orders|thank-you)/|/reset/[^/\s]+/)[^/\s\"'?]{20,}"), rf"\1{HIDDEN}"),
    (re.compile(r"(/reset/)[^/\s]+/[\w-]{10,}"), rf"\1{HIDDEN}"),
    # Bank accounts, of which the last four digits are enough to tell.
    (re.compile(r"\b([A-Z]{2}\d{2})(?: ?[A-Z\d]{4}){2,7}?(?: ?[A-Z\d]{0,3}?) ?([A-Z\d]{4})\b"), r"\1…\2"),
)


def clean(text: str) -> str:
    """Return a text without passwords, tokens, cookies, keys and whole bank accounts."""
    for pattern, instead in SECRETS:
        text = pattern.sub(instead, text)
    return text


class Readable(logging.Formatter):
    """A line for people: when, how bad, where, which request or order, and what."""

    default_msec_format = ""

    def format(self, record: logging.LogRecord) -> str:
        where = " ".join(f"[{value}]" for value in _known(record).values())
        line = f"{self.formatTime(record)} {record.levelname} {record.name} {where}".rstrip()
        return "\n".join([f"{line}: {_message(record)}", *_traceback(self, record)])


class JsonLines(logging.Formatter):
    """A line for machines: one JSON object a record, its traceback inside."""

    def format(self, record: logging.LogRecord) -> str:
        told = {
            "time": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname,
            "logger": record.name,
            **_known(record),
            "message": _message(record),
        }
        for text in _traceback(self, record):
            told["traceback"] = text
        return json.dumps(told, ensure_ascii=False)


class RequestIdMiddleware:
    """Names each request, in the log and in a header of its answer, so that the two can be matched."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        name = secrets.token_hex(6)
        request_id.set(name)
        # Some of a request is logged after all middleware, with the request beside it.
        request.log_id = name  # type: ignore[attr-defined]
        response = self.get_response(request)
        response.headers["X-Request-ID"] = name
        return response


def not_told_elsewhere(record: logging.LogRecord) -> bool:
    """Leave out the development server's line on a request that failed: `django.request` has one."""
    return record.levelno < logging.WARNING


def configuration(*, form: str, level: str) -> dict[str, Any]:
    """Return Django's LOGGING. `form` is "text" or "json"; `level` the least that is told."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"text": {"()": Readable}, "json": {"()": JsonLines}},
        "filters": {"once": {"()": "django.utils.log.CallbackFilter", "callback": not_told_elsewhere}},
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": form, "level": level}},
        "root": {"handlers": ["console"], "level": "INFO"},
        "loggers": {
            "django": {"handlers": [], "level": "INFO"},
            "django.server": {"handlers": [], "level": "INFO", "filters": ["once"], "propagate": True},
            "weasyprint": {"level": "ERROR"},  # it warns of each line of CSS that is not for paper
        },
    }


def _known(record: logging.LogRecord) -> dict[str, str]:
    """Return by what a record can be found again: its request, its order."""
    request = getattr(record, "request", None)
    found = {"request": getattr(request, "log_id", "") or request_id.get()}
    found["order"] = str(getattr(record, "order", ""))
    return {name: value for name, value in found.items() if value}


def _is_ours(record: logging.LogRecord) -> bool:
    """Return whether a record is of an error of ours, which needs its traceback.

    It is none where somebody asked for what is not given, a rule refused, or another machine is away.
    """
    error = record.exc_info[1] if record.exc_info else None
    asked_wrongly = record.name.startswith("django.security") or getattr(record, "status_code", 500) < 500
    if error is None or asked_wrongly or record.levelno < logging.ERROR:
        return False
    return not isinstance(error, Refusal | OSError | OperationalError)


def _traceback(formatter: logging.Formatter, record: logging.LogRecord) -> Iterator[str]:
    if record.exc_info and _is_ours(record):
        yield clean(formatter.formatException(record.exc_info))


def _message(record: logging.LogRecord) -> str:
    """Return what is said on one line, with the error's words where no traceback tells them."""
    text = record.getMessage()
    if record.exc_info and record.exc_info[1] and not _is_ours(record):
        text = f"{text}: {type(record.exc_info[1]).__name__}: {record.exc_info[1]}"
    return clean(" ".join(text.split()))
