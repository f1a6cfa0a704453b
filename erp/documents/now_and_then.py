"""What is looked at every few minutes, because nobody tells of it by itself: see `settings.NOW_AND_THEN`."""

from datetime import datetime, timedelta

from django.conf import settings
from django.utils.module_loading import import_string

EVERY = timedelta(minutes=5)
_looked: list[datetime] = []


def look(now: datetime) -> None:
    """Look at everything."""
    for sweep in settings.NOW_AND_THEN:
        import_string(sweep)(now)


def look_again(now: datetime) -> None:
    """Look at everything, unless this process has done so in the last minutes."""
    if _looked and now - _looked[0] < EVERY:
        return
    _looked[:] = [now]
    look(now)
