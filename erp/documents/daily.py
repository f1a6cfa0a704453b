"""What is done once a day: the first look of a morning puts it into the outbox, which does it once."""

from datetime import date, datetime, timedelta

from django.conf import settings
from django.utils.timezone import localdate

from . import outbox
from .outbox import effect

# A day begins when people may be written to.
MORNING = timedelta(hours=6)
_asked: set[date] = set()


def ask(now: datetime) -> None:
    """Ask for the day's work, unless this process has asked today. Asking twice is asking once."""
    day = localdate(now - MORNING)
    if day in _asked:
        return
    outbox.enqueue(effect(f"daily:{topic}:{day}", topic) for topic in settings.DAILY)
    _asked.clear()
    _asked.add(day)
