"""The daily work that undoes entries by hand whose day has come."""

import logging
from datetime import datetime
from typing import Any

from django.utils.timezone import localdate

from accounting import drafts
from accounting.refusal import Refusal

logger = logging.getLogger(__name__)


def reverse_due(payload: dict[str, Any], *, now: datetime) -> None:
    """Undo what is due. What is refused waits among the todos, and is tried again the next day."""
    today = localdate(now)
    for kept in drafts.to_undo(today):
        try:
            drafts.undo_as_planned(kept, on=today)
        except Refusal as refusal:
            logger.warning("Entry by hand %s is not undone: %s", kept.pk, refusal)
