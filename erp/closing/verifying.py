"""Runs all checks over the books as they are at one moment, and keeps what they found.

A run is kept for good, green or red: that somebody looked, and when, is part of the proof.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from time import monotonic
from typing import Any
from uuid import uuid4

from django.contrib.auth import get_user_model
from django.db import DatabaseError, transaction
from django.db.models import Model

from accounting.finding import Finding
from accounting.reading import of_one_moment
from erp.documents import outbox
from erp.documents.outbox import effect

from .checks import Check, checks, name_of
from .models import Verification

# What is told of each check as it ends: its name and what it found.
Tell = Callable[[str, list[str]], None]


def look(tell: Tell = lambda name, found: None) -> tuple[int, list[dict[str, str]]]:
    """Run all checks; return how many there are, and each finding with its check, sentence and place."""
    count, findings = 0, []
    with of_one_moment():
        for check in checks():
            found = _found(check)
            tell(name_of(check), found)
            count += 1
            findings += [
                {"check": name_of(check), "text": str(text), "about": place_of(text)} for text in found
            ]
    return count, findings


def verify(*, now: datetime, by: Any = None, tell: Tell = lambda name, found: None) -> Verification:
    """Run all checks and keep what they found."""
    started = monotonic()
    count, findings = look(tell)
    ended = now + timedelta(seconds=monotonic() - started)
    run = Verification(started_at=now, finished_at=ended, checks=count, findings=findings, user=by)
    with transaction.atomic():
        run.save()
    return run


def last_run() -> Verification | None:
    return Verification.objects.order_by("pk").last()


def last_green() -> datetime | None:
    """Return when all checks last found nothing."""
    green = Verification.objects.filter(findings=[]).order_by("pk")
    return green.values_list("finished_at", flat=True).last()


def findings_of_last_run() -> list[dict[str, str]]:
    run = last_run()
    return run.findings if run else []


def place_of(finding: str) -> str:
    """Return where to look: a source key, a row as app.model:key, or nothing."""
    about = finding.about if isinstance(finding, Finding) else None
    return f"{about._meta.label_lower}:{about.pk}" if isinstance(about, Model) else about or ""


def ask(by: Any) -> None:
    """Have all checks run in the background."""
    outbox.enqueue([effect(f"verify:{uuid4().hex}", "verify", user=by.pk)])


def run(payload: dict[str, Any], *, now: datetime) -> None:
    """Run all checks from the outbox: each night, or because somebody asked."""
    people = get_user_model().objects
    verify(now=now, by=people.get(pk=payload["user"]) if "user" in payload else None)


def _found(check: Check) -> list[str]:
    """Return what a check finds. One that what it reads makes stumble has found something, too."""
    try:
        return list(check())
    except DatabaseError:
        raise
    except Exception as error:
        return [f"This could not be checked: {type(error).__name__}: {error}"]
